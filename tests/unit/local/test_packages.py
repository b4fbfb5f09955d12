"""Packages of the extra `local`."""

import pytest

from tapforge.local.packages import PackageMissingError, import_package


def test_an_installed_package_is_imported() -> None:
    """The module itself is returned."""
    assert import_package("python_terraform", "python-terraform").Terraform


def test_a_missing_package_is_told_with_the_command_that_installs_it() -> None:
    """No traceback about a module, but the package's name and what to do."""
    with pytest.raises(PackageMissingError, match=r"package no-such: .*tapforge\[local\]"):
        import_package("no_such_module", "no-such")
