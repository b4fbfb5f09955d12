"""The split rules (pattern, forbidden patterns, lengths) are the original rules.

AWS and the provider state a rule as one regular expression, often with lookahead, or in words.
Terraform's RE2 has no lookahead, so the data holds a conjunction. Here both are asked about the same
names.
"""

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tapforge.facts import names, postgres

IDENTIFIER = r"[a-z](?:-?[a-z0-9]){0,62}"
LETTERS = r"[a-zA-Z](?!.*--)[a-zA-Z0-9-]*(?<!-)"
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
    "eventbridge_bus": r"[/\.\-_A-Za-z0-9]{1,256}",
    "eventbridge_rule": r"[.\-_A-Za-z0-9]{1,64}",
    "eventbridge_target_id": r"[.\-_A-Za-z0-9]{1,64}",
    "iam_group": IAM + "{1,128}",
    "iam_inline_policy": IAM + "{1,128}",
    "iam_instance_profile": IAM + "{1,128}",
    "iam_policy": IAM + "{1,128}",
    "iam_role": IAM + "{1,64}",
    "iam_user": IAM + "{1,64}",
    "kms_alias": r"alias/(?!aws/)[a-zA-Z0-9:/_-]{1,250}",
    "lambda_function": r"[a-zA-Z0-9_-]{1,64}",
    "log_group": r"(?!aws/)[.\-_/#A-Za-z0-9]{1,512}",
    "postgres_database_name": r"[A-Za-z][A-Za-z0-9_]{0,62}",
    "postgres_master_password": PASSWORD + "{8,128}",
    "postgres_master_username": r"(?!pg_)[A-Za-z][A-Za-z0-9_]{0,15}",
    "rds_cluster_endpoint": IDENTIFIER,
    "rds_cluster_identifier": IDENTIFIER,
    "rds_cluster_parameter_group": r"[a-z](?:-?[a-z0-9])*",
    "rds_cluster_snapshot": IDENTIFIER,
    "rds_db_instance_identifier": IDENTIFIER,
    "rds_db_parameter_group": r"[a-z](?:-?[a-z0-9])*",
    "rds_db_subnet_group": r"(?!default$)[a-z][0-9a-z_ .-]{0,254}",
    "rds_event_subscription": LETTERS,
    "rds_final_snapshot_identifier": r"[a-zA-Z](?:-?[a-zA-Z0-9]){0,254}",
    "rds_global_cluster": IDENTIFIER,
    "rds_multi_az_cluster_identifier": IDENTIFIER,
    "rds_option_group": r"[a-z](?!.*--)[a-z0-9-]*(?<!-)",
    "rds_proxy": LETTERS,
    "rds_snapshot": r"[a-z](?!.*--)[a-z0-9-]*(?<!-)",
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
    "sns_topic": r"[A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\.fifo",
    "sqs_queue": r"[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo",
    "ssm_parameter": r"(?!/?(?i:aws|ssm))(?:/[A-Za-z0-9_.-]+){1,15}",
    "tag_key": r"(?!(?i:aws:)).{1,127}",
    "tag_value": r"[\s\S]{0,256}",
}

# What AWS accepts beyond that: names to choose none of, and to refuse none of in what others wrote.
WIDER = {
    "dms_replication_instance": r"[A-Za-z](?!.*--)[A-Za-z0-9-]{0,61}[A-Za-z0-9]",
    "dms_replication_subnet_group": r"(?!(?i:default)$)[0-9A-Za-z_ .-]{1,255}",
    "postgres_master_username": r"(?!pg_)[A-Za-z][A-Za-z0-9_]{0,62}",
    "rds_cluster_parameter_group": r"[a-z](?!.*--)[0-9a-z.-]{0,254}(?<!-)",
    "rds_cluster_snapshot": LETTERS,
    "rds_db_parameter_group": r"[a-z](?!.*--)[0-9a-z.-]{0,254}(?<!-)",
    "rds_global_cluster": LETTERS,
    "rds_snapshot": LETTERS,
    "route53_zone": r"(?=.{1,255}\.?$)(?:[!-\-/-~]{1,63}\.)*[!-\-/-~]{1,63}\.?",
    "ssm_parameter": r"(?!/?(?i:aws|ssm))(?:(?:/[A-Za-z0-9_.-]+){1,15}|[A-Za-z0-9_.-]+)",
}

# Hypothesis makes names from the originals without their lookahead: all legal ones, and those that
# only the lookahead refuses.
LOOKAHEAD = r"\(\?<?[=!](?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
BARE = {
    kind: re.compile(re.sub(LOOKAHEAD, "", text), re.ASCII)
    for kind, text in (ORIGINAL | WIDER).items()
}

