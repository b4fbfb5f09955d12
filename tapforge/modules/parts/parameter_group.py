"""The parameter group of instances."""

from __future__ import annotations

from tapforge import aws
from tapforge.lang.meta import Lifecycle, dynamic
from tapforge.lang.module import Body
from tapforge.modules import parameters

NAMED_BY_VERSION = "The name holds the major version, so that an upgrade makes the new group first."


def instance_parameter_group(
    m: Body,
    *,
    engine: str,
    major: str,
    family: str,
    name: str,
    description: str,
    values: dict[str, str],
) -> aws.DbParameterGroup:
    """Add the parameter group of a database's instances.

    Args:
        m: The module.
        engine: The engine.
        major: Its major version.
        family: The family that follows from both.
        name: The group's name.
        description: What it is for.
        values: The parameters, sizes and times written with units or in the parameter's own.
    """
    return m.add(
        aws.DbParameterGroup(
            "main",
            name=name,
            description=description,
            family=family,
            parameter=dynamic(
                values,
                lambda parameter: aws.DbParameterGroup.Parameter(
                    name=parameter.key,
                    value=parameters.written(parameter.key, parameter.value),
                    apply_method=parameters.apply_method(engine, "instance", parameter.key, major),
                ),
            ),
            lifecycle=Lifecycle(create_before_destroy=True),
            tags={"Name": name},
        ),
        comment=NAMED_BY_VERSION,
    )
