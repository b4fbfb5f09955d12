"""How the AWS provider finds the emulator."""

from tapforge.local.lowering import ProviderSchema
from tapforge.local.provider import emulated, packaged_settings, registry_settings

SCHEMA = ProviderSchema(
    "3.39.0",
    {
        "provider": {
            "block": {
                "block_types": {
                    "endpoints": {
                        "nesting_mode": "set",
                        "block": {
                            "attributes": {"s3": {"optional": True}, "rds": {"optional": True}}
                        },
                    }
                }
            }
        }
    },
)


def test_the_packaged_provider_sends_every_service_to_the_emulator() -> None:
    """Every service that its schema has, and with keys that are no secret."""
    settings = packaged_settings(SCHEMA, "http://127.0.0.1:1", "k", "s")

    assert settings["endpoints"] == [{"rds": "http://127.0.0.1:1", "s3": "http://127.0.0.1:1"}]
    assert settings["s3_force_path_style"] is True
    assert (settings["access_key"], settings["secret_key"]) == ("k", "s")


def test_todays_provider_has_its_own_names() -> None:
    """The emulator's address is in its environment."""
    settings = registry_settings("k", "s")

    assert settings["s3_use_path_style"] is True
    assert "endpoints" not in settings


def test_every_configuration_of_the_provider_is_pointed_there() -> None:
    """Those with an alias too; nothing else changes, and nothing given is touched."""
    one = {"provider": {"aws": {"region": "a"}, "random": {}}, "locals": {"x": 1}}
    two = {"provider": {"aws": [{"region": "a"}, {"alias": "b"}]}}
    three = {"output": {"x": {"value": 1}}}

    changed = emulated({"1": one, "2": two, "3": three}, {"max_retries": 2})

    assert changed == {
        "1": {
            "provider": {"aws": {"region": "a", "max_retries": 2}, "random": {}},
            "locals": {"x": 1},
        },
        "2": {
            "provider": {
                "aws": [{"region": "a", "max_retries": 2}, {"alias": "b", "max_retries": 2}]
            }
        },
        "3": three,
    }
    assert one["provider"] == {"aws": {"region": "a"}, "random": {}}
