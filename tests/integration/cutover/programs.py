"""Programs that the runbook calls, on the rig: `python -m tests.integration.cutover.programs NAME`.

`tapforge` is itself, but for the data path of the tasks; `aws` takes the options of the AWS CLI by
botocore's own models.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jmespath
from botocore import xform_name
from botocore.session import get_session

PORTS = "RUNBOOK_PORTS"


def tapforge(arguments: list[str]) -> None:
    """Run the command here, as the function's code would in Lambda."""
    from tapforge.cli import main
    from tapforge.cutover import handler
    from tests.integration.cutover.rig import native
    from tests.integration.cutover.servers import Server

    place = arguments.index("--function")
    arguments[place : place + 2] = ["--local"]
    old, new = (Server.at(port) for port in json.loads(os.environ[PORTS]))
    connect = handler.connect
    handler.connect = lambda settings: native(connect(settings), old, new)
    main(arguments)


def aws(arguments: list[str]) -> None:
    """Call an operation of a service."""
    service, operation, *rest = arguments
    session = get_session()
    client = session.create_client(service)
    waits = operation == "wait"
    if waits:
        waiter = client.get_waiter(rest.pop(0).replace("-", "_"))
        operation = xform_name(waiter.config.operation, "-")
    given = dict(_options(rest))
    query, form = given.pop("query", ["@"])[0], given.pop("output", ["json"])[0]
    (called,) = [
        name
        for name in client.meta.service_model.operation_names
        if xform_name(name, "-") == operation
    ]
    shapes = client.meta.service_model.operation_model(called).input_shape.members
    if "zip-file" in given and "Content" in shapes:
        given["content"] = [{"ZipFile": _loaded(given.pop("zip-file")[0])}]
    names = {xform_name(name, "-"): name for name in shapes}
    parameters = {
        names[option]: _value(values, shapes[names[option]]) for option, values in given.items()
    }
    if waits:
        waiter.wait(**parameters)
        return
    answer = getattr(client, xform_name(called))(**parameters)
    found = jmespath.search(query, answer)
    text = json.dumps(found, default=str) if form == "json" else "\n".join(_lines(found))
    sys.stdout.write(f"{text}\n")


def _options(rest: list[str]) -> Iterable[tuple[str, list[Any]]]:
    while rest:
        option = rest.pop(0)
        assert option.startswith("--"), option
        values = []
        while rest and not rest[0].startswith("--"):
            values.append(rest.pop(0))
        yield option.removeprefix("--"), values


def _value(values: list[Any], shape: Any) -> Any:
    if shape.type_name == "boolean":
        return True
    if shape.type_name == "list":
        return [_shorthand(_loaded(value), shape.member) for value in values]
    (value,) = values
    if shape.type_name == "structure":
        return value
    return {"integer": int, "string": str}[shape.type_name](_loaded(value))


def _shorthand(text: str, shape: Any) -> Any:
    """Read `Name=N,Values=A,B` where the shape is a structure."""
    if shape.type_name != "structure":
        return text
    name, _, values = text.partition(",Values=")
    return {"Name": name.removeprefix("Name="), "Values": values.split(",")}


def _loaded(value: str) -> Any:
    if value.startswith("fileb://"):
        return Path(value.removeprefix("fileb://")).read_bytes()
    if value.startswith("file://"):
        return Path(value.removeprefix("file://")).read_text()
    return value


def _lines(found: Any) -> Iterable[str]:
    """Write as `--output text` does."""
    if not isinstance(found, list):
        yield str(found)
    elif any(isinstance(each, list) for each in found):
        for each in found:
            yield from _lines(each)
    elif found:
        yield "\t".join(map(str, found))


if __name__ == "__main__":
    {"tapforge": tapforge, "aws": aws}[sys.argv[1]](sys.argv[2:])
