"""How a generated package finds its classes."""

import subprocess
import sys

import pytest

from tapforge import aws
from tapforge.lang.model import UnknownAttributeError


def test_a_class_is_made_once():
    """The same class comes back, from the package and from an import."""
    from tapforge.aws import RdsCluster
    from tapforge.aws.data import Vpc

    assert RdsCluster is aws.RdsCluster
    assert Vpc is aws.data.Vpc
    assert Vpc is not aws.Vpc
    assert RdsCluster.__module__ == "tapforge.aws"
    assert aws.ephemeral.SecretsmanagerRandomPassword.__module__ == "tapforge.aws.ephemeral"


def test_importing_reads_no_schema_and_makes_no_class():
    """What a program does not use costs it nothing."""
    code = (
        "import tapforge.aws, tapforge.lang.provider_package as p;"
        "[pack] = p._packs.values();"
        "assert not [k for k in vars(pack) if k != 'path'], vars(pack);"
        "assert not [n for n in vars(tapforge.aws) if n[0].isupper()]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_misspelt_class_is_named_with_the_closest():
    """A class that does not exist is an error that says which was meant."""
    with pytest.raises(
        UnknownAttributeError, match='has no "RdsClustr"; did you mean "RdsCluster"'
    ):
        _ = aws.RdsClustr
    with pytest.raises(ImportError):
        from tapforge.aws.data import Nothing  # noqa: F401


def test_python_finds_no_special_names_in_a_package():
    """Names that Python itself looks for are simply absent."""
    assert not hasattr(aws, "__wrapped__")
    assert not hasattr(aws, "_private")


def test_a_package_lists_its_classes():
    """Editors and shells see every class."""
    assert {"RdsCluster", "Provider", "data", "ephemeral"} <= set(dir(aws))
    assert "AvailabilityZones" in dir(aws.data)
