"""Bundles of pure Python for Lambda: the same bytes from the same versions, wherever they are made."""

from __future__ import annotations

import csv
import functools
import importlib.metadata
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tapforge.lang.errors import Problem, TapforgeError

NOTICE = "GENERATED.txt"
"""The first file of a bundle: where it came from."""

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can tell
_READABLE = 0o100644 << 16


class BundleError(TapforgeError):
    """A bundle can't be made: what belongs into it is not here in the right version."""


def bundle(
    notice: str,
    package: Path,
    pins: Mapping[str, str],
    services: Iterable[str],
    extra: str,
) -> bytes:
    """Make a zip of a package and of the distributions that it needs.

    Its files are not compressed: what compresses differs between machines, and Lambda counts the
    unpacked size too.

    Args:
        notice: Where it comes from; stands at its start.
        package: The folder of the package, below the folder of the package that it is in.
        pins: The distributions and their versions.
        services: The services of AWS that botocore shall know; all of them are ten times as large.
        extra: The extra of this project that installs them.

    Raises:
        BundleError: distributions are not installed, or in other versions.
    """
    members = {NOTICE: f"{notice}\n".encode()}
    members |= dict(sorted({**_of_package(package), **_of_pins(pins, services, extra)}.items()))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3  # Unix, on Windows too
            info.external_attr = _READABLE
            archive.writestr(info, content)
    return written.getvalue()


def _of_package(package: Path) -> dict[str, bytes]:
    above = package.parent
    files = [above / "__init__.py", *package.rglob("*.py")]
    return {file.relative_to(above.parent).as_posix(): _text(file) for file in files}


def _text(file: Path) -> bytes:
    # A checkout may have other line ends.
    return file.read_bytes().replace(b"\r\n", b"\n")


@functools.cache
def _installed(name: str) -> importlib.metadata.Distribution | None:
    try:
        return importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _of_pins(pins: Mapping[str, str], services: Iterable[str], extra: str) -> dict[str, bytes]:
    found = {name: _installed(name) for name in pins}
    problems = [
        Problem(
            f"{name} {pins[name]}",
            f"has to be bundled, and {'nothing' if each is None else each.version} is installed",
            f"pip install 'tapforge[{extra}]'",
        )
        for name, each in found.items()
        if each is None or each.version != pins[name]
    ]
    if problems:
        raise BundleError(problems)
    wanted = frozenset(services)
    return {
        file: Path(str(each.locate_file(file))).read_bytes()
        for each in found.values()
        if each is not None
        for file in _of_distribution(each, wanted)
    }


def _of_distribution(
    distribution: importlib.metadata.Distribution, services: frozenset[str]
) -> Iterator[str]:
    """Give the files of a distribution that run, and its licence; pip adds others when it installs."""
    # The record itself: of two thousand files of botocore, `files` would make as many paths.
    for file, *_ in csv.reader((distribution.read_text("RECORD") or "").splitlines()):
        parts = file.split("/")
        match parts:
            case ("botocore", "data", service, _, *_):
                wanted = service in services and parts[-1] != "examples-1.json"
            case ("boto3", "data" | "examples", *_):
                wanted = False  # resources, which are older than clients, and prose
            case (folder, *rest) if folder.endswith(".dist-info"):
                wanted = any(part.startswith(("LICEN", "NOTICE", "COPYING")) for part in rest)
            case (first, *_):
                wanted = ".." not in parts and not file.endswith(".pyc") and first != "bin"
            case _:
                wanted = False
        if wanted:
            yield file
