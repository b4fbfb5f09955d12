"""Policy documents as rules read them, whichever way they are written.

A policy is JSON text, a call of ``jsonencode()`` on a value, or a reference to an
``aws_iam_policy_document``: rules see the same statements in all three.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from tapforge.lang.expression import Access, Call, Expression, Template, addresses, parse
from tapforge.rules.resource import Block, Configuration, Resource, Unknown

DOCUMENT = "data.aws_iam_policy_document"

# Conditions on these keys say how a request comes, and not who makes it.
_ANYBODYS = frozenset(
    (
        *("aws:securetransport", "s3:tlsversion", "aws:currenttime", "aws:epochtime"),
        *("aws:useragent", "aws:referer", "aws:requestedregion", "kms:viaservice"),
        *("s3:x-amz-acl", "s3:x-amz-server-side-encryption", "s3:prefix", "s3:delimiter"),
    )
)
_ELEMENTS = {
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
    "principals": "Principal",
    "not_principals": "NotPrincipal",
    "condition": "Condition",
}
_OTHERS = ("source_policy_documents", "override_policy_documents", "source_json", "override_json")


@attrs.frozen(eq=False)
class Condition:
    """One condition.

    Attributes:
        test: The operator, such as ``StringEquals``.
        variable: The key in lower case; "" where it is unknown.
        values: The values, some of which may be unknown.
    """

    test: str
    variable: str
    values: tuple[Any, ...]


@attrs.frozen(eq=False)
class Statement:
    """One statement of a policy.

    Attributes:
        resource: The resource or data source that it is written in.
        place: The path of the statement inside it.
        effect: ``Allow`` or ``Deny``; None if it is unknown.
        actions: The actions, some of which may be unknown, as in all lists here.
        not_actions: The actions that are left out.
        resources: The resources.
        not_resources: The resources that are left out.
        principals: The principals with their kinds: ``Service``, ``AWS``, ``Federated``, ``*``.
        not_principals: The principals that are left out.
        conditions: The conditions.
    """

    resource: Resource
    place: str
    effect: str | None
    actions: tuple[Any, ...] = ()
    not_actions: tuple[Any, ...] = ()
    resources: tuple[Any, ...] = ()
    not_resources: tuple[Any, ...] = ()
    principals: tuple[tuple[str, Any], ...] = ()
    not_principals: tuple[tuple[str, Any], ...] = ()
    conditions: tuple[Condition, ...] = ()

    @property
    def allows(self) -> bool:
        """Whether it allows something."""
        return self.effect == "Allow"

    @property
    def anyone(self) -> bool:
        """Whether everybody is a principal of it."""
        return any(kind in ("*", "AWS") and _is(who, "*") for kind, who in self.principals)

    @property
    def services(self) -> list[str]:
        """The service principals that are known."""
        return [who for kind, who in self.principals if kind == "Service" and isinstance(who, str)]

    @property
    def principals_are_known(self) -> bool:
        """Whether all principals are known."""
        return not any(isinstance(who, Expression) for _, who in self.principals)

    @property
    def restricted(self) -> bool:
        """Whether a condition limits who may use it."""
        return any(each.variable not in _ANYBODYS for each in self.conditions)

    @property
    def names_source(self) -> bool:
        """Whether a condition asks for the account or resource that a service acts for."""
        keys = ("aws:source", "aws:principalorg", "aws:principalaccount", "kms:encryptioncontext")
        return any(not c.variable or c.variable.startswith(keys) for c in self.conditions)

    def has(self, *actions: str) -> bool:
        """Tell whether an action is among its actions as it stands, in any case."""
        return any(isinstance(each, str) and each.lower() in actions for each in self.actions)

    def at(self, element: str) -> str:
        """Give the path of an element, named as ``aws_iam_policy_document`` names it."""
        written = element if self.resource.mode == "data" else _ELEMENTS[element]
        return f"{self.place}{written}"


@attrs.frozen(eq=False)
class Policy:
    """What could be read of a policy.

    Attributes:
        statements: The statements that are known.
        complete: Whether that is all of them.
    """

    statements: tuple[Statement, ...] = ()
    complete: bool = True

    @property
    def allowing(self) -> list[Statement]:
        """The statements that allow something."""
        return [each for each in self.statements if each.allows]


_NONE = Policy()
_UNREADABLE = Policy(complete=False)


def read(configuration: Configuration, resource: Resource, argument: str) -> Policy:
    """Read the policy that an argument holds; an empty one if it is unset.

    Args:
        configuration: Where policy documents are looked up.
        resource: The resource.
        argument: Its argument.
    """
    known = configuration.once(_already_read)
    key = (resource.address, argument)
    if key not in known:
        known[key] = read_value(configuration, resource, argument, resource.given(argument))
    return known[key]


def _already_read(_: Configuration) -> dict[tuple[str, str], Policy]:
    return {}


def read_value(configuration: Configuration, resource: Resource, place: str, value: Any) -> Policy:
    """Read a policy from a value that stands at a place of a resource."""
    if value is None or _is(value, ""):
        return _NONE
    if isinstance(value, str):
        content = _parse(value)
        return _from_json(resource, place, content) if content is not None else _UNREADABLE
    if isinstance(value, Call) and value._function == "jsonencode":  # noqa: SLF001 - reads its value
        return _from_json(resource, place, _parsed(value._arguments[0]))  # noqa: SLF001
    if isinstance(value, Expression):
        documents = configuration.targets(value, DOCUMENT)
        alone = len(documents) == 1 == len(set(addresses(value)))
        # A function of a document may have changed it; a plan does not tell.
        if alone and isinstance(value, (Access, Unknown)):
            return _from_document(configuration, documents[0])
    return _UNREADABLE


def ending(value: Any) -> str:
    """Give the known text at the end of a value: all of a plain one, the last piece of a template."""
    if isinstance(value, Template):
        value = value._pieces[-1]  # noqa: SLF001 - only the text after the last reference is known
    return value if isinstance(value, str) else ""


def denies_plain_text(policy: Policy, action: str) -> bool:
    """Tell whether a policy denies everybody an action without TLS.

    Args:
        policy: The policy.
        action: The action, or all of a service, in lower case: ``s3:*``.
    """
    return any(
        each.effect == "Deny"
        and each.anyone
        and each.has("*", f"{action.partition(':')[0]}:*", action)
        and any(_without_tls(condition) for condition in each.conditions)
        for each in policy.statements
    )


def _from_document(configuration: Configuration, document: Resource) -> Policy:
    statements = [_statement(document, block) for block in document.blocks("statement")]
    complete = not document.unknown("statement")
    for argument in _OTHERS:
        value = document.given(argument)
        for item in value if isinstance(value, (list, tuple)) else (value,):
            other = read_value(configuration, document, argument, item)
            statements += other.statements
            complete = complete and other.complete
    return Policy(tuple(statements), complete)


def _statement(document: Resource, block: Block) -> Statement:
    return Statement(
        document,
        block.place,
        effect=block.known("effect", "Allow"),
        actions=many(block.given("actions")),
        not_actions=many(block.given("not_actions")),
        resources=many(block.given("resources")),
        not_resources=many(block.given("not_resources")),
        principals=tuple(_principals(block.blocks("principals"))),
        not_principals=tuple(_principals(block.blocks("not_principals"))),
        conditions=tuple(
            Condition(
                str(each.known("test") or ""),
                str(each.known("variable") or "").lower(),
                many(each.given("values")),
            )
            for each in block.blocks("condition")
        ),
    )


def _principals(blocks: Iterable[Block]) -> Iterator[tuple[str, Any]]:
    for block in blocks:
        for who in many(block.given("identifiers")):
            yield block.known("type") or "", who


@functools.lru_cache(maxsize=1024)
def _parse(text: str) -> Any:
    """Read JSON text; None where it is none. Nobody changes what it gives."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _parsed(value: Any) -> Any:
    """Give what jsonencode() was called with, texts that hold references as expressions."""
    if isinstance(value, Mapping):
        return {key: _parsed(item) for key, item in value.items()}
    return list(map(_parsed, value)) if isinstance(value, (list, tuple)) else parse(value)


