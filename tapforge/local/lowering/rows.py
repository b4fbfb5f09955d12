"""The kinds of rows that the table of the lowering is made of."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import attrs

from tapforge.local.lowering.draft import Block, Draft, Reference, address_of
from tapforge.local.lowering.schema import Kind
from tapforge.local.lowering.template import as_expression, as_operand, sole_expression

Body = dict[str, Any]
"""The body of a block in Terraform's JSON syntax."""

_META = ("//", "count", "for_each", "provider", "depends_on", "lifecycle")


class Row(Protocol):
    """One difference between the current provider and the old one."""

    def apply(self, draft: Draft) -> None:
        """Lower what the row is about, wherever it stands in the module."""


@attrs.frozen
class Renamed:
    """An argument that had another name.

    Attributes:
        type: The resource.
        argument: Its name today.
        was: The name in the old provider.
        reason: What happened to it.
        value: Gives the old argument's value.
        kind: The kind of block.
    """

    type: str
    argument: str
    was: str
    reason: str
    value: Callable[[Any], Any] = attrs.field(default=lambda value: value)
    kind: Kind = "resource"

    def apply(self, draft: Draft) -> None:
        """Rename the argument and, where the old provider has no such attribute, its references."""
        for block in draft.of(self.kind, self.type):
            if self.argument in block.body:
                block.body[self.was] = self.value(block.body.pop(self.argument))
                draft.rewritten(block.address, self.argument, self.reason)
            _rename_ignored(block, {self.argument: self.was})
            schema = draft.schema(block)
            if schema and self.argument not in schema.names():
                draft.redirect(block.address, self._reference)

    def _reference(self, reference: Reference) -> str | None:
        if reference.attribute != self.argument:
            return None
        return reference.to(reference.address, self.was)


@attrs.frozen
class Valued:
    """Values of an argument that the old provider refuses.

    Attributes:
        type: The resource.
        argument: The argument.
        values: What stands for a value, by a regular expression that Python and Terraform both
            understand; None for one that is AWS's own default, and is left out.
        reason: Why the old provider refuses them.
    """

    type: str
    argument: str
    values: Mapping[str, str | None]
    reason: str

    def apply(self, draft: Draft) -> None:
        """Replace the values; one that only Terraform knows is replaced by Terraform."""
        for block in draft.of("resource", self.type):
            value = block.body.get(self.argument)
            if not isinstance(value, str):
                continue
            lowered = self._by_terraform(value) if "${" in value else self._replaced(value)
            if lowered != value:
                block.body[self.argument] = lowered
                draft.rewritten(block.address, self.argument, self.reason)
            if lowered is None:
                del block.body[self.argument]

    def _replaced(self, value: str) -> str | None:
        for pattern, instead in self.values.items():
            if instead is None:
                if re.search(pattern, value):
                    return None
            else:
                value = re.sub(pattern, instead, value)
        return value

    def _by_terraform(self, value: str) -> str:
        replaced = expression = as_operand(value)
        absent = f"{expression} == null"
        for pattern, instead in self.values.items():
            if instead is None:
                absent += f" || can(regex({json.dumps(pattern)}, {expression}))"
            else:
                replaced = f'replace({replaced}, {json.dumps(f"/{pattern}/")}, "{instead}")'
        return f"${{{absent} ? null : {replaced}}}"


@attrs.frozen
class Joined:
    """Arguments that were parts of the text of another one.

    Attributes:
        type: The resource.
        arguments: The arguments.
        into: The argument whose text they were.
        text: Gives that text from those arguments that are there.
        reason: What happened to them.
    """

    type: str
    arguments: tuple[str, ...]
    into: str
    text: Callable[[Body], str]
    reason: str

    def apply(self, draft: Draft) -> None:
        """Write the text in their stead."""
        for block in draft.of("resource", self.type):
            given = {name: block.body.pop(name) for name in self.arguments if name in block.body}
            if given:
                block.body[self.into] = self.text(given)
                draft.rewritten(block.address, self.into, self.reason)


