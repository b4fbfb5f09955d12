"""A provider of Terraform's plugin protocol 6 that knows nothing but a schema."""

from __future__ import annotations

import importlib.util
import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent import futures
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import msgpack

from tapforge.local.schema_provider import objects
from tapforge.local.schema_provider.believable import Settings, Subject, outdated
from tapforge.local.schema_provider.source import SECTIONS

if TYPE_CHECKING:
    from pyvider.protocols.tfprotov6.protobuf import tfplugin6_pb2 as tfplugin6

    from tapforge.lang.schema import Kind
else:
    # The generated module alone: its packages import a framework that takes half a second.
    _package = importlib.util.find_spec("pyvider")
    if _package is None:
        raise ModuleNotFoundError("No module named 'pyvider'")
    _module = "protocols/tfprotov6/protobuf/tfplugin6_pb2.py"
    _spec = importlib.util.spec_from_file_location(
        "tfplugin6_pb2", Path(_package.submodule_search_locations[0], _module)
    )
    tfplugin6 = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(tfplugin6)

_FLAGS = ("required", "optional", "computed", "sensitive", "write_only", "deprecated")
_ACCEPT = (
    *("ValidateProviderConfig", "ValidateResourceConfig", "ValidateDataResourceConfig"),
    *("ValidateEphemeralResourceConfig", "RenewEphemeralResource", "CloseEphemeralResource"),
    *("GetFunctions", "StopProvider"),
)
"""The requests that an empty answer accepts."""


class SchemaProvider:
    """One provider, as Terraform's plugin protocol sees it.

    It accepts every value that fits the schema, never replaces a resource (the schema does not say
    what would), and has no functions, actions, lists, identities or state stores.

    Args:
        document: The provider's entry of ``provider_schemas``.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._schema = provider_schema(document).SerializeToString()
        self._settings: dict[str, Settings] = {}
        self._made: Counter[str] = Counter()
        self._lock = threading.Lock()

    def serve(self) -> tuple[grpc.Server, int]:
        """Serve on a free port of the loopback interface.

        Not on a socket file: connections to one have no address, and the address is what tells
        the provider's aliases apart, as Terraform opens a connection for each.

        Returns:
            The running server and its port.
        """
        server = grpc.server(
            futures.ThreadPoolExecutor(16),
            options=[("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)],
        )
        server.add_generic_rpc_handlers(self._handlers())
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        return server, port

    def _handlers(self) -> tuple[grpc.GenericRpcHandler, ...]:
        # What is not here is unimplemented, which Terraform takes for "has none of these".
        behaviours: dict[str, Callable[[Any, grpc.ServicerContext], Any]] = {
            "ApplyResourceChange": self._apply,
            "ConfigureProvider": self._configure,
            "ImportResourceState": self._import,
            "MoveResourceState": self._move,
            "OpenEphemeralResource": self._open,
            "PlanResourceChange": self._plan,
            "ReadDataSource": self._read_data,
            "ReadResource": self._read,
            "UpgradeResourceState": self._upgrade,
        }
        methods = {
            name: grpc.unary_unary_rpc_method_handler(
                behaviour,
                request_deserializer=getattr(tfplugin6, name).Request.FromString,
                response_serializer=getattr(tfplugin6, name).Response.SerializeToString,
            )
            for name, behaviour in behaviours.items()
        }
        # Messages ready made: an empty one has no bytes.
        methods |= dict.fromkeys(_ACCEPT, grpc.unary_unary_rpc_method_handler(lambda _, __: b""))
        methods["GetProviderSchema"] = grpc.unary_unary_rpc_method_handler(
            lambda _, __: self._schema
        )
        # What go-plugin asks of every plugin: to stop, and to stream what it prints.
        controller = {"Shutdown": methods["StopProvider"]}
        stdio = {"StreamStdio": grpc.unary_stream_rpc_method_handler(lambda _, __: iter(()))}
        return (
            grpc.method_handlers_generic_handler("tfplugin6.Provider", methods),
            grpc.method_handlers_generic_handler("plugin.GRPCController", controller),
            grpc.method_handlers_generic_handler("plugin.GRPCStdio", stdio),
        )

    def _configure(
        self, request: tfplugin6.ConfigureProvider.Request, context: grpc.ServicerContext
    ) -> tfplugin6.ConfigureProvider.Response:
        settings = Settings.from_config(_decode(request.config) or {})
        with self._lock:
            self._settings[context.peer()] = settings
        return tfplugin6.ConfigureProvider.Response()

    def _plan(
        self, request: tfplugin6.PlanResourceChange.Request, _: grpc.ServicerContext
    ) -> tfplugin6.PlanResourceChange.Response:
        prior, proposed = _decode(request.prior_state), _decode(request.proposed_new_state)
        block = self._block("resource", request.type_name)
        if prior is not None and proposed is not None:
            proposed = objects.carried(block, prior, proposed)
        if proposed is not None and proposed != prior:
            proposed = objects.planned(block, outdated(block, prior, proposed))
        return tfplugin6.PlanResourceChange.Response(planned_state=_encode(proposed))

    def _apply(
        self, request: tfplugin6.ApplyResourceChange.Request, context: grpc.ServicerContext
    ) -> tfplugin6.ApplyResourceChange.Response:
        plan = _decode(request.planned_state)
        if plan is not None:
            ordinal = 0
            if _decode(request.prior_state) is None:
                with self._lock:
                    self._made[f"{request.type_name} {plan!r}"] += 1
                    ordinal = self._made[f"{request.type_name} {plan!r}"]
            subject = Subject(
                "resource", request.type_name, plan, self._settings_of(context), ordinal
            )
            plan = objects.applied(self._block("resource", request.type_name), plan, subject.fill)
        return tfplugin6.ApplyResourceChange.Response(new_state=_encode(plan))

    def _read(
        self, request: tfplugin6.ReadResource.Request, _: grpc.ServicerContext
    ) -> tfplugin6.ReadResource.Response:
        return tfplugin6.ReadResource.Response(new_state=request.current_state)

    def _upgrade(
        self, request: tfplugin6.UpgradeResourceState.Request, _: grpc.ServicerContext
    ) -> tfplugin6.UpgradeResourceState.Response:
        stored = json.loads(request.raw_state.json)
        state = objects.completed(self._block("resource", request.type_name), stored)
        # As it was stored, if nothing is missing: numbers keep all their digits.
        raw = request.raw_state.json if state == stored else json.dumps(state).encode()
        return tfplugin6.UpgradeResourceState.Response(
            upgraded_state=tfplugin6.DynamicValue(json=raw)
        )

    def _import(
        self, request: tfplugin6.ImportResourceState.Request, context: grpc.ServicerContext
    ) -> tfplugin6.ImportResourceState.Response:
        found = self._found(request.type_name, {"id": request.id}, context)
        imported = tfplugin6.ImportResourceState.ImportedResource(
            type_name=request.type_name, state=_encode(found)
        )
        return tfplugin6.ImportResourceState.Response(imported_resources=[imported])

    def _move(
        self, request: tfplugin6.MoveResourceState.Request, context: grpc.ServicerContext
    ) -> tfplugin6.MoveResourceState.Response:
        source = json.loads(request.source_state.json)
        found = self._found(request.target_type_name, source, context)
        return tfplugin6.MoveResourceState.Response(target_state=_encode(found))

    def _read_data(
        self, request: tfplugin6.ReadDataSource.Request, context: grpc.ServicerContext
    ) -> tfplugin6.ReadDataSource.Response:
        config = _decode(request.config)
        subject = Subject("data", request.type_name, config, self._settings_of(context))
        state = objects.read(self._block("data", request.type_name), config, subject.fill)
        return tfplugin6.ReadDataSource.Response(state=_encode(state))

    def _open(
        self, request: tfplugin6.OpenEphemeralResource.Request, context: grpc.ServicerContext
    ) -> tfplugin6.OpenEphemeralResource.Response:
        config = _decode(request.config)
        subject = Subject("ephemeral", request.type_name, config, self._settings_of(context))
        result = objects.read(self._block("ephemeral", request.type_name), config, subject.fill)
        return tfplugin6.OpenEphemeralResource.Response(result=_encode(result))

    def _found(
        self, type_name: str, known: Mapping[str, Any], context: grpc.ServicerContext
    ) -> objects.Object:
        """A resource of which only `known` is given, as far as it fits the type."""
        block = self._block("resource", type_name)
        state = objects.empty(block)
        for name, attribute in block.get("attributes", {}).items():
            if objects.conforms(known.get(name), attribute.get("type")):
                state[name] = known[name]
        subject = Subject("resource", type_name, state, self._settings_of(context))
        return objects.read(block, state, subject.fill)

    def _settings_of(self, context: grpc.ServicerContext) -> Settings:
        with self._lock:
            return self._settings.get(context.peer()) or Settings()

    def _block(self, kind: Kind, type_name: str) -> objects.Schema:
        block: objects.Schema = self._document[SECTIONS[kind]][type_name]["block"]
        return block


def provider_schema(document: Mapping[str, Any]) -> tfplugin6.GetProviderSchema.Response:
    """Say in the plugin protocol what a provider's entry of ``provider_schemas`` says."""
    answer = tfplugin6.GetProviderSchema.Response(
        provider=_schema(document["provider"]),
        server_capabilities=tfplugin6.ServerCapabilities(
            get_provider_schema_optional=True, move_resource_state=True
        ),
    )
    for section in SECTIONS.values():
        schemas = getattr(answer, section)
        for name, schema in document.get(section, {}).items():
            schemas[name].CopyFrom(_schema(schema))
    return answer


