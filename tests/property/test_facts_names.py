"""The split rules (pattern, forbidden patterns, lengths) are the original rules.

AWS and the provider state a rule as one regular expression, often with lookahead. Terraform's RE2
has none, so the data holds a conjunction. Here both are asked about the same names.
"""

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tapforge.facts import names, postgres

IDENTIFIER = r"[a-z](?:-?[a-z0-9]){0,62}"
IAM = r"[\w+=,.@-]"
GROUP = r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]"
PASSWORD = r"[\x21\x23-\x26\x28-\x2e\x30-\x3f\x41-\x7e]"

# As botocore 1.44.5, cfn-lint 1.58.0, the provider and the S3 user guide state them.
ORIGINAL = {
    "aurora_master_password": PASSWORD + "{8,41}",
    "backup_plan": r"[a-zA-Z0-9\-_.]{1,50}",
    "backup_rule": r"[a-zA-Z0-9\-_.]{1,50}",
    "backup_selection": r"[a-zA-Z0-9\-_.]{1,50}",
    "backup_vault": r"[a-zA-Z0-9\-_]{2,50}",
    "cloudwatch_alarm": r"[^\x00-\x1f\x7f]{1,255}",
    "cloudwatch_dashboard": r"[A-Za-z0-9_-]{1,255}",
    "dms_endpoint": r"[A-Za-z](?!.*--)[A-Za-z0-9-]{0,253}[A-Za-z0-9]",
    "dms_replication_instance": r"[a-z](?!.*--)[a-z0-9-]{0,61}[a-z0-9]",
    "dms_replication_subnet_group": r"(?!default$)[0-9a-z_ .-]{1,255}",
    "dms_replication_task": r"[A-Za-z](?!.*--)[A-Za-z0-9-]{0,253}[A-Za-z0-9]",
    "eventbridge_rule": r"[.\-_A-Za-z0-9]{1,64}",
    "eventbridge_target_id": r"[.\-_A-Za-z0-9]{1,64}",
    "iam_instance_profile": IAM + "{1,128}",
    "iam_policy": IAM + "{1,128}",
    "iam_role": IAM + "{1,64}",
    "kms_alias": r"alias/(?!aws/)[a-zA-Z0-9:/_-]{1,250}",
    "lambda_function": r"[a-zA-Z0-9_-]{1,64}",
    "log_group": r"(?!aws/)[.\-_/#A-Za-z0-9]{1,512}",
    "postgres_database_name": r"[A-Za-z][A-Za-z0-9_]{0,62}",
    "postgres_master_password": PASSWORD + "{8,128}",
    "postgres_master_username": r"(?!pg_)[A-Za-z][A-Za-z0-9_]{0,15}",
    "rds_cluster_identifier": IDENTIFIER,
    "rds_cluster_parameter_group": r"[a-z](?:-?[a-z0-9])*",
    "rds_db_instance_identifier": IDENTIFIER,
    "rds_db_parameter_group": r"[a-z](?:-?[a-z0-9])*",
    "rds_db_subnet_group": r"(?!default$)[a-z][0-9a-z_ .-]{0,254}",
    "rds_final_snapshot_identifier": r"[a-zA-Z](?:-?[a-zA-Z0-9]){0,254}",
    "rds_multi_az_cluster_identifier": IDENTIFIER,
    "route53_set_identifier": r"[\s\S]{1,128}",
    "route53_zone": (
        r"(?=.{1,255}\.?$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*"
        r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.?"
    ),
    "s3_bucket": (
        r"(?!xn--|sthree-|amzn-s3-demo-)"
        r"(?!.*(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3|-an)$)"
        r"(?!.*\.\.)(?!\d{1,3}(?:\.\d{1,3}){3}$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
    ),
    "secretsmanager_secret": r"(?!.*-[A-Za-z0-9]{6}$)[A-Za-z0-9/_+=.@-]{1,512}",
    "security_group": "(?!sg-)" + GROUP + "{1,255}",
    "security_group_description": GROUP + "{0,255}",
    "sns_topic": r"[A-Za-z0-9_-]{1,256}",
    "ssm_parameter": r"(?!/?(?i:aws|ssm))(?:/[A-Za-z0-9_.-]+){1,15}",
    "tag_key": r"(?!(?i:aws:)).{1,127}",
    "tag_value": r"[\s\S]{0,256}",
}

# Hypothesis makes names from the originals without their lookahead: all legal ones, and those that
# only the lookahead refuses.
LOOKAHEAD = r"\(\?[=!](?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
BARE = {kind: re.compile(re.sub(LOOKAHEAD, "", text), re.ASCII) for kind, text in ORIGINAL.items()}

