"""What looks like a secret."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tapforge.facts.sensitive import is_sensitive
from tapforge.lang.expression import Expression
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
        kind = f"data.{resource.type}" if resource.mode == "data" else resource.type
        for path, text in _texts(resource.values):
            place = f"{resource.address}: {path}"
            if path.rpartition(".")[2].endswith("_wo"):
                if text not in secrets:
                    yield f"{place} is written into the module, expected a reference to it"
            elif is_sensitive(kind, path) and not _is_public(resource, path):
                yield f"{place} is known, expected one that only AWS knows"
            elif any(each in text for each in secrets):
                yield f"{place} shows a sensitive input, expected it in write-only arguments alone"
            elif what := looks_like(text):
                yield f"{place} looks like {what}, expected none"


def _is_public(resource: Resource, path: str) -> bool:
    """Tell whether an argument that may hold a secret says that it holds none."""
    if resource.type != "aws_ssm_parameter" or path != "value":
        return False
    return resource.known("type", "") in ("String", "StringList")


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Give every known text in a value that is not empty, with the path to it."""
    if isinstance(value, str):
        if value:
            yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, f"{path}.{key}" if path else key)
    elif isinstance(value, (list, tuple, set, frozenset)) and not isinstance(value, Expression):
        for index, item in enumerate(value):
            yield from _texts(item, f"{path}[{index}]")
