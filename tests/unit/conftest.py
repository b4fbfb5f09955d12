"""A small provider whose schema has everything that a provider's schema may have."""

import importlib
import json
import sys

import pytest

from tapforge.codegen.generate import generate

ADDRESS = "registry.terraform.io/example/box"


def optional(type_, **more):
    """Make an attribute that may be given."""
    return {"type": type_, "optional": True, **more}


CRATE = {
    "version": 2,
    "block": {
        "description": "A crate.",
        "attributes": {
            "name": {"type": "string", "required": True, "description": 'Its "name".'},
            "size": optional("number"),
            "open": optional("bool"),
            "tags": optional(["map", "string"]),
            "labels": optional(["list", "string"]),
            "zones": optional(["set", "string"]),
            "secret": optional("string", sensitive=True),
            "token_wo": optional("string", write_only=True),
            "old": optional("string", deprecated=True),
            "id": {"type": "string", "computed": True},
            "anything": optional("dynamic"),
            "pair": optional(["tuple", ["string", "number"]]),
            "from": optional("string"),
            "self": optional("string"),
            "2fa": optional("string"),
            "count": optional("number"),
            "label": optional("string"),
            "meta": optional("string"),
            "str": optional("string"),
            "list": optional(["list", "string"]),
            "rule": optional(
                [
                    "set",
                    [
                        "object",
                        {"port": "number", "notes": ["list", ["object", {"text": "string"}]]},
                    ],
                ],
                computed=True,
            ),
            "contents": {"type": ["list", ["object", {"item": "string"}]], "computed": True},
            "layout": {
                "optional": True,
                "nested_type": {
                    "nesting_mode": "single",
                    "attributes": {
                        "rows": {"type": "number", "required": True},
                        "gap": optional("number"),
                        "cells": {
                            "optional": True,
                            "nested_type": {
                                "nesting_mode": "list",
                                "attributes": {"color": optional("string")},
                            },
                        },
                    },
                },
            },
        },
        "block_types": {
            "timeouts": {
                "nesting_mode": "single",
                "block": {"attributes": {"create": optional("string")}},
            },
            "lid": {
                "nesting_mode": "list",
                "max_items": 1,
                "block": {"attributes": {"color": optional("string")}},
            },
            "cover": {
                "nesting_mode": "list",
                "max_items": 1,
                "block": {
                    "attributes": {"color": optional("string", description="As of a lid.")},
                },
            },
            "slot": {
                "nesting_mode": "list",
                "max_items": 3,
                "block": {
                    "attributes": {"width": {"type": "number", "required": True}},
                    "block_types": {
                        "filter": {
                            "nesting_mode": "set",
                            "block": {"attributes": {"slots": optional("string")}},
                        }
                    },
                },
            },
            "sticker": {
                "nesting_mode": "set",
                "min_items": 2,
                "block": {
                    "attributes": {"text": {"type": "string", "required": True}},
                    "block_types": {
                        "filter": {
                            "nesting_mode": "set",
                            "block": {"attributes": {"stickers": optional("string")}},
                        }
                    },
                },
            },
            "door": {
                "nesting_mode": "group",
                "block": {"attributes": {"hinges": optional("number")}},
            },
            "drawer": {
                "nesting_mode": "map",
                "block": {"attributes": {"depth": optional("number")}},
            },
            "lock": {"nesting_mode": "list", "block": {"opaque": True}},
            "mapping": {
                "nesting_mode": "list",
                "block": {"attributes": {"values": optional(["map", "string"])}},
            },
            "crate": {"nesting_mode": "list", "block": {"attributes": {"inner": optional("bool")}}},
        },
    },
}
SMALL = {"version": 0, "block": {"attributes": {"id": {"type": "string", "computed": True}}}}
LABEL = {
    "version": 0,
    "block": {
        "deprecated": True,
        "attributes": {
            "text": {"type": "string", "required": True},
            "id": {"type": "string", "computed": True},
        },
    },
}
DOCUMENT = {
    "format_version": "1.0",
    "provider_schemas": {
        ADDRESS: {
            "provider": {
                "version": 0,
                "block": {
                    "attributes": {"token": optional("string"), "region": optional("string")},
                    "block_types": {
                        "defaults": {
                            "nesting_mode": "list",
                            "max_items": 1,
                            "block": {"attributes": {"tags": optional(["map", "string"])}},
                        }
                    },
                },
            },
            "resource_schemas": {
                "box_crate": CRATE,
                "box_crate_2": SMALL,
                "box_crate2": SMALL,
                "box_none": SMALL,
                "box_label": LABEL,
                "other_thing": SMALL,
            },
            "data_source_schemas": {"box_crate": SMALL, "box_lambda": SMALL},
            "ephemeral_resource_schemas": {"box_key": SMALL},
            "functions": {"pack": {"return_type": "string"}},
            "list_resource_schemas": {"box_crate": SMALL},
            "resource_identity_schemas": {"box_crate": {"version": 0, "attributes": {}}},
            "action_schemas": {"box_shake": SMALL},
        }
    },
}


@pytest.fixture(scope="session")
def box_schema():
    """The provider's schema, as Terraform writes it."""
    return json.loads(json.dumps(DOCUMENT))


@pytest.fixture(scope="session")
def box(tmp_path_factory, box_schema):
    """The package of models of the small provider, generated and imported."""
    root = tmp_path_factory.mktemp("generated")
    file = root / "schema.json"
    file.write_text(json.dumps(box_schema))
    generate(file, "box_models", version="1.2.3", root=root)
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    yield importlib.import_module("box_models")
    sys.path.remove(str(root))
