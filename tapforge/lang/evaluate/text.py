"""Functions of strings. What counts as one character there is a grapheme cluster of Unicode."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from typing import Any

from tapforge.lang.value import RefusedError, UnfoldedError, string, strings, whole

# Here every code point is a grapheme cluster of its own, except the pair \r\n.
_SIMPLE = re.compile(
    "[\u0000-\u02ff\u0370-\u0482\u2010-\u2027\u20a0-\u20bf\u3041-\u3096\u4e00-\u9fff]*"
)
_CLUSTER = re.compile("\r\n|[^\r]|\r")
_LATIN = "\u017f"  # to here the tests hold Python's change of case against Terraform's
_SPACE = (
    "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)
_MAX_INDENT = 1000
_WORD_START = re.compile(r"(?<![0-9A-Za-z_])[a-z]")


def graphemes(text: str) -> Sequence[str]:
    """Take text apart into its grapheme clusters.

    Raises:
        UnfoldedError: it has characters that may join into one cluster.
    """
    if not _SIMPLE.fullmatch(text):
        raise UnfoldedError
    return _CLUSTER.findall(text) if "\r\n" in text else text


def _chomp(text: Any) -> str:
    return string(text).rstrip("\r\n")


def _indent(spaces: Any, text: Any) -> str:
    spaces = whole(spaces)
    if spaces < 0:
        raise RefusedError("the number of spaces must not be negative")
    if spaces > _MAX_INDENT:
        raise UnfoldedError
    return string(text).replace("\n", "\n" + " " * spaces)


def _join(separator: Any, *lists: Any) -> str:
    if not lists:
        raise RefusedError("at least one list is required")
    items = [item for values in lists for item in strings(values)]
    if None in items:
        raise RefusedError("cannot concatenate null values")
    return string(separator).join(items)  # type: ignore[arg-type]


def _split(separator: Any, text: Any) -> list[str]:
    separator, text = string(separator), string(text)
    return text.split(separator) if separator else list(text)


def _substr(text: Any, offset: Any, length: Any) -> str:
    clusters, offset, length = graphemes(string(text)), whole(offset), whole(length)
    if offset < 0:
        # Terraform takes a length of zero for no length here.
        offset, length = max(offset + len(clusters), 0), length or -1
    end = offset + length if length >= 0 else len(clusters)
    return "".join(clusters[offset:end])


def _strrev(text: Any) -> str:
    return "".join(reversed(graphemes(string(text))))


def _upper(text: Any) -> str:
    return _cased(string(text), str.upper)


def _lower(text: Any) -> str:
    return _cased(string(text), str.lower)


def _cased(text: str, change: Any) -> str:
    if text.isascii():
        return change(text)  # type: ignore[no-any-return]
    if max(text) > _LATIN or "\u0130" in text:
        raise UnfoldedError
    changed = ((character, change(character)) for character in text)
    # Terraform changes one character into one other: ß stays.
    return "".join(new if len(new) == 1 else old for old, new in changed)


def _title(text: Any) -> str:
    text = string(text)
    if not text.isascii():
        raise UnfoldedError
    return _WORD_START.sub(lambda match: match[0].upper(), text)


def _trim(text: Any, characters: Any) -> str:
    return string(text).strip(string(characters))


def _trimprefix(text: Any, prefix: Any) -> str:
    return string(text).removeprefix(string(prefix))


def _trimsuffix(text: Any, suffix: Any) -> str:
    return string(text).removesuffix(string(suffix))


def _trimspace(text: Any) -> str:
    return string(text).strip(_SPACE)


def _startswith(text: Any, prefix: Any) -> bool:
    return string(text).startswith(string(prefix))


def _endswith(text: Any, suffix: Any) -> bool:
    return string(text).endswith(string(suffix))


def _strcontains(text: Any, searched: Any) -> bool:
    return string(searched) in string(text)


def _basename(path: Any) -> str:
    path = string(path)
    return path.rstrip("/").rpartition("/")[2] or path[:1] or "."


def _dirname(path: Any) -> str:
    path = string(path)
    folder = path[: path.rfind("/") + 1]
    cleaned = posixpath.normpath(folder) if folder else "."
    return "/" + cleaned.lstrip("/") if folder[:1] == "/" else cleaned


FUNCTIONS = {
    "basename": _basename,
    "chomp": _chomp,
    "dirname": _dirname,
    "endswith": _endswith,
    "indent": _indent,
    "join": _join,
    "lower": _lower,
    "split": _split,
    "startswith": _startswith,
    "strcontains": _strcontains,
    "strrev": _strrev,
    "substr": _substr,
    "title": _title,
    "trim": _trim,
    "trimprefix": _trimprefix,
    "trimspace": _trimspace,
    "trimsuffix": _trimsuffix,
    "upper": _upper,
}
