"""Systems resolved for the rules."""

from pathlib import Path

import pytest

from tapforge.lang.resolve import ResolveError
from tapforge.rules.resource import Configuration, unknown
from tapforge.systems import environment, project
from tapforge.systems.aurora_demo import aurora_demo
from tapforge.systems.resolve import resolve

PROJECT = project.find(Path(__file__).parents[3])


def resolved(name: str) -> Configuration:
    """Resolve aurora-demo in an environment of the project."""
    variables = environment.load(PROJECT, aurora_demo, name).variables
    return resolve(aurora_demo, variables, environment=name)


@pytest.mark.parametrize(
    ("name", "suffix", "destroyable"), [("dev", "dev", True), ("prod", "prod", False)]
)
def test_an_environment_is_what_its_file_says(name: str, suffix: str, destroyable: bool) -> None:
    """Names end in its suffix; the flag turns every protection on or off."""
    configuration = resolved(name)
    assert configuration.name == f"aurora-demo ({name})"
    assert configuration.variables["environment_suffix"] == suffix
    assert configuration.destroyable is destroyable
    [cluster] = configuration.of("aws_rds_cluster")
    assert cluster.address == "module.aurora.aws_rds_cluster.main"
    assert cluster.module == "module.aurora"
    assert cluster.known("cluster_identifier") == f"aurora-postgres-{suffix}"
    assert cluster.known("deletion_protection") is not destroyable
    assert cluster.known("skip_final_snapshot") is destroyable


def test_a_resource_without_tags_is_the_same_under_all_default_tags() -> None:
    """It is judged once then; others have the tags of their environment."""
    tags = [{"Team": "one"}, {"Team": "other"}]
    one, other = (
        resolve(aurora_demo, {"environment_suffix": "dev", "default_tags": each}) for each in tags
    )
    [of_one], [of_other] = (each.of("aws_s3_bucket_versioning") for each in (one, other))
    assert of_one is of_other
    for found, given in zip((one, other), tags, strict=True):
        [bucket] = found.of("aws_s3_bucket")
        assert bucket.known("tags_all")["Team"] == given["Team"]


def test_references_lead_to_what_they_refer_to() -> None:
    """By name where that is known, by address where only AWS will know it."""
    configuration = resolved("dev")
    [cluster] = configuration.of("aws_rds_cluster")
    [group] = configuration.of("aws_rds_cluster_parameter_group")
    [firewall] = configuration.of("aws_security_group")
    name = cluster.given("db_cluster_parameter_group_name")
    assert configuration.targets(name, "aws_rds_cluster_parameter_group") == [group]
    firewalls = cluster.given("vpc_security_group_ids")
    assert unknown(firewalls[0])
    assert configuration.targets(firewalls, "aws_security_group") == [firewall]
    argument = "db_cluster_parameter_group_name"
    assert list(configuration.users(group, argument, "aws_rds_cluster")) == [cluster]


def test_a_wrong_environment_is_refused() -> None:
    """With every problem, as Terraform would."""
    with pytest.raises(ResolveError) as caught:
        resolve(aurora_demo, {"environment_suffix": "A", "aws_region": "mars"})
    assert len(caught.value.problems) == 2
