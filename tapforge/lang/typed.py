"""Types that generated stubs are written in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, TypedDict, TypeVar

from tapforge.lang.meta import Connection, Lifecycle, Provisioner
from tapforge.lang.model import Model, ProviderConfiguration

Element_co = TypeVar("Element_co", covariant=True)


class ListOf(Protocol[Element_co]):
    """A list, tuple, set or other collection, but no text: a ``str`` is no list of strings."""

    def __contains__(self, item: object, /) -> bool: ...
    def __iter__(self) -> Iterator[Element_co]: ...
    def __len__(self) -> int: ...


class MetaArguments(TypedDict, total=False):
    """What Terraform itself takes in every block of a provider."""

    count: float | None
    for_each: Mapping[str, Any] | ListOf[str] | Model | None
    depends_on: Sequence[Any] | None
    provider: ProviderConfiguration | None
    lifecycle: Lifecycle | None


class ResourceMetaArguments(MetaArguments, total=False):
    """What Terraform itself takes in every resource."""

    provisioner: Sequence[Provisioner] | None
    connection: Connection | None
