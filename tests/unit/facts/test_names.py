"""Name rules: lengths, characters, reserved words, and how long a suffix may be."""

import re

import pytest

from tapforge.facts import names


@pytest.mark.parametrize("kind", names.kinds())
def test_patterns_are_valid_in_re2(kind: str) -> None:
    """Terraform's regular expressions have no lookaround, no references, no count above 1000."""
    rule = names.rule(kind)
    for pattern in [rule.pattern, *(c.pattern for c in (*rule.forbidden, *rule.discouraged))]:
        re.compile(pattern)
        assert not re.search(r"\(\?(?![:is])", pattern)
        assert not re.search(r"\\[1-9A-Zbdsw]", pattern)
        assert all(int(count) <= 1000 for count in re.findall(r"[{,](\d+)\}", pattern))


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("rds_db_instance_identifier", "aurora-postgres-dev-instance-1"),
        ("rds_cluster_identifier", "a" * 63),
        ("rds_final_snapshot_identifier", "Final-2026-10-20"),
        ("rds_db_subnet_group", "aurora subnet_group-dev."),
        ("rds_db_parameter_group", "aurora-postgres16-db-pg-dev"),
        ("postgres_database_name", "tapdbdev"),
        ("postgres_master_username", "postgres"),
        ("postgres_master_username", "postgresadmin"),
        ("postgres_master_password", "a(b)c[d]e#"),
        ("s3_bucket", "tap-bucket-dev-tapstackdev"),
        ("iam_role", "rds-monitoring-role-dev"),
        ("kms_alias", "alias/tap/dev"),
        ("secretsmanager_secret", "tap-db-credentials-dev"),
        ("ssm_parameter", "/tap/dev/migration/state"),
        ("cloudwatch_alarm", "CPU > 80 %"),
        ("log_group", "/aws/rds/cluster/x/postgresql"),
        ("dms_replication_instance", "ab"),
        ("route53_zone", "db.tap.internal."),
        ("security_group", "aurora-sg-dev"),
        ("security_group_description", ""),
        ("tag_key", "aws-like"),
        ("tag_value", ""),
    ],
)
def test_good_name_is_accepted(kind: str, name: str) -> None:
    """Names as the systems use them have no problem."""
    assert names.rule(kind).problems(name) == []


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("rds_db_instance_identifier", "a" * 64, "64 characters long; expected at most 63; take"),
        ("rds_multi_az_cluster_identifier", "a" * 53, "expected at most 52; take away 1"),
        ("rds_cluster_identifier", "tap-", 'write "tap"'),
        ("rds_cluster_identifier", "Tap_Dev", 'write "tap-dev"'),
        ("rds_cluster_identifier", "a--b", 'write "a-b"'),
        ("rds_cluster_identifier", "1a", "a letter first"),
        ("rds_cluster_identifier", "", "empty; expected at least 1"),
        ("rds_db_subnet_group", "default", "reserved"),
        ("postgres_database_name", "tap-db-dev", 'write "tap_db_dev"'),
        ("postgres_database_name", "Admin", "reserved"),
        ("postgres_database_name", "user", "reserved word of SQL"),
        ("postgres_master_username", "rdsadmin", "reserved"),
        ("postgres_master_username", "pg_dba", "PostgreSQL reserves the prefix pg_"),
        ("postgres_master_username", "a" * 17, "expected at most 16"),
        ("s3_bucket", "ab", "only 2 characters long; expected at least 3"),
        ("s3_bucket", "tap..dev", "two full stops"),
        ("s3_bucket", "10.0.0.1", "IP address"),
        ("s3_bucket", "xn--tap", "prefixes"),
        ("s3_bucket", "tap--x-s3", "endings"),
        ("s3_bucket", "Tap_Bucket", 'write "tap-bucket"'),
        ("kms_alias", "alias/aws/rds", "AWS managed keys"),
        ("kms_alias", "tap-dev", "alias/ and then"),
        ("ssm_parameter", "/AWS/x", "/aws or /ssm"),
        ("ssm_parameter", "/a" * 16, "at most 15 parts"),
        ("log_group", "aws/x", "/aws/ is right"),
        ("dms_endpoint", "a", "expected at least 2"),
        ("route53_zone", "a." * 127 + "ab", "at most 255 characters"),
        ("backup_vault", "v" * 51, "take away 1"),
        ("security_group", "sg-dev", "prefix sg-"),
        ("tag_key", "AWS:x", "prefix aws:"),
    ],
)
def test_bad_name_is_refused_with_advice(kind: str, name: str, words: str) -> None:
    """The message says what was found, what was expected and what to do."""
    problems = names.rule(kind).problems(name)
    assert any(words in problem for problem in problems), problems
    assert all(problem.startswith(names.rule(kind).what) for problem in problems)


def test_all_problems_of_a_name_are_reported() -> None:
    """One problem does not hide another."""
    problems = names.rule("s3_bucket").problems("sthree-" + "A" * 60)
    assert len(problems) == 3


