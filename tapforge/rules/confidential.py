"""Texts that are secrets, told by how they read and by what they are called."""

from __future__ import annotations

import json
import re
from typing import Any

# Names of values that are secrets, and endings of names that only point to one.
_SECRET = re.compile(
    r"(?<![a-z])(passw(or)?d|passwd|pwd|pgpassword|secret|token|credentials?|(api|private|secret|access)"
    r"[-_]?key)(?![a-z])",
)
_POINTER = re.compile(
    r"[-_/]?(arns?|names?|ids?|paths?|uris?|urls?|hosts?|endpoints?|versions?|stages?|prefix|suffix|"
    r"regions?|parameters?|params?|length|days|ttl|expiry|expires|enabled|policy|rotation|users?|"
    r"usernames?|manager|algorithm|file|mode|type|header|issuer)$"
)
_PUBLIC = re.compile(r"public[-_]?key")
# Values that stand for a secret and are none: ARNs, references that are filled in at run time.
_NO_SECRET = re.compile(
    r"\s*|arn:aws.*|\{\{resolve:.*|/[\w./-]+|(true|false|null|none|[0-9]{1,4})|https?://[^@\s]*|"
    r"(<.*>|\[.*\]|x+|\*+|change[-_ ]?me|place[-_ ]?holder|re?place[-_ ]?me|dummy|todo|tbd|unset)",
    re.IGNORECASE | re.DOTALL,
)


# DB_SECRET = "orders-db-credentials" names a secret.
_NAMED = re.compile(r"(secret|credentials?)$")
_SLUG = re.compile(r"[a-z][a-z0-9]*([-/_.][a-z0-9]+)+")


def called_secret(name: str) -> bool:
    """Tell whether a name is that of a secret, and not of what leads to one."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return bool(_SECRET.search(words)) and not _POINTER.search(words) and not _PUBLIC.search(words)


def is_secret(value: Any, name: str = "") -> bool:
    """Tell whether a value is a secret, and not empty, a placeholder or the name of one."""
    if not isinstance(value, str) or _NO_SECRET.fullmatch(value):
        return False
    return not (names_one(name) and _SLUG.fullmatch(value))


def names_one(name: str) -> bool:
    """Tell whether what is called so may be the name of a secret as well."""
    return bool(_NAMED.search(name.lower()))


def secret_in(text: str) -> str:
    """Say which secrets a text holds: of JSON the keys decide; "" for none."""
    if not is_secret(text):
        return ""
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if isinstance(content, dict):
        keys = [
            key for key, value in content.items() if called_secret(key) and is_secret(value, key)
        ]
        return f"plain text for {', '.join(keys)}" if keys else ""
    return "" if isinstance(content, (list, int, float)) else "plain text"