def _from_json(resource: Resource, place: str, content: Any) -> Policy:
    listed = content.get("Statement") if isinstance(content, Mapping) else None
    if isinstance(listed, Mapping):
        listed = [listed]
    if not isinstance(listed, (list, tuple)):
        return _UNREADABLE
    statements = tuple(
        _json_statement(resource, f"{place}.Statement[{index}].", item)
        for index, item in enumerate(listed)
        if isinstance(item, Mapping)
    )
    return Policy(statements, len(statements) == len(listed))


def _json_statement(resource: Resource, place: str, item: Mapping[str, Any]) -> Statement:
    effect = item.get("Effect")
    return Statement(
        resource,
        place,
        effect=effect if isinstance(effect, str) else None,
        actions=many(item.get("Action")),
        not_actions=many(item.get("NotAction")),
        resources=many(item.get("Resource")),
        not_resources=many(item.get("NotResource")),
        principals=tuple(_json_principals(item.get("Principal"))),
        not_principals=tuple(_json_principals(item.get("NotPrincipal"))),
        conditions=tuple(_json_conditions(item.get("Condition"))),
    )


def _json_principals(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for kind, identifiers in value.items():
            for who in many(identifiers):
                yield kind, who
    elif value is not None:
        yield "*" if _is(value, "*") else "", value


def _json_conditions(value: Any) -> Iterator[Condition]:
    if isinstance(value, Mapping):
        for test, variables in value.items():
            if not isinstance(variables, Mapping):
                yield Condition(test, "", ())
                continue
            for variable, values in variables.items():
                yield Condition(test, variable.lower(), many(values))
    elif value is not None:
        yield Condition("", "", ())


def texts(values: Iterable[Any]) -> list[str]:
    """Give those of some values that are known texts."""
    return [each for each in values if isinstance(each, str)]


def many(value: Any) -> tuple[Any, ...]:
    """Give the values of an argument that takes one or a list of them."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, (list, tuple, set, frozenset)) else (value,)


def _is(value: Any, text: str) -> bool:
    return isinstance(value, str) and value == text


def _without_tls(condition: Condition) -> bool:
    return condition.variable == "aws:securetransport" and any(
        str(value).lower() == "false"
        for value in condition.values
        if not isinstance(value, Expression)
    )