@attrs.frozen
class Without:
    """An argument that is left out, where more can be said than that it is newer.

    Attributes:
        type: The resource.
        argument: The argument.
        reason: Why nothing is lost, or what is.
    """

    type: str
    argument: str
    reason: str

    def apply(self, draft: Draft) -> None:
        """Leave the argument out."""
        for block in draft.of("resource", self.type):
            if self.argument in block.body:
                del block.body[self.argument]
                draft.left_out(block.address, self.argument, self.reason)


@attrs.frozen
class Needing:
    """A resource that the old provider has only with an argument that may be left out today.

    Attributes:
        type: The resource.
        argument: The argument.
        reason: Why nothing is lost, or what is.
    """

    type: str
    argument: str
    reason: str

    def apply(self, draft: Draft) -> None:
        """Leave the resource out where the argument is."""
        for block in draft.of("resource", self.type):
            if self.argument not in block.body:
                draft.blocks.remove(block)
                draft.left_out(block.address, "", self.reason)


@attrs.frozen
class Retyped:
    """A resource whose type was another one.

    Attributes:
        type: Its type today.
        was: The type in the old provider.
        reason: What happened to it.
        name: Gives the name of the old resource from that of today's.
        body: Gives the old resource's arguments; what it leaves in is checked like any other.
        attributes: The attributes that had other names.
    """

    type: str
    was: str
    reason: str
    name: str = "{}"
    body: Callable[[Body], Body] = attrs.field(default=lambda body: body)
    attributes: Mapping[str, str] = attrs.field(factory=dict)

    def apply(self, draft: Draft) -> None:
        """Make it the old resource, and lead its references there."""
        for block in draft.of("resource", self.type):
            draft.rewritten(block.address, "", self.reason)
            draft.redirect(block.address, self._reference)
            block.type, block.name = self.was, self.name.format(block.name)
            meta = {name: block.body.pop(name) for name in _META if name in block.body}
            block.body = self.body(block.body) | meta
            _rename_ignored(block, self.attributes)

    def _reference(self, reference: Reference) -> str:
        address = address_of("resource", self.was, self.name.format(reference.name))
        return reference.to(address, self.attributes.get(reference.attribute, reference.attribute))


@attrs.frozen
class Folded:
    """A resource that was a part of another one.

    Attributes:
        type: Its type today.
        into: The type that it was a part of.
        by: The argument that says of which.
        part: Gives the arguments of the other resource that it was.
        reason: What happened to it.
    """

    type: str
    into: str
    by: str
    part: Callable[[Body], Body]
    reason: str

    def apply(self, draft: Draft) -> None:
        """Write it into the other resource, and lead its references there."""
        for block in draft.of("resource", self.type):
            draft.blocks.remove(block)
            whole = self._whole(draft, block)
            if whole is None:
                continue
            body = {n: v for n, v in block.body.items() if n not in (*_META, self.by, "id")}
            part = self.part(body)
            if "dynamic" in part:
                whole.body["dynamic"] = whole.body.get("dynamic", {}) | part.pop("dynamic")
            whole.body |= part
            _inherit_dependencies(whole, block)
            draft.rewritten(block.address, "", self.reason)
            draft.redirect(block.address, self._redirect(draft, whole))

    def _whole(self, draft: Draft, block: Block) -> Block | None:
        """Find what it is a part of: a resource of the same module, with the same instances."""
        text = sole_expression(block.body.get(self.by, "")) or ""
        for whole in draft.of("resource", self.into):
            index = {"count": "[count.index]", "for_each": "[each.key]"}
            instances = block.instances()
            places = [f"{whole.address}{index[name]}" for name in instances] or [whole.address]
            if instances == whole.instances() and text.rpartition(".")[0] in places:
                return whole
        draft.refuse(
            block.address,
            f'its {self.by} "{block.body.get(self.by)}" is no {self.into} of the same module with'
            f" the same count or for_each, so it can't become a part of it",
            f"declare it beside its {self.into}",
        )
        return None

    def _redirect(self, draft: Draft, whole: Block) -> Callable[[Reference], str | None]:
        def redirect(reference: Reference) -> str | None:
            known = {"": "", "id": "id", self.by: "id"}
            if reference.attribute in known:
                return reference.to(whole.address, known[reference.attribute])
            draft.refuse(
                reference.address, f"its attribute {reference.attribute} has no counterpart"
            )
            return None

        return redirect