def _schema(schema: objects.Schema) -> tfplugin6.Schema:
    return tfplugin6.Schema(version=schema.get("version", 0), block=_block(schema["block"]))


def _block(block: objects.Schema) -> tfplugin6.Schema.Block:
    return tfplugin6.Schema.Block(
        attributes=_attributes(block),
        block_types=[
            tfplugin6.Schema.NestedBlock(
                type_name=name,
                block=_block(nested["block"]),
                nesting=nested["nesting_mode"].upper(),
                min_items=nested.get("min_items", 0),
                max_items=nested.get("max_items", 0),
            )
            for name, nested in block.get("block_types", {}).items()
        ],
        deprecated=block.get("deprecated", False),
    )


def _attributes(block: objects.Schema) -> list[tfplugin6.Schema.Attribute]:
    attributes = []
    for name, said in block.get("attributes", {}).items():
        attribute = tfplugin6.Schema.Attribute(
            name=name, **{key: said[key] for key in _FLAGS if key in said}
        )
        if nested := said.get("nested_type"):
            attribute.nested_type.CopyFrom(
                tfplugin6.Schema.Object(
                    nesting=nested["nesting_mode"].upper(), attributes=_attributes(nested)
                )
            )
        else:
            attribute.type = json.dumps(said["type"]).encode()
        attributes.append(attribute)
    return attributes


def _decode(value: tfplugin6.DynamicValue) -> Any:
    return msgpack.unpackb(value.msgpack, strict_map_key=False) if value.msgpack else None


def _encode(value: Any) -> tfplugin6.DynamicValue:
    return tfplugin6.DynamicValue(msgpack=msgpack.packb(value))
