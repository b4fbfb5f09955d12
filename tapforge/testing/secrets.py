"""What looks like a secret."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from tapforge.facts.sensitive import is_sensitive
from tapforge.rules.resource import Configuration, Resource

# IAM User Guide: unique identifiers; RFC 7468; RFC 3986, user information; RFC 7519.
_LOOKS = {
    "an access key of AWS": re.compile(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "an address with a password in it": re.compile(r"\w://[^\s/:@${}]+:[^\s/:@${}]+@"),
    "a JSON web token": re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"),
    "a password that is set": re.compile(
        r"(?i)(?:password|passwd|pwd|secret_?key|api_?key|token)['\"]?\s*=\s*"
        # What Terraform refers to, or computes, is written without quotes.
        r"(?!(?:var|local|data|module|ephemeral|aws_\w+)\.|\w+\()['\"]?[^\s'\"$&;<>{}]{6,}"
    ),
}


@functools.lru_cache(maxsize=4096)
def looks_like(text: str) -> str:
    """Say what secret a text seems to hold; nothing if it holds none."""
    return next((what for what, pattern in _LOOKS.items() if pattern.search(text)), "")


def in_configuration(configuration: Configuration, hidden: Iterable[str] = ()) -> Iterator[str]:
    """Say where a secret is in plain sight of whoever reads the plan or the state.

    Args:
        configuration: The configuration.
        hidden: Secrets that it was given; they may stand in write-only arguments, which are kept
            neither in the plan nor in the state.
    """
    secrets = {each for each in hidden if each}
    for resource in configuration.resources:
        yield from _shown(resource, secrets) if secrets else resource.once(_shown_at_all)


def _shown_at_all(resource: Resource) -> list[str]:
    return list(_shown(resource, set()))


def _shown(resource: Resource, secrets: Collection[str]) -> Iterator[str]:
    kind = resource.kind
    for path, text in _texts(resource.values):
        if path.endswith("_wo"):
            if text not in secrets:
                what = "is written into the module, expected a reference to it"
                yield f"{resource.address}: {path} {what}"
        elif is_sensitive(kind, path) and not _is_public(resource, path):
            yield f"{resource.address}: {path} is known, expected one that only AWS knows"
        elif any(each in text for each in secrets):
            what = "shows a sensitive input, expected it in write-only arguments alone"
            yield f"{resource.address}: {path} {what}"
        elif what := looks_like(text):
            yield f"{resource.address}: {path} looks like {what}, expected none"


def _is_public(resource: Resource, path: str) -> bool:
    """Tell whether an argument that may hold a secret says that it holds none."""
    if resource.type != "aws_ssm_parameter" or path != "value":
        return False
    return resource.known("type", "") in ("String", "StringList")


def _texts(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give every known text in some values that is not empty, with the path to it."""
    pending: list[tuple[str, Any]] = list(values.items())
    for path, value in pending:  # which grows meanwhile
        kind = value.__class__
        if kind is str:
            if value:
                yield path, value
        elif kind is dict:
            pending += [(f"{path}.{key}", item) for key, item in value.items()]
        elif kind in _LISTS:
            pending += [(f"{path}[{index}]", item) for index, item in enumerate(value)]


_LISTS = frozenset((list, tuple, set, frozenset))