# What the regular expressions cannot say, as the documents state it beside them.
MAXIMUM = {
    "rds_cluster_identifier": 63,
    "rds_cluster_parameter_group": 255,
    "rds_cluster_snapshot": 63,
    "rds_db_instance_identifier": 63,
    "rds_db_parameter_group": 255,
    "rds_event_subscription": 254,
    "rds_final_snapshot_identifier": 255,
    "rds_global_cluster": 63,
    "rds_multi_az_cluster_identifier": 52,
    "rds_option_group": 255,
    "rds_proxy": 63,
    "rds_snapshot": 255,
    "ssm_parameter": 956,
}

# A trap that is a note and not a problem, although the original states it as a refusal.
NOTED = {"secretsmanager_secret"}

# The test below runs once for each kind, so it takes fewer examples of each.
few = settings(max_examples=settings().max_examples // 4)


def original_accepts(kind: str, name: str, table: dict[str, str] = ORIGINAL) -> bool:
    """Return what the documents say about `name`."""
    reserved = names.rule(kind).reserved
    if names.rule(kind).sql_identifier:
        reserved += postgres.reserved_words()
    return (
        re.fullmatch(table[kind], name, re.ASCII) is not None
        and len(name) <= MAXIMUM.get(kind, len(name))
        and name.lower() not in reserved
    )


def rule_accepts(kind: str, name: str) -> bool:
    """Return what the data says about `name`."""
    rule = names.rule(kind)
    assert rule.accepts(name) is (rule.problems(name) == [])
    return rule.accepts(name) and not (kind in NOTED and rule.notes(name))


def aws_accepts(kind: str, name: str) -> bool:
    """Return whether the data lets `name` pass in what others wrote."""
    return not names.rule(kind).refusals(name)


def test_every_kind_has_an_original() -> None:
    """A new rule is compared, too, and so is a new width of one."""
    rules = map(names.rule, names.kinds())
    assert set(ORIGINAL) == set(names.kinds())
    assert set(WIDER) == {rule.kind for rule in rules if rule.also or rule.also_max}


PIECES = [
    *"aAz09-._/ :@+\n",
    *("--", "..", "aws", "AWS", "ssm", "alias/", "aws:", "aws/", "sg-", "pg_", "default", "xn--"),
    *("sthree-", "amzn-s3-demo-", "-an", "-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"),
    *(".fifo", "b..c", "10.0.0.1", "user", "admin", "abc123", "é", "\x7f", "'"),
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


@pytest.mark.parametrize("kind", WIDER)
def test_what_aws_accepts_on_all_short_combinations(kind: str) -> None:
    """The wider rule is the original's, and holds all that one may choose."""
    for name in COMBINATIONS:
        assert aws_accepts(kind, name) is original_accepts(kind, name, WIDER), name
        assert aws_accepts(kind, name) or not rule_accepts(kind, name), name


@pytest.mark.parametrize("kind", sorted(ORIGINAL.keys() - WIDER.keys()))
def test_what_aws_accepts_is_what_one_may_choose(kind: str) -> None:
    """Without a wider rule, whatever is refused in a choice is refused in what others wrote."""
    rule = names.rule(kind)
    assert [
        name for name in COMBINATIONS if aws_accepts(kind, name) is not rule.accepts(name)
    ] == []


@pytest.mark.parametrize("kind", ORIGINAL)
@few
@given(data=st.data())
def test_rule_equals_original_on_legal_names(kind: str, data: st.DataObject) -> None:
    """Names made from the original are judged alike, and so are those with one piece changed."""
    name = data.draw(st.from_regex(BARE[kind], fullmatch=True))
    place = data.draw(st.integers(0, len(name)))
    changed = name[:place] + data.draw(st.sampled_from(PIECES)) + name[place + 1 :]
    for each in (name, changed):
        assert rule_accepts(kind, each) is original_accepts(kind, each)
        if kind in WIDER:
            assert aws_accepts(kind, each) is original_accepts(kind, each, WIDER)


@pytest.mark.parametrize("kind", ORIGINAL)
def test_rule_equals_original_around_the_limits(kind: str) -> None:
    """One character less, as many, and one more than the limits allow."""
    rule = names.rule(kind)
    lengths = {limit + step for limit in (rule.min, rule.max, rule.also_max) for step in (-1, 0, 1)}
    for length in sorted(lengths - {-1}):
        for body in (
            "a" * length,
            "A" * length,
            ("/" + "a" * 99) * 12,
            "alias/" + "a" * length,
            "a." * 200,
            "ab." * 99,
            "a" * (length - 5) + ".fifo",
        ):
            name = body[:length]
            assert rule_accepts(kind, name) is original_accepts(kind, name), name
            if kind in WIDER:
                assert aws_accepts(kind, name) is original_accepts(kind, name, WIDER), name


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