@attrs.frozen
class Derived:
    """An attribute that the old provider lacks, and what it can be had from.

    Attributes:
        type: The resource or data source.
        attribute: The attribute.
        expression: Its value, with `{}` for the resource.
        kind: The kind of block.
    """

    type: str
    attribute: str
    expression: str
    kind: Kind = "resource"

    def apply(self, draft: Draft) -> None:
        """Lead references to the attribute to the expression."""
        for block in draft.of(self.kind, self.type):
            draft.redirect(block.address, self._reference)

    def _reference(self, reference: Reference) -> str | None:
        if reference.attribute != self.attribute:
            return None
        if reference.splat and not self.expression.startswith("{}."):
            return None
        value = self.expression.replace("{}", f"{reference.address}{reference.index}")
        return f"{value}{reference.rest}"


@attrs.frozen
class Secret:
    """The master password that RDS makes and keeps itself, which the old provider can't ask for.

    A secret of the same shape is made in its stead, so that what refers to it finds one.

    Attributes:
        type: The resource.
        user: The argument with the master user's name.
        password: The argument with the password.
        identifier: The argument that names the resource.
        literal: The password: it guards nothing but an empty database that does not exist.
        reason: Why.
    """

    type: str
    user: str
    password: str
    identifier: str
    literal: str
    reason: str

    def apply(self, draft: Draft) -> None:
        """Give the resource a password, and a secret that holds it."""
        for block in draft.of("resource", self.type):
            if "manage_master_user_password" not in block.body:
                continue
            managed = block.body.pop("manage_master_user_password")
            if managed in (False, None):
                continue
            given = block.body.pop(f"{self.password}_wo", block.body.get(self.password))
            block.body[self.password] = self._password(managed, given)
            key = block.body.pop("master_user_secret_kms_key_id", None)
            if managed is not True and not block.instances():
                # The secret is there only where RDS would make one.
                only = {"count": f"${{{as_operand(managed)} == true ? 1 : 0}}"}
                address = self._add_secret(draft, block, key, only)
                draft.redirect(block.address, self._redirect_if(draft, address))
            else:
                address = self._add_secret(draft, block, key, block.instances())
                draft.redirect(block.address, self._redirect(draft, address))
            draft.rewritten(block.address, "manage_master_user_password", self.reason)

    def _password(self, managed: Any, given: Any) -> Any:
        if managed is True:
            return self.literal
        condition, other = as_operand(managed), as_operand(given)
        return f'${{{condition} == true ? "{self.literal}" : {other}}}'

    def _add_secret(self, draft: Draft, block: Block, key: Any, instances: dict[str, Any]) -> str:
        name = f"{block.name}_master_user"
        named = block.body.get(self.identifier)
        secret = Block(
            "resource",
            "aws_secretsmanager_secret",
            name,
            instances
            | ({"name": f"rds-master/{named}"} if named else {"name_prefix": "rds-master-"})
            | {"recovery_window_in_days": 0}
            | ({} if key is None else {"kms_key_id": key}),
            block.file,
        )
        index = {"count": "[count.index]", "for_each": "[each.key]"}
        place = secret.address + "".join(index[each] for each in instances)
        user = as_expression(block.body.get(self.user))
        value = f'{{username = {user}, password = "{self.literal}"}}'
        version = Block(
            "resource",
            "aws_secretsmanager_secret_version",
            name,
            instances
            | {"secret_id": f"${{{place}.id}}", "secret_string": f"${{jsonencode({value})}}"},
            block.file,
        )
        draft.blocks += [secret, version]
        return secret.address

    def _redirect_if(self, draft: Draft, address: str) -> Callable[[Reference], str | None]:
        """Lead references to the one secret that may be there."""

        def redirect(reference: Reference) -> str | None:
            if reference.attribute != "master_user_secret":
                return None
            index, dot, attribute = reference.rest.partition(".")
            names = {"secret_arn": "arn", "kms_key_id": "kms_key_id"}
            if not dot or attribute not in names:
                draft.refuse(reference.address, f"its {attribute or 'secrets'} can't be read")
                return None
            return f"{address}{index}.{names[attribute]}"

        return redirect

    def _redirect(self, draft: Draft, address: str) -> Callable[[Reference], str | None]:
        def redirect(reference: Reference) -> str | None:
            if reference.attribute != "master_user_secret":
                return None
            if reference.splat:
                draft.refuse(reference.address, "its secrets can't be read by a splat")
                return None
            secret = f"{address}{reference.index}"
            if reference.rest == "[0].secret_arn":
                return f"{secret}.arn"
            members = f"secret_arn = {secret}.arn, kms_key_id = {secret}.kms_key_id"
            return f'[{{{members}, secret_status = "active"}}]{reference.rest}'

        return redirect


