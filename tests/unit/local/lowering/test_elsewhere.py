"""Resources in another region get a provider of that region, whoever calls their module."""

from typing import Any

from tapforge.local.lowering.elsewhere import with_aliases

VAULT = {"resource": {"aws_backup_vault": {"copy": {"name": "v", "region": "${var.there}"}}}}
REQUIRED = {"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}}}
DECLARED = {"variable": {"there": {"default": "eu-west-1"}}}


def lowered(call: dict[str, Any], **between: Any) -> dict[str, Any]:
    """Lower a root that calls the module of the vault, and give all files."""
    modules = {
        "terraform/s": {
            "main.tf.json": {
                "provider": {"aws": {"region": "${var.here}"}},
                "module": {"m": call},
            }
        },
        "modules/x": {"main.tf.json": VAULT | REQUIRED, "variables.tf.json": DECLARED},
        **between,
    }
    files, changes = with_aliases(modules)
    assert [(each.module, each.address, each.argument) for each in changes] == [
        ("modules/x", "aws_backup_vault.copy", "region")
    ]
    assert "region" in VAULT["resource"]["aws_backup_vault"]["copy"]
    return {path: each["main.tf.json"] for path, each in files.items()}


def test_the_root_configures_a_provider_for_what_it_passes() -> None:
    """The module requires it; where the region is empty the root's own stands in."""
    files = lowered({"source": "../../modules/x", "there": "${var.copies}"})
    assert files["modules/x"]["resource"]["aws_backup_vault"]["copy"] == {
        "name": "v",
        "provider": "aws.elsewhere",
    }
    required = files["modules/x"]["terraform"]["required_providers"]["aws"]
    assert required["configuration_aliases"] == ["aws.elsewhere"]
    root = files["terraform/s"]
    assert root["module"]["m"]["providers"] == {"aws": "aws", "aws.elsewhere": "aws.m_elsewhere"}
    assert root["provider"]["aws"] == [
        {"region": "${var.here}"},
        {"alias": "m_elsewhere", "region": "${coalesce(var.copies, var.here)}"},
    ]


def test_a_default_and_a_constant_are_regions_too() -> None:
    """What the call leaves out is the variable's default."""
    for call, region in (({}, "eu-west-1"), ({"there": "eu-north-1"}, "eu-north-1")):
        root = lowered({"source": "../../modules/x", **call})["terraform/s"]
        assert root["provider"]["aws"][1]["region"] == f'${{coalesce("{region}", var.here)}}'


def test_a_module_between_passes_the_provider_on() -> None:
    """In its own words: the region is what the root gave to it."""
    between = {
        "module": {"inner": {"source": "../x", "there": "${var.region}"}},
        "variable": {"region": {}},
        **REQUIRED,
    }
    files = lowered(
        {"source": "../../modules/y", "region": "${var.copies}"},
        **{"modules/y": {"main.tf.json": between}},
    )
    required = files["modules/y"]["terraform"]["required_providers"]["aws"]
    assert required["configuration_aliases"] == ["aws.inner_elsewhere"]
    assert files["modules/y"]["module"]["inner"]["providers"]["aws.elsewhere"] == (
        "aws.inner_elsewhere"
    )
    assert files["terraform/s"]["provider"]["aws"][1] == {
        "alias": "m_inner_elsewhere",
        "region": "${coalesce(var.copies, var.here)}",
    }


def test_modules_without_another_region_stay_as_they_are() -> None:
    """Nothing is added where nothing is asked for."""
    modules = {"terraform/s": {"main.tf.json": {"provider": {"aws": {"region": "x"}}}}}
    assert with_aliases(modules) == (modules, [])
