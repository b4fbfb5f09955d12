"""The plugin protocol, spoken without Terraform."""

import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import msgpack
import pytest

from tapforge.local.schema_provider.__main__ import main
from tapforge.local.schema_provider.objects import UNKNOWN
from tapforge.local.schema_provider.service import SchemaProvider, provider_schema, tfplugin6

BLOCK: dict[str, Any] = {
    "attributes": {
        "id": {"type": "string", "computed": True},
        "name": {"type": "string", "optional": True},
        "size": {"type": "string", "optional": True, "computed": True},
    },
    "block_types": {
        "part": {
            "nesting_mode": "set",
            "block": {
                "attributes": {
                    "name": {"type": "string", "optional": True},
                    "made": {"type": "string", "computed": True},
                }
            },
        }
    },
}
DOCUMENT = {
    "provider": {"block": {"attributes": {"region": {"type": "string", "optional": True}}}},
    "resource_schemas": {"g_bed": {"version": 3, "block": BLOCK}},
    "data_source_schemas": {
        "g_soil": {"block": {"attributes": {"region": {"type": "string", "computed": True}}}}
    },
    "ephemeral_resource_schemas": {
        "g_key": {"block": {"attributes": {"password": {"type": "string", "computed": True}}}}
    },
}

Call = Callable[..., Any]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where the provider under test listens."""
    server, port = SchemaProvider(DOCUMENT).serve()
    yield port
    server.stop(None).wait()


@pytest.fixture
def call(port: int) -> Iterator[Call]:
    """Make requests on one connection, as one alias of a provider does."""
    with connected(port) as channel:

        def call(method: str, **fields: Any) -> Any:
            message = getattr(tfplugin6, method)
            return channel.unary_unary(
                f"/tfplugin6.Provider/{method}",
                request_serializer=message.Request.SerializeToString,
                response_deserializer=message.Response.FromString,
            )(message.Request(**fields))

        yield call


def connected(port: int) -> Any:
    """A connection of its own; gRPC would share one between equal channels."""
    return grpc.insecure_channel(
        f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1)]
    )


def pack(value: Any) -> Any:
    """A value as requests have it."""
    return tfplugin6.DynamicValue(msgpack=msgpack.packb(value))


def unpack(value: Any) -> Any:
    """A value as answers have it."""
    return msgpack.unpackb(value.msgpack)


def bed(**values: Any) -> dict[str, Any]:
    """A bed with null for what is not said."""
    return {"id": None, "name": None, "size": None, "part": [], **values}


def test_the_schema_is_told_in_the_words_of_the_protocol(call: Call) -> None:
    """Versions, types, flags, nesting."""
    answer = call("GetProviderSchema")

    schema = answer.resource_schemas["g_bed"]
    assert schema.version == 3
    assert [(a.name, a.type, a.optional, a.computed) for a in schema.block.attributes] == [
        ("id", b'"string"', False, True),
        ("name", b'"string"', True, False),
        ("size", b'"string"', True, True),
    ]
    (part,) = schema.block.block_types
    assert (part.type_name, part.nesting) == ("part", tfplugin6.Schema.NestedBlock.SET)
    assert answer.server_capabilities.move_resource_state
    assert set(answer.ephemeral_resource_schemas) == {"g_key"}


@pytest.mark.parametrize("mode", ["single", "list", "set", "map"])
def test_nested_attributes_have_their_own_schema(mode: str) -> None:
    """They have a nested type instead of a type."""
    nested = {"nesting_mode": mode, "attributes": {"a": {"type": "string", "required": True}}}
    block = {"attributes": {"object": {"nested_type": nested, "optional": True}}}

    answer = provider_schema({"provider": {"block": block}})

    (attribute,) = answer.provider.block.attributes
    assert attribute.nested_type.nesting == getattr(tfplugin6.Schema.Object, mode.upper())
    assert attribute.nested_type.attributes[0].required
    assert attribute.type == b""


@pytest.mark.parametrize(
    "method",
    [
        "ValidateProviderConfig",
        "ValidateResourceConfig",
        "ValidateDataResourceConfig",
        "ValidateEphemeralResourceConfig",
        "CloseEphemeralResource",
        "RenewEphemeralResource",
        "GetFunctions",
        "StopProvider",
    ],
)
def test_what_fits_the_schema_is_accepted(call: Call, method: str) -> None:
    """Terraform has checked it against the schema already."""
    assert call(method) == getattr(tfplugin6, method).Response()


def test_what_it_does_not_have_is_unimplemented(call: Call) -> None:
    """Terraform asks for identities and takes this answer for "none"."""
    with pytest.raises(grpc.RpcError) as caught:
        call("GetResourceIdentitySchemas")

    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_resource_is_created_changed_and_destroyed(call: Call) -> None:
    """Unknown in the plan, made by the apply, kept by the next plan."""

    def plan(prior: Any, proposed: Any) -> Any:
        answer = call(
            "PlanResourceChange",
            type_name="g_bed",
            prior_state=pack(prior),
            proposed_new_state=pack(proposed),
        )
        assert not answer.requires_replace
        return unpack(answer.planned_state)

    def apply(prior: Any, planned: Any) -> Any:
        answer = call(
            "ApplyResourceChange",
            type_name="g_bed",
            prior_state=pack(prior),
            planned_state=pack(planned),
        )
        return unpack(answer.new_state)

    proposed = bed(name="a", part=[{"name": "x", "made": None}])
    planned = plan(None, proposed)
    assert planned == bed(id=UNKNOWN, name="a", size=UNKNOWN, part=[{"name": "x", "made": UNKNOWN}])

    state = apply(None, planned)
    assert state["id"] == "a"
    assert state["part"][0]["made"].startswith("made-")
    assert apply(None, planned)["size"] != state["size"]

    assert plan(state, state) == state
    assert plan(state, {**state, "part": proposed["part"]}) == state
    changed = plan(state, {**state, "name": "b"})
    assert changed == {**state, "name": "b"}
    assert apply(state, changed) == changed
    assert plan(state, None) is None
    assert apply(state, None) is None


def test_a_resource_reads_as_it_is(call: Call) -> None:
    """Nothing drifts."""
    state = pack(bed(id="x"))

    assert call("ReadResource", type_name="g_bed", current_state=state).new_state == state


def test_stored_state_is_passed_on_byte_by_byte_or_completed(call: Call) -> None:
    """Only what misses something is written anew."""

    def upgraded(text: bytes) -> bytes:
        raw = tfplugin6.RawState(json=text)
        return call("UpgradeResourceState", type_name="g_bed", raw_state=raw).upgraded_state.json

    complete = b'{"id":"x","name":null,"size":"1.00","part":[]}'
    assert upgraded(complete) == complete
    assert json.loads(upgraded(b'{"id":"x"}')) == bed(id="x")


def test_an_import_has_the_id_it_was_asked_for(call: Call) -> None:
    """And believable values for what is computed."""
    (imported,) = call("ImportResourceState", type_name="g_bed", id="x").imported_resources

    state = unpack(imported.state)
    assert imported.type_name == "g_bed"
    assert (state["id"], state["name"]) == ("x", None)
    assert state["size"].startswith("size-")


def test_a_move_takes_along_what_fits(call: Call) -> None:
    """Another type's values, where name and type are the same."""
    source = tfplugin6.RawState(json=json.dumps({"id": "x", "name": 7, "other": 1}).encode())
    answer = call("MoveResourceState", source_state=source, target_type_name="g_bed")

    state = unpack(answer.target_state)
    assert (state["id"], state["name"]) == ("x", None)