def test_a_password_is_never_repeated() -> None:
    """A message about a secret value does not contain it."""
    rule = names.rule("postgres_master_password")
    problems = rule.problems("p@ss w0rd/")
    assert problems
    assert not any("p@ss" in problem for problem in problems)
    assert not rule.accepts("short")
    assert names.rule("aurora_master_password").max == 41


def test_trap_is_a_note_and_no_problem() -> None:
    """A hyphen and six characters at the end of a secret name are legal, and worth a note."""
    rule = names.rule("secretsmanager_secret")
    assert rule.problems("tap-db-pr1234") == []
    assert "full ARN" in rule.notes("tap-db-pr1234")[0]
    assert rule.notes("tap-db-dev") == []
    assert "folds" in names.rule("postgres_database_name").notes("TapDb")[0]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("postgres_master_username", "a" * 63),
        ("rds_db_parameter_group", "team.postgres16"),
        ("ssm_parameter", "password"),
        ("dms_replication_instance", "Tap-Dms"),
        ("route53_zone", "0/25.2.0.192.in-addr.arpa"),
    ],
)
def test_what_aws_accepts_beyond_our_choice_is_no_refusal(kind: str, name: str) -> None:
    """A name that we would not choose has a problem, and is not refused."""
    assert names.rule(kind).problems(name)
    assert names.rule(kind).refusals(name) == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("postgres_master_username", "a" * 64),
        ("rds_db_parameter_group", "a." * 200),
        ("ssm_parameter", "aws-password"),
        ("dms_replication_instance", "Tap--Dms"),
        ("route53_zone", "a..b"),
        ("sqs_queue", "orders.fifo.dlq"),
        ("s3_bucket", "Tap"),
    ],
)
def test_what_aws_refuses_is_a_refusal(kind: str, name: str) -> None:
    """A wider pattern does not lift the other limits."""
    assert names.rule(kind).refusals(name)


def test_rules_by_type_are_those_by_argument() -> None:
    """Both ways lead to the same rule, also for an argument of a block."""
    assert names.by_type()["aws_backup_plan"][1][0] == "rule.rule_name"
    for resource_type, pairs in names.by_type().items():
        for argument, rule in pairs:
            assert names.for_argument(resource_type, argument) is rule


def test_account_wide_names() -> None:
    """The roles that DMS asks for by name are known."""
    fixed = names.account_wide()["aws_iam_role.name", "dms-vpc-role"]
    assert "DMS" in fixed.what
    assert {"dev", "prod", "staging"} <= names.environment_words()


def test_rule_is_found_by_argument() -> None:
    """The rule for an argument of a resource is found without knowing its kind."""
    rule = names.for_argument("aws_rds_cluster", "cluster_identifier")
    assert rule is not None
    assert rule.kind == "rds_cluster_identifier"
    assert names.for_argument("aws_rds_cluster", "engine") is None


def test_no_argument_has_two_rules() -> None:
    """Every argument leads to one kind."""
    arguments = [argument for kind in names.kinds() for argument in names.rule(kind).arguments]
    assert len(arguments) == len(set(arguments))


def test_unknown_kind_names_the_closest() -> None:
    """A misspelt kind is answered with the right one."""
    with pytest.raises(KeyError, match="did you mean s3_bucket"):
        names.rule("s3_buckets")
    with pytest.raises(KeyError, match="no name rule"):
        names.rule("zzzzzzzz")


def test_longest_suffix_is_that_of_the_tightest_name() -> None:
    """A suffix that stands twice in a name takes twice the room."""
    room = names.longest_suffix(
        [
            ("rds_db_instance_identifier", "aurora-postgres-{suffix}-instance-1"),
            ("s3_bucket", "tap-bucket-{suffix}-tapstack{suffix}"),
            ("iam_role", "a-fixed-name"),
        ]
    )
    assert (room.length, room.kind) == (21, "s3_bucket")
    assert names.rule("s3_bucket").accepts(room.template.replace("{suffix}", "x" * 21))
    assert not names.rule("s3_bucket").accepts(room.template.replace("{suffix}", "x" * 22))


def test_longest_suffix_needs_the_placeholder() -> None:
    """Templates without a placeholder are an error, not an endless suffix."""
    with pytest.raises(ValueError, match="no template contains"):
        names.longest_suffix([("iam_role", "a-fixed-name")])


def test_names_of_the_demo_system_leave_twenty_characters() -> None:
    """Every name of the first system stays legal with a suffix of 20 characters."""
    room = names.longest_suffix(
        [
            ("rds_cluster_identifier", "aurora-postgres-{suffix}"),
            ("rds_db_instance_identifier", "aurora-postgres-{suffix}-instance-1"),
            ("s3_bucket", "tap-bucket-{suffix}-tapstack{suffix}"),
            ("iam_role", "rds-monitoring-role-{suffix}"),
            ("postgres_database_name", "tapdb{suffix}"),
        ]
    )
    assert room.length >= 20
