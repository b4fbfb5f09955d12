"""The application module: the security group by which applications reach a database."""

from __future__ import annotations

from tapforge.lang.inputs import inputs, output, outputs
from tapforge.lang.module import Body, module
from tapforge.modules.parts.inputs import OutsideInputs
from tapforge.modules.parts.network import client_group


@inputs
class ApplicationInputs(OutsideInputs):
    """Whose group it is, and the database that it leads to."""


@outputs
class ApplicationOutputs:
    """The group."""

    security_group_id: str = output("Id of the applications' security group.")


@module("application")
def application(m: Body, v: ApplicationInputs) -> ApplicationOutputs:
    """A security group without ingress: what reaches applications is for these to say."""
    group = client_group(
        m,
        v,
        stem=f"{v.name}-application",
        description=f"Applications that reach the database of {v.name}-{v.environment_suffix}",
    )
    return ApplicationOutputs(security_group_id=group.id)