@attrs.frozen
class Constant:
    """An ephemeral resource that the old provider lacks, replaced by a constant.

    Attributes:
        type: The ephemeral resource.
        attribute: What is read of it.
        value: What stands for that.
        reason: Why that is enough.
    """

    type: str
    attribute: str
    value: str
    reason: str

    def apply(self, draft: Draft) -> None:
        """Leave the resource out, and put the constant where it was read."""
        for block in draft.of("ephemeral", self.type):
            draft.blocks.remove(block)
            draft.rewritten(block.address, "", self.reason)
            draft.redirect(block.address, self._reference)

    def _reference(self, reference: Reference) -> str | None:
        return json.dumps(self.value) if reference.attribute == self.attribute else None


@attrs.frozen
class EphemeralAsData:
    """Ephemeral resources that the old provider has as data sources.

    Their conditions go: Terraform reads a data source that has some anew in every run that changes
    anything before it, and what it gives, such as a password, would change in each.

    Attributes:
        reason: Why that is allowed.
    """

    reason: str

    def apply(self, draft: Draft) -> None:
        """Make them data sources."""
        for block in draft.ours():
            if block.kind == "ephemeral" and draft.old.find("data", block.type):
                draft.rewritten(block.address, "", self.reason)
                if block.body.pop("lifecycle", None):
                    draft.left_out(
                        block.address, "lifecycle", "a data source with conditions is read late"
                    )
                draft.redirect(
                    block.address,
                    lambda each: each.to(address_of("data", each.type, each.name)),
                )
                block.kind = "data"


@attrs.frozen
class WriteOnly:
    """Write-only arguments: `password_wo` beside `password`.

    Attributes:
        reason: Why the value may be kept.
    """

    reason: str

    def apply(self, draft: Draft) -> None:
        """Give the value to the argument that the old provider has, and leave its version out."""
        for block in draft.ours():
            schema = draft.schema(block)
            known = schema.arguments() if schema else set()
            for argument in [each for each in block.body if each.endswith("_wo")]:
                plain = argument.removesuffix("_wo")
                if plain in known:
                    block.body.setdefault(plain, block.body.pop(argument))
                    block.body.pop(f"{argument}_version", None)
                    draft.rewritten(block.address, argument, self.reason)


def _rename_ignored(block: Block, names: Mapping[str, str]) -> None:
    """Rename arguments in `ignore_changes`."""
    ignored = block.body.get("lifecycle", {}).get("ignore_changes")
    if isinstance(ignored, list):
        block.body["lifecycle"]["ignore_changes"] = [names.get(each, each) for each in ignored]


def _inherit_dependencies(whole: Block, part: Block) -> None:
    dependencies = [*whole.body.get("depends_on", []), *part.body.get("depends_on", [])]
    if dependencies:
        whole.body["depends_on"] = dependencies


def is_equal(text: str) -> Callable[[Any], Any]:
    """Give the function that tells whether a value is `text`: here, or in Terraform."""

    def compare(value: Any) -> Any:
        if isinstance(value, str) and "${" in value:
            return f"${{{as_operand(value)} == {json.dumps(text)}}}"
        return value == text

    return compare


def in_list(value: Any) -> Any:
    """Give a list of one value; null for null."""
    if isinstance(value, str) and "${" in value:
        expression = as_operand(value)
        return f"${{{expression} == null ? null : [{expression}]}}"
    return None if value is None else [value]
