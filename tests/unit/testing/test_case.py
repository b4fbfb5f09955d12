"""What a proof looks at: an environment, what it comes to, and the names that it makes."""

from collections.abc import Callable
from typing import Any

import pytest

from tapforge.lang.errors import Problem
from tapforge.lang.expression import Access, Symbol, Template
from tapforge.lang.resolve import ResolveError
from tapforge.rules.example import configuration
from tapforge.rules.resource import Configuration
from tapforge.testing import case as module
from tapforge.testing.case import Case, Subject, names_in, scope_of

ACCOUNT = Access(Symbol("module.a.data.aws_caller_identity.current"), "account_id")
RANDOM = Access(Symbol("random_id.main"), "hex")


def made(type_: str, /, **arguments: Any) -> Configuration:
    """Give a configuration of one resource."""
    return configuration({"resource": {type_: {"main": arguments}}, "data": {type_: {"d": {}}}})


@pytest.mark.parametrize(
    ("bucket", "text"),
    [
        ("shop-dev", "shop-dev"),
        (
            Template(("shop-", ACCOUNT, "-dev")),
            "shop-${module.a.data.aws_caller_identity.current.account_id}-dev",
        ),
        (Template(("shop-", RANDOM)), None),
        (Template(("shop-", Symbol("var.name"))), None),
        (RANDOM, None),
        (None, None),
    ],
    ids=["plain", "of-the-account", "random", "variable", "unknown", "none"],
)
def test_names_are_what_is_the_same_at_each_apply(bucket: Any, text: str | None) -> None:
    """That of the account or region does not change."""
    found = [each.text for each in names_in(made("aws_s3_bucket", bucket=bucket))]
    assert found == ([] if text is None else [text])


def test_names_in_blocks_have_their_place() -> None:
    """Each as Terraform calls it."""
    blocks = {"parameter": [{"name": "port"}]}
    [name] = names_in(made("aws_db_subnet_group", name="shop-dev", **blocks))
    assert (name.text, name.place) == ("shop-dev", "name")


@pytest.mark.parametrize(
    ("type_", "arguments", "scope"),
    [
        ("aws_s3_bucket", {"bucket": "shop-dev"}, ("s3_bucket",)),
        ("aws_iam_role", {"name": "dms-vpc-role"}, None),
        ("aws_security_group", {"name": "shop", "vpc_id": "vpc-1"}, ("security_group", "vpc-1")),
        ("aws_security_group", {"name": "shop", "vpc_id": RANDOM}, None),
        ("aws_security_group", {"name": "shop"}, ("security_group", "")),
        ("aws_rds_cluster", {"database_name": "shop"}, None),
    ],
    ids=["everywhere", "of-aws", "in-a-network", "in-its-own", "in-any", "in-itself"],
)
def test_where_a_name_must_be_alone(
    type_: str, arguments: dict[str, Any], scope: tuple[str, ...] | None
) -> None:
    """What is the environment's own, or fixed by AWS, need not."""
    [name] = names_in(made(type_, **arguments))
    assert scope_of(name) == scope


def test_what_is_refused_without_need_is_told(
    subject_of: Callable[[str], Subject], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what the system's inputs or conditions refuse is no environment."""

    def refuse(*_: object) -> None:
        raise ResolveError(Problem("module.a.aws_sns_topic.main.name", "is too long"))

    monkeypatch.setattr(module, "resolve", refuse)
    case = Case(subject_of("store"), {}, {})
    with pytest.raises(ResolveError, match="is too long"):
        case.resolution  # noqa: B018 - it is made


def test_an_environment_that_the_inputs_refuse_is_none(
    subject_of: Callable[[str], Subject],
) -> None:
    """Its values are wrong, and not the system."""
    with pytest.raises(module.NoEnvironmentError):
        Case(subject_of("store"), {"shelf_count": 99}, {}).resolution  # noqa: B018 - it is made
