"""Plans are read as they are: what is known, what is unknown, what is secret, what was left out."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tapforge.rules import plan
from tapforge.rules.resource import Configuration, Resource, Sensitive, unknown

TYPE = "aws_db_instance"


def change(address: str, after: Mapping[str, Any] | None, **more: Any) -> dict[str, Any]:
    """Make the record of a planned resource; `more` overrides its parts and those of its change."""
    _, _, local = address.rpartition("module.db.")
    head, _, key = local.partition("[")
    type_, name = head.removeprefix("data.").split(".")
    record = {
        "address": address,
        "mode": "data" if local.startswith("data.") else "managed",
        "type": type_,
        "name": name,
        "change": {"actions": ["create"], "after": after},
    }
    if key:
        record["index"] = json.loads(key.removesuffix("]"))
    if local != address:
        record["module_address"] = "module.db"
    for part, value in more.items():
        (record if part in {"deposed", "previous_address"} else record["change"])[part] = value
    return record


def document(*changes: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """Make a plan, its configuration without expressions unless `root` has others."""
    root = {
        "resources": [
            {"address": each["address"].partition("[")[0], "expressions": {}} for each in changes
        ]
    } | parts.pop("root", {})
    return {
        "format_version": "1.2",
        "planned_values": {},
        "resource_changes": list(changes),
        "configuration": {"root_module": root},
        **parts,
    }


def only(configuration: Configuration) -> Resource:
    """Give the one resource there is."""
    (resource,) = configuration.resources
    return resource


def one(after: Mapping[str, Any], expressions: Mapping[str, Any], **more: Any) -> Resource:
    """Read a plan of one resource whose configuration has some expressions."""
    address = more.pop("address", f"{TYPE}.main")
    root = {"resources": [{"address": address, "expressions": expressions}]}
    return only(plan.read(document(change(address, after, **more), root=root), "plan.json"))


def test_values_are_plain_and_null_is_left_out() -> None:
    """What the plan knows is what rules see."""
    after = {"engine": "postgres", "port": None, "multi_az": False, "timeouts": {"create": None}}

    resource = one(after, {})

    assert resource.values == {"engine": "postgres", "multi_az": False, "timeouts": {}}
    assert (resource.address, resource.type, resource.name) == (f"{TYPE}.main", TYPE, "main")


def test_written_unknowns_lead_to_what_they_refer_to() -> None:
    """An unknown argument tells the resource it comes from."""
    group = change("aws_db_subnet_group.main", {"name_prefix": "shop-"}, after_unknown={"id": True})
    database = change(f"{TYPE}.main", {}, after_unknown={"db_subnet_group_name": True})
    reference = ["aws_db_subnet_group.main.name", "aws_db_subnet_group.main"]
    root = {
        "resources": [
            {"address": "aws_db_subnet_group.main", "expressions": {}},
            {
                "address": f"{TYPE}.main",
                "expressions": {"db_subnet_group_name": {"references": reference}},
            },
        ]
    }

    read = plan.read(document(group, database, root=root), "plan.json")

    value = read.of(TYPE)[0].given("db_subnet_group_name")
    assert unknown(value)
    assert read.traced(value)
    assert read.targets(value, "aws_db_subnet_group") == read.of("aws_db_subnet_group")


def test_what_is_written_is_told_from_what_is_filled_in() -> None:
    """A plan has the values of both."""
    bucket = one({"bucket": "b", "acl": "private"}, {"bucket": {"constant_value": "b"}})
    assert [bucket.writes(each) for each in ("bucket", "acl", "policy")] == [True, False, False]


@pytest.mark.parametrize(
    ("type_", "argument", "given"),
    [
        pytest.param(TYPE, "backup_retention_period", False, id="computed"),
        pytest.param(TYPE, "arn", False, id="computed-only"),
        pytest.param("aws_vpc", "enable_classiclink", False, id="argument-of-an-older-provider"),
        pytest.param("aws_security_group", "ingress", True, id="attribute-written-as-blocks"),
        pytest.param("aws_db_parameter_group", "parameter", True, id="dynamic-block"),
        pytest.param("random_password", "result", True, id="type-of-another-provider"),
    ],
)
def test_what_the_provider_chooses_was_not_given(type_: str, argument: str, given: bool) -> None:
    """An unknown argument that is not written is unset, unless a block can hide there."""
    resource = one({}, {"tags": {}}, address=f"{type_}.main", after_unknown={argument: True})

    assert resource.unset(argument) is not given
    if given:
        assert not Configuration((resource,)).traced(resource.given(argument))


def test_what_a_data_source_will_read_is_unknown() -> None:
    """A data source is asked for what it has, and not for what was given."""
    address = "data.aws_vpc.main"

    resource = one({}, {"id": {}}, address=address, after_unknown={"cidr_block": True})

    assert resource.mode == "data"
    assert resource.unknown("cidr_block")


def test_a_resource_that_the_configuration_lacks_keeps_its_unknowns() -> None:
    """Nobody can tell whether an argument was written there."""
    record = change(f"{TYPE}.main", {}, after_unknown={"port": True})

    resource = only(plan.read(document(record, root={"resources": []}), "plan.json"))

    assert resource.unknown("port")


@pytest.mark.parametrize(
    ("after", "more"),
    [
        pytest.param({"name": "s3cr3t"}, {"after_sensitive": {"name": True}}, id="marked"),
        pytest.param({"password": "s3cr3t"}, {}, id="known-to-be-secret"),
    ],
)
def test_secrets_are_hidden(after: dict[str, Any], more: dict[str, Any]) -> None:
    """Rules never get what nobody may see, marked in the plan or not."""
    resource = one(after, {}, **more)

    (argument,) = after
    assert resource.sensitive(argument)
    assert "s3cr3t" not in repr(resource.values)


def test_blocks_are_read_with_their_own_expressions() -> None:
    """Blocks of a set come in any order: the constants tell which expressions are whose."""
    expressions = {
        "parameter": [
            {
                "name": {"constant_value": "work_mem"},
                "value": {"references": ["aws_kms_key.a.arn", "aws_kms_key.a"]},
            },
            {
                "name": {"constant_value": "jit"},
                "value": {"references": ["aws_kms_key.b.arn", "aws_kms_key.b"]},
            },
        ]
    }
    after = {"parameter": [{"name": "jit"}, {"name": "work_mem", "apply_method": "immediate"}]}
    unknowns = {"parameter": [{"value": True}, {"value": True, "apply_method": False}]}

    resource = one(
        after, expressions, address="aws_db_parameter_group.main", after_unknown=unknowns
    )

    jit, work_mem = resource.blocks("parameter")
    assert str(jit.given("value")) != str(work_mem.given("value"))
    assert work_mem.given("apply_method") == "immediate"
    origins = [repr(each.given("value")) for each in (jit, work_mem)]
    assert "aws_kms_key.b" in origins[0]
    assert "aws_kms_key.a" in origins[1]


def test_a_list_of_unknowns_has_an_origin_each() -> None:
    """One reference for each element is that of the element."""
    subnets = [change(f"aws_subnet.{name}", {}) for name in "ab"]
    group = change(
        "aws_db_subnet_group.main",
        {"subnet_ids": [None, None]},
        after_unknown={"subnet_ids": [True, True]},
    )
    references = ["aws_subnet.a.id", "aws_subnet.a", "aws_subnet.b.id", "aws_subnet.b"]
    root = {
        "resources": [
            *({"address": each["address"], "expressions": {}} for each in subnets),
            {
                "address": "aws_db_subnet_group.main",
                "expressions": {"subnet_ids": {"references": references}},
            },
        ]
    }

    read = plan.read(document(*subnets, group, root=root), "plan.json")

    values = read.of("aws_db_subnet_group")[0].given("subnet_ids")
    found = [read.targets(each, "aws_subnet")[0].address for each in values]
    assert found == ["aws_subnet.a", "aws_subnet.b"]


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"actions": ["delete"]}, id="destroyed"),
        pytest.param({"actions": ["forget"]}, id="forgotten"),
        pytest.param({"deposed": "1a2b3c4d"}, id="deposed"),
    ],
)
def test_what_goes_is_left_out(more: dict[str, Any]) -> None:
    """A plan is read as it leaves things."""
    record = change(f"{TYPE}.main", {"engine": "postgres"}, **more)

    assert plan.read(document(record), "plan.json").resources == ()


def test_deferred_changes_are_read() -> None:
    """What Terraform puts off is part of the configuration."""
    record = change(f"{TYPE}.main", {"engine": "postgres"})
    deferred = {"reason": "provider_config_unknown", "resource_change": record}
    root = {"resources": [{"address": f"{TYPE}.main", "expressions": {}}]}

    read = plan.read(document(deferred_changes=[deferred], root=root), "plan.json")

    assert only(read).given("engine") == "postgres"


def test_data_sources_that_were_read_are_there() -> None:
    """Their values lie in the state; what the configuration has no more is left out."""
    records = [
        {
            "address": f"module.db.data.aws_region.{name}",
            "mode": "data",
            "type": "aws_region",
            "name": name,
            "values": {"region": "eu-west-1"},
        }
        for name in ("current", "gone")
    ]
    managed = {"address": f"{TYPE}.old", "mode": "managed", "type": TYPE, "name": "old"}
    modules = [{"address": "module.db", "resources": records}]
    state = {"values": {"root_module": {"resources": [managed], "child_modules": modules}}}
    inside = {"resources": [{"address": "data.aws_region.current", "expressions": {"x": {}}}]}

    read = plan.read(
        document(prior_state=state, root={"module_calls": {"db": {"module": inside}}}), "plan.json"
    )

    assert only(read).address == "module.db.data.aws_region.current"
    assert only(read).given("region") == "eu-west-1"


@pytest.mark.parametrize(
    ("key", "provider"),
    [
        ("aws", ""),
        ("aws.west", "aws.west"),
        ("module.db:aws", "module.db:aws"),
        ("module.db:aws.west", "module.db:aws.west"),
    ],
)
def test_the_provider_of_a_resource_is_told(key: str, provider: str) -> None:
    """What is in another region or account has names of its own."""
    address = f"{TYPE}.main"
    root = {"resources": [{"address": address, "provider_config_key": key}]}

    resource = only(plan.read(document(change(address, {}), root=root), "plan.json"))

    assert resource.provider == provider


def test_resources_come_in_order() -> None:
    """Instances are ordered by number, not as text."""
    changes = [change(f"aws_subnet.a[{number}]", {}) for number in (10, 9, 0)]

    read = plan.read(document(*changes), "plan.json")

    assert [each.address[-2:] for each in read.resources] == ["0]", "9]", "0]"]
    assert read.resources[-1].address == "aws_subnet.a[10]"


def test_variables_are_read_without_secrets() -> None:
    """Values that were given win over defaults; a sensitive variable is hidden."""
    declared = {
        "size": {"default": 1},
        "name": {"default": "shop"},
        "key": {"sensitive": True},
        "none": {"sensitive": True},
    }
    given = {"size": {"value": 2}, "key": {"value": "s3cr3t"}}

    variables = plan.read(
        document(root={"variables": declared}, variables=given), "plan.json"
    ).variables

    assert isinstance(variables["key"], Sensitive)
    assert {name: variables[name] for name in ("size", "name", "none")} == {
        "size": 2,
        "name": "shop",
        "none": None,
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_encodings_of_shells_are_read(encoding: str) -> None:
    """PowerShell writes a mark, or UTF-16."""
    text = json.dumps(document(change(f"{TYPE}.main", {"engine": "postgres"}))).encode(encoding)

    assert only(plan.parse(text, "plan.json")).given("engine") == "postgres"


PLAN = json.dumps(document(change(f"{TYPE}.main", {}))).encode()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            b"", "plan.json: is empty; write the plan into it: terraform plan", id="empty"
        ),
        pytest.param(b" \n", "is empty", id="blank"),
        pytest.param(
            b"PK\x03\x04binary", "is Terraform's own plan file; give its JSON", id="binary"
        ),
        pytest.param(b"Plan: 3 to add", "is no JSON: Expecting value: line 1", id="text"),
        pytest.param(PLAN[:-40], "is no JSON", id="truncated"),
        pytest.param(b"\xff\xfe\x00\xd8", "is no JSON", id="no-unicode"),
        pytest.param(b"[" * 100_000, "is no JSON: maximum recursion", id="deep"),
        pytest.param(
            b'{"@level":"info"}\n{"@level":"info"}', "terraform plan -json", id="messages"
        ),
        pytest.param(b"[]", "is no JSON object", id="list"),
        pytest.param(b"{}", "is no plan of Terraform", id="other-object"),
        pytest.param(b'{"version": 4, "lineage": "x"}', "is a state and no plan", id="state-file"),
        pytest.param(b'{"format_version":"1.0","values":{}}', "is a state", id="state-shown"),
        pytest.param(
            b'{"format_version": "0.2", "planned_values": {}}',
            'has the format version "0.2", and 1.x is known; plan with Terraform 1.1 or newer',
            id="old",
        ),
        pytest.param(
            b'{"format_version": "1.2", "planned_values": {}, "errored": true}',
            "is of a plan that failed, so it is not whole; correct what Terraform said",
            id="errored",
        ),
        pytest.param(
            b'{"format_version": "1.2", "planned_values": {}, "resource_changes": [{}]}',
            "is not as Terraform writes a plan (KeyError: 'change'); write it anew",
            id="malformed",
        ),
    ],
)
def test_what_is_no_plan_is_refused(text: bytes, message: str) -> None:
    """A message says what the file is, and how to make a plan."""
    with pytest.raises(plan.PlanError) as raised:
        plan.parse(text, "plan.json")

    assert str(raised.value).startswith("plan.json: ")
    assert message in str(raised.value)
