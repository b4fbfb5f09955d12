"""The two forms, destroyable and protected, of arguments that decide about a destroy."""

import pytest

from tapforge.facts import destroy


def by_argument(resource_type: str) -> dict[str | None, destroy.DestroyRule]:
    """Return the rules of a type by their argument."""
    return {rule.argument: rule for rule in destroy.for_type(resource_type)}


def test_the_forms_of_a_cluster() -> None:
    """A destroyable cluster takes no final snapshot; a protected one needs a name for it."""
    rules = by_argument("aws_rds_cluster")
    assert (rules["deletion_protection"].destroyable, rules["deletion_protection"].protected) == (
        False,
        True,
    )
    assert (rules["skip_final_snapshot"].destroyable, rules["skip_final_snapshot"].protected) == (
        True,
        False,
    )
    assert rules["final_snapshot_identifier"].destroyable is None
    assert rules["final_snapshot_identifier"].required_when_protected
    assert rules["delete_automated_backups"].default is True


def test_windows_of_keys_and_secrets() -> None:
    """The destroyable form takes the shortest window, the protected one the longest."""
    key = by_argument("aws_kms_key")["deletion_window_in_days"]
    secret = by_argument("aws_secretsmanager_secret")["recovery_window_in_days"]
    assert (key.destroyable, key.protected, key.allowed) == (7, 30, "7..30")
    assert (secret.destroyable, secret.protected, secret.allowed) == (0, 30, "0 or 7..30")


def test_meta_arguments_hold_for_every_type() -> None:
    """prevent_destroy is ruled on types that have no rule of their own, too."""
    assert "lifecycle.prevent_destroy" in by_argument("aws_vpc")
    assert by_argument("aws_vpc").keys() == {
        "lifecycle.prevent_destroy",
        "removed.lifecycle.destroy",
    }


def test_locked_vaults_are_forbidden() -> None:
    """A vault lock cannot be taken back, so the resource itself is the problem."""
    rule = by_argument("aws_backup_vault_lock_configuration")[None]
    assert rule.forbidden


def test_types_without_a_rule_get_one_from_their_arguments() -> None:
    """skip_final_snapshot means the same on a Redshift cluster."""
    rules = by_argument("aws_redshift_cluster")
    assert rules["skip_final_snapshot"].destroyable is True
    assert rules["skip_final_snapshot"].default is False


def test_own_rules_win_over_general_meaning() -> None:
    """force_destroy of a cluster instance promotes a replica: it stays off in both forms."""
    rules = [r for r in destroy.for_type("aws_rds_cluster_instance") if r.argument]
    forces = [rule for rule in rules if rule.argument == "force_destroy"]
    assert [rule.destroyable for rule in forces] == [False]


@pytest.mark.parametrize("resource_type", destroy.resource_types())
def test_no_argument_is_ruled_twice(resource_type: str) -> None:
    """Each argument of a type has one rule, with its effect and its source."""
    rules = destroy.for_type(resource_type)
    arguments = [rule.argument for rule in rules]
    assert len(arguments) == len(set(arguments))
    assert all(rule.effect and rule.source for rule in rules)


def test_the_tables_are_complete() -> None:
    """Forty-eight rules with special words, and 148 arguments of 118 types."""
    assert len([r for r in destroy.rules() if r.effect]) == 52
    counted = [len(destroy.arguments(each)) for each in destroy.resource_types()]
    assert sum(counted) == 148
    assert len([count for count in counted if count]) == 118


def test_string_valued_protection_has_its_own_words() -> None:
    """Cognito spells its protection in words."""
    rule = by_argument("aws_cognito_user_pool")["deletion_protection"]
    assert (rule.destroyable, rule.protected) == ("INACTIVE", "ACTIVE")


def test_rules_of_a_concern() -> None:
    """Each rule is about one thing; an own rule may take a type out of it."""
    protection = destroy.of_concern("protection")
    assert [rule.argument for rule in protection["aws_rds_cluster"]] == ["deletion_protection"]
    assert protection["aws_instance"][0].protected is None
    assert "aws_s3_bucket" not in protection
    assert destroy.of_concern("snapshot")["aws_redshift_cluster"][1].default is False
    assert destroy.of_concern("snapshot")["aws_neptune_cluster_instance"][0].protected is None
