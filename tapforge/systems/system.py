"""A system: a root module with its provider and its backend, ready for `terraform apply`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import attrs

from tapforge import aws
from tapforge.lang import functions as fn
from tapforge.lang.blocks import Backend
from tapforge.lang.document import DocumentError
from tapforge.lang.errors import Problem
from tapforge.lang.inputs import Valid, declared_inputs, inputs, references, variable
from tapforge.lang.module import Body, Module, interface, settings
from tapforge.modules import valid

I = TypeVar("I", bound="SystemInputs")  # noqa: E741
O = TypeVar("O")  # noqa: E741

REPOSITORY = "tapforge"


@inputs
class SystemInputs:
    """What every system takes."""

    environment_suffix: str = variable("Ends every name.", default="dev", valid=valid.suffix)
    aws_region: str = variable(
        "Where everything is built.", default="us-east-1", valid=[valid.region]
    )
    default_tags: dict[str, str] = variable(
        "Tags of every resource, beside those the system sets itself.",
        default={},
        valid=[valid.tags],
    )


_STATE_KEY = r"^[A-Za-z0-9][A-Za-z0-9._/-]*\.tfstate$"


@inputs
class BackendInputs:
    """Where an environment keeps the Terraform state of a system.

    Terraform reads them by ``terraform init -backend-config=FILE``; a backend takes no variables.
    """

    bucket: str = variable(
        "S3 bucket of the state; versioned, and made by none of the systems it serves.",
        default="iac-rlhf-tf-states",
        valid=valid.name("s3_bucket"),
    )
    region: str = variable("Region of that bucket.", default="us-east-1", valid=[valid.region])
    key: str = variable(
        "Path of the state in the bucket, one for each environment and system.",
        valid=[
            Valid(
                lambda value, _: valid.matches(_STATE_KEY, value),
                lambda value, _: (
                    f'"{value}" is no key of a state: expected a path of letters, digits and ._-,'
                    " ending in .tfstate."
                ),
                {"pattern": _STATE_KEY},
            )
        ],
        example="dev/aurora-demo/terraform.tfstate",
    )


@attrs.frozen(eq=False)
class System(Module[I, O], Generic[I, O]):
    """A root module. Its attributes are those of `Module`; its folder lies below ``terraform/``."""

    @functools.cached_property
    def body(self) -> Body:
        """The system in full: settings, backend, provider, variables, calls and outputs.

        Raises:
            DocumentError: its blocks do not fit together.
        """
        body = Body(f"terraform/{self.name}", "../../modules")
        values = references(self.inputs)
        body.add(
            aws.Provider(
                region=values.aws_region,
                default_tags=[
                    aws.Provider.DefaultTags(
                        tags=fn.merge(
                            {
                                "Environment": values.environment_suffix,
                                "System": self.name,
                                "ManagedBy": "terraform",
                                "Repository": REPOSITORY,
                            },
                            values.default_tags,
                        )
                    )
                ],
            )
        )
        self.fill(body)
        # State is always encrypted and locked; bucket, key and region are the environment's.
        backend = Backend("s3", {"encrypt": True, "use_lockfile": True})
        body.add(settings(body.document, "~> {}", backend))
        return body

    def modules(self) -> dict[str, Module[Any, Any]]:
        """Give every module the system calls, and those call, by name.

        Raises:
            DocumentError: two modules have one name.
        """
        return called(self.body)


def called(*bodies: Body) -> dict[str, Module[Any, Any]]:
    """Give every module that some bodies call, and those call, by name.

    Raises:
        DocumentError: two modules have one name.
    """
    found: dict[str, Module[Any, Any]] = {}
    pending = list(bodies)
    while pending:
        for name, module in pending.pop(0).calls.items():
            if name not in found:
                found[name] = module
                pending.append(module.body)
            elif found[name] is not module:
                places = " and ".join(m.function.__module__ for m in (found[name], module))
                raise DocumentError(
                    Problem(f"modules/{name}", f"is made in {places}", "rename one of the two")
                )
    return dict(sorted(found.items()))


def system(name: str) -> Callable[[Callable[[Body, I], O]], System[I, O]]:
    """Make a function a system; its annotations give the classes of inputs and outputs.

    Args:
        name: The folder below ``terraform/``, and the name of its environment files.
    """

    def decorate(function: Callable[[Body, I], O]) -> System[I, O]:
        made = System(name, function, *interface(function))
        missing = declared_inputs(SystemInputs).keys() - declared_inputs(made.inputs).keys()
        if missing:
            msg = f"the inputs of system {name} lack {', '.join(sorted(missing))}; inherit SystemInputs"
            raise TypeError(msg)
        return made

    return decorate
