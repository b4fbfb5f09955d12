"""What moto lacks for the AWS provider, one function per gap, one module per AWS service.

moto answers most of what Terraform's AWS provider asks. Where it leaves something out, a function in
this package closes that gap and its decorator says what the gap was. Every function states what it
expects of moto's code; when moto looks different, the emulator does not start and says why.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from typing import TYPE_CHECKING, Any

import attrs

from tapforge.lang.errors import Problem, TapforgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

TESTED_MOTO = "5.2.5"
"""The moto that these functions were written and tested against."""

SERVICES = (
    "ec2",
    "rds",
    "s3",
    "route53",
    "cloudwatch",
    "backup",
    "dms",
    "awslambda",
    "events",
    "secretsmanager",
    "serverlessrepo",
    "protocol",
)
"""The modules of this package, in the order in which they are applied: protocol sees all others."""

GAPS: dict[str, Gap] = {}
"""Every gap by its name; filled when the modules of `SERVICES` are imported."""


class MotoChangedError(TapforgeError):
    """The installed moto does not look the way a patch expects it to."""


class _UnexpectedError(Exception):
    """What a patch found in moto instead of what it expected."""


@attrs.frozen
class Gap:
    """One thing that moto lacks.

    Attributes:
        name: `<service>.<gap>`.
        reason: What moto does, and what goes wrong with Terraform because of it.
        close: Changes moto so that the gap is gone; to be called once in a process.
    """

    name: str
    reason: str
    close: Callable[[], None]


def gap(reason: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a function that closes one gap, under the names of its module and its own."""

    def register(close: Callable[[], None]) -> Callable[[], None]:
        name = f"{close.__module__.rpartition('.')[2]}.{close.__name__}"
        GAPS[name] = Gap(name, reason, close)
        return close

    return register


def known_gaps() -> dict[str, Gap]:
    """Import every module of this package and return the gaps by name, in order."""
    for service in SERVICES:
        importlib.import_module(f"{__name__}.{service}")
    return GAPS


def close_gaps(left_open: Collection[str] = ()) -> None:
    """Apply every patch to the moto of this process.

    Args:
        left_open: Names of gaps to leave as they are in moto.

    Raises:
        MotoChangedError: Something that a patch stands on is not there, or a gap is gone.
    """
    for known in known_gaps().values():
        if known.name in left_open:
            continue
        try:
            known.close()
        except (ImportError, AttributeError, _UnexpectedError) as error:
            raise MotoChangedError(_moto_changed(known, error)) from error


def _moto_changed(known: Gap, error: Exception) -> Problem:
    from importlib.metadata import version

    return Problem(
        f"moto {version('moto')}",
        f"has changed where the emulator's patch {known.name} touches it: {error}",
        f"install moto=={TESTED_MOTO}, for which the patches are written",
    )


def wrap(owner: object, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let the decorated function stand in for `owner.name`; it gets the original as its first argument.

    Its other parameters must have the original's names, unless it takes `*arguments`: a parameter
    that moto adds or renames is noticed here rather than in the middle of an apply.
    """
    original = vars(owner).get(name)
    if not inspect.isfunction(original):
        raise _UnexpectedError(f"{_called(owner)} has no function {name}")

    def install(replacement: Callable[..., Any]) -> Callable[..., Any]:
        _, *expected = inspect.signature(replacement).parameters.values()
        found = list(inspect.signature(original).parameters)
        if not any(parameter.kind is parameter.VAR_POSITIONAL for parameter in expected) and (
            found != [parameter.name for parameter in expected]
        ):
            raise _UnexpectedError(f"{_called(owner)}.{name} now takes ({', '.join(found)})")

        @functools.wraps(original)
        def patched(*arguments: Any, **options: Any) -> Any:
            return replacement(original, *arguments, **options)

        setattr(owner, name, patched)
        return replacement

    return install


def wrap_property(owner: type, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let the decorated function stand in for the getter of `owner.name`.

    It gets what the original getter returns, made on demand, as its first argument.
    """
    original = vars(owner).get(name)
    if not isinstance(original, property) or original.fget is None:
        raise _UnexpectedError(f"{_called(owner)} has no property {name}")
    getter = original.fget

    def install(replacement: Callable[..., Any]) -> Callable[..., Any]:
        setattr(owner, name, property(lambda self: replacement(getter, self), original.fset))
        return replacement

    return install


def add(owner: type, **members: Any) -> None:
    """Give a class of moto's members that it lacks, by name."""
    for name, member in members.items():
        if hasattr(owner, name):
            raise _UnexpectedError(f"{_called(owner)} has its own {name} now")
        setattr(owner, name, member)


def stored(backend: Any, name: str) -> dict[str, Any]:
    """Return our own dictionary inside a backend of moto's: it lives and is reset with the backend."""
    ours: dict[str, Any] = vars(backend).setdefault(f"tapforge_{name}", {})
    return ours


def _called(owner: object) -> str:
    return f"{getattr(owner, '__module__', '')}.{getattr(owner, '__name__', owner)}".lstrip(".")