def test_each_connection_has_its_own_settings(call: Call, port: int) -> None:
    """What one alias is configured with is nothing to another."""
    call("ConfigureProvider", config=pack({"region": "eu-west-1"}))

    def region(channel: Any) -> str:
        read = channel.unary_unary(
            "/tfplugin6.Provider/ReadDataSource",
            request_serializer=tfplugin6.ReadDataSource.Request.SerializeToString,
            response_deserializer=tfplugin6.ReadDataSource.Response.FromString,
        )
        config = pack({"region": None})
        request = tfplugin6.ReadDataSource.Request(type_name="g_soil", config=config)
        return unpack(read(request).state)["region"]

    answer = call("ReadDataSource", type_name="g_soil", config=pack({"region": None}))
    assert unpack(answer.state) == {"region": "eu-west-1"}
    with connected(port) as other:
        assert region(other) == "us-east-1"


def test_a_provider_without_configuration_is_configured(call: Call) -> None:
    """Its configuration is null."""
    call("ConfigureProvider", config=pack(None))
    call("ConfigureProvider")

    answer = call("ReadDataSource", type_name="g_soil", config=pack({"region": None}))
    assert unpack(answer.state) == {"region": "us-east-1"}


def test_an_ephemeral_resource_is_opened(call: Call) -> None:
    """Its result has what the provider makes."""
    answer = call("OpenEphemeralResource", type_name="g_key", config=pack({"password": None}))

    assert len(unpack(answer.result)["password"]) == 32


def test_plugin_housekeeping_is_answered(port: int) -> None:
    """go-plugin asks to stop and for what is printed."""
    with connected(port) as channel:
        assert channel.unary_unary("/plugin.GRPCController/Shutdown")(b"") == b""
        assert list(channel.unary_stream("/plugin.GRPCStdio/StreamStdio")(b"")) == []


def test_the_program_serves_until_its_input_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It prints a port for each provider and leaves when nobody can write to it any more."""
    ended: list[int] = []
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.setattr(os, "_exit", ended.append)
    schemas = tmp_path / "schemas.json"
    schemas.write_text(json.dumps({"x/y/a": DOCUMENT, "x/y/b": DOCUMENT}))

    main(os.open(schemas, os.O_RDONLY))

    ports = json.loads(capsys.readouterr().out)
    assert set(ports) == {"x/y/a", "x/y/b"}
    assert len(set(ports.values())) == 2
    assert ended == [0]
