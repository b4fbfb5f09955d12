"""Systems: root modules with provider, backend and what every one of them takes."""

import pytest

from tapforge.lang.inputs import inputs, output, outputs, variable
from tapforge.lang.module import Body, module
from tapforge.systems.system import BackendInputs, SystemInputs, system


@inputs
class NoInputs:
    """Nothing."""


@inputs
class ShopInputs(SystemInputs):
    """What a shop takes."""

    size: int = variable("Its size.", default=1)


@outputs
class ShopOutputs:
    """What a shop gives."""

    size: int = output("Its size.")


@module("shelf")
def shelf(_m: Body, _v: NoInputs) -> ShopOutputs:
    """A shelf."""
    return ShopOutputs(size=1)


@system("shop")
def shop(s: Body, v: ShopInputs) -> ShopOutputs:
    """A shop."""
    s.call("shelf", shelf, NoInputs())
    return ShopOutputs(size=v.size)


def test_a_system_has_a_provider_with_the_default_tags() -> None:
    """Region and suffix are the environment's; whoever runs it may add tags, or replace them."""
    files = shop.body.document.files("")
    assert files["providers.tf.json"]["provider"] == {
        "aws": {
            "region": "${var.aws_region}",
            "default_tags": [
                {
                    "tags": (
                        '${merge({Environment = var.environment_suffix, System = "shop",'
                        ' ManagedBy = "terraform", Repository = "tapforge"}, var.default_tags)}'
                    )
                }
            ],
        }
    }


def test_a_system_keeps_its_state_encrypted_and_locked() -> None:
    """In S3, with the rest given by the environment; provider versions are pinned."""
    settings = shop.body.document.files("")["versions.tf.json"]["terraform"]
    assert settings["backend"] == {"s3": {"encrypt": True, "use_lockfile": True}}
    assert settings["required_providers"]["aws"]["version"].startswith("~> ")
    assert settings["required_version"] == ">= 1.11.0"


def test_a_system_calls_modules_from_its_folder() -> None:
    """Which lies beside `modules/`."""
    assert shop.body.document.json()["module"] == {"shelf": {"source": "../../modules/shelf"}}
    assert shop.modules() == {"shelf": shelf}
    assert shop.body is shop.body


def test_every_system_takes_the_same_inputs() -> None:
    """They are inherited; a class that does not is refused when it is made a system."""
    assert list(shop.body.document.json()["variable"]) == [
        *("environment_suffix", "aws_region", "default_tags", "size")
    ]

    def wrong(_s: Body, _v: NoInputs) -> ShopOutputs:
        return ShopOutputs(size=1)

    with pytest.raises(
        TypeError, match="lack aws_region, default_tags, environment_suffix; inherit"
    ):
        system("wrong")(wrong)  # type: ignore[type-var]


def test_the_backend_takes_what_terraform_is_given_at_init() -> None:
    """A bucket that exists, and a key of its own."""
    made = BackendInputs(key="dev/shop/terraform.tfstate")
    assert (made.bucket, made.region) == ("iac-rlhf-tf-states", "us-east-1")