# What the regular expressions cannot say, as the documents state it beside them.
MAXIMUM = {
    "rds_cluster_identifier": 63,
    "rds_cluster_parameter_group": 255,
    "rds_db_instance_identifier": 63,
    "rds_db_parameter_group": 255,
    "rds_final_snapshot_identifier": 255,
    "rds_multi_az_cluster_identifier": 52,
    "ssm_parameter": 956,
}

# A trap that is a note and not a problem, although the original states it as a refusal.
NOTED = {"secretsmanager_secret"}

# The test below runs once for each kind, so it takes fewer examples of each.
few = settings(max_examples=settings().max_examples // 4)


def original_accepts(kind: str, name: str) -> bool:
    """Return what the documents say about `name`."""
    reserved = names.rule(kind).reserved
    if names.rule(kind).sql_identifier:
        reserved += postgres.reserved_words()
    return (
        re.fullmatch(ORIGINAL[kind], name, re.ASCII) is not None
        and len(name) <= MAXIMUM.get(kind, len(name))
        and name.lower() not in reserved
    )


def rule_accepts(kind: str, name: str) -> bool:
    """Return what the data says about `name`."""
    rule = names.rule(kind)
    assert rule.accepts(name) is (rule.problems(name) == [])
    return rule.accepts(name) and not (kind in NOTED and rule.notes(name))


def test_every_kind_has_an_original() -> None:
    """A new rule is compared, too."""
    assert set(ORIGINAL) == set(names.kinds())


PIECES = [
    *"aAz09-._/ :@+\n",
    *("--", "..", "aws", "AWS", "ssm", "alias/", "aws:", "aws/", "sg-", "pg_", "default", "xn--"),
    *("sthree-", "amzn-s3-demo-", "-an", "-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"),
    *("b..c", "10.0.0.1", "user", "admin", "abc123", "é", "\x7f", "'"),
]


# Every pair of pieces, and every triple of single characters.
COMBINATIONS = [
    *map("".join, itertools.product(["", *PIECES], repeat=2)),
    *map("".join, itertools.product("aA0-._/ ", repeat=3)),
]


@pytest.mark.parametrize("kind", ORIGINAL)
def test_rule_equals_original_on_all_short_combinations(kind: str) -> None:
    """Every short combination of telling pieces is judged alike."""
    differing = [
        name
        for name in COMBINATIONS
        if rule_accepts(kind, name) is not original_accepts(kind, name)
    ]
    assert differing == []


@pytest.mark.parametrize("kind", ORIGINAL)
@few
@given(data=st.data())
def test_rule_equals_original_on_legal_names(kind: str, data: st.DataObject) -> None:
    """Names made from the original are judged alike, and so are those with one piece changed."""
    name = data.draw(st.from_regex(BARE[kind], fullmatch=True))
    assert rule_accepts(kind, name) is original_accepts(kind, name)
    place = data.draw(st.integers(0, len(name)))
    changed = name[:place] + data.draw(st.sampled_from(PIECES)) + name[place + 1 :]
    assert rule_accepts(kind, changed) is original_accepts(kind, changed)


@pytest.mark.parametrize("kind", ORIGINAL)
def test_rule_equals_original_around_the_limits(kind: str) -> None:
    """One character less, as many, and one more than the limits allow."""
    rule = names.rule(kind)
    lengths = {rule.min - 1, rule.min, rule.min + 1, rule.max - 1, rule.max, rule.max + 1}
    for length in sorted(lengths - {-1}):
        for body in (
            "a" * length,
            ("/" + "a" * 99) * 12,
            "alias/" + "a" * length,
            "a." * 200,
            "ab." * 99,
        ):
            name = body[:length]
            assert rule_accepts(kind, name) is original_accepts(kind, name), name


@given(
    prefix=st.text("abc-", max_size=30),
    tail=st.text("abc-", max_size=30),
    kind=st.sampled_from(["iam_role", "lambda_function", "cloudwatch_dashboard", "sns_topic"]),
    times=st.integers(1, 3),
)
def test_longest_suffix_fits_and_no_longer_one(
    prefix: str, tail: str, kind: str, times: int
) -> None:
    """The room for a suffix is exact."""
    template = prefix + "{suffix}" * times + tail
    room = names.longest_suffix([(kind, template)])
    longest = template.replace("{suffix}", "x" * max(room.length, 0))
    assert (len(longest) <= names.rule(kind).max) is (room.length >= 0)
    longer = template.replace("{suffix}", "x" * (max(room.length, 0) + 1))
    assert len(longer) > names.rule(kind).max
