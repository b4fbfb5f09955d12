"""What the lowering leaves out, refuses and leaves alone, whatever the table says."""

from typing import Any

import pytest

from tapforge.local.lowering import Lowered, LoweringError, ProviderSchema, lower

BUCKET = {"main": {"bucket": "main-bucket"}}


def run(old: ProviderSchema, **document: Any) -> Lowered:
    """Lower one file of one module."""
    return lower({"modules/x": {"main.tf.json": document}}, old)


def refusal(old: ProviderSchema, **document: Any) -> str:
    """Lower what can't be lowered, and give the message."""
    with pytest.raises(LoweringError) as caught:
        run(old, **document)
    return str(caught.value)


def test_an_unknown_argument_is_left_out_and_told(old: ProviderSchema) -> None:
    """At any depth, in blocks that Terraform makes too; the message has module, place and reason."""
    lowered = run(
        old,
        resource={
            "aws_appautoscaling_policy": {
                "main": {
                    "name": "p",
                    "resource_id": "r",
                    "scalable_dimension": "d",
                    "service_namespace": "rds",
                    "scheduled_by": "x",
                    "dynamic": {
                        "predictive_scaling_policy_configuration": {"for_each": [1], "content": {}},
                        "target_tracking_scaling_policy_configuration": {
                            "for_each": [1],
                            "content": {
                                "target_value": 1,
                                "new_one": 2,
                                "predefined_metric_specification": [
                                    {"predefined_metric_type": "RDS", "newer_one": 3}
                                ],
                            },
                        },
                    },
                }
            }
        },
    )

    body = lowered.modules["modules/x"]["main.tf.json"]["resource"]["aws_appautoscaling_policy"]
    tracking = "target_tracking_scaling_policy_configuration"
    assert body["main"]["dynamic"] == {
        tracking: {
            "for_each": [1],
            "content": {
                "target_value": 1,
                "predefined_metric_specification": [{"predefined_metric_type": "RDS"}],
            },
        }
    }
    place = "modules/x: aws_appautoscaling_policy.main"
    reason = "left out: hashicorp/aws 3.39.0 does not know it"
    assert sorted(map(str, lowered.changes)) == [
        f"{place}.predictive_scaling_policy_configuration {reason}",
        f"{place}.scheduled_by {reason}",
        f"{place}.{tracking}.new_one {reason}",
        f"{place}.{tracking}.predefined_metric_specification.newer_one {reason}",
    ]


def test_other_providers_and_meta_arguments_are_left_alone(old: ProviderSchema) -> None:
    """Only AWS's own blocks are lowered."""
    document = {
        "resource": {
            "terraform_data": {"x": {"input": "${terraform_data.y.output}", "anything": 1}},
            "random_id": {"x": {"byte_length": 8}},
            "aws_s3_bucket": {
                "main": {
                    "bucket": "b",
                    "count": 1,
                    "provider": "aws.west",
                    "lifecycle": {"ignore_changes": "all"},
                    "provisioner": [{"local-exec": {"command": "true"}}],
                }
            },
        }
    }

    assert run(old, **document).modules["modules/x"]["main.tf.json"] == document


def test_an_unknown_type_is_refused(old: ProviderSchema) -> None:
    """The message says where, what, and two ways out."""
    assert refusal(old, resource={"aws_scheduler_schedule": {"main": {}}}) == (
        "modules/x: aws_scheduler_schedule.main: hashicorp/aws 3.39.0 has no resource type"
        " aws_scheduler_schedule; run it with `--provider registry`, or add a row to the table of the"
        " lowering"
    )


def test_all_refusals_are_told_at_once(old: ProviderSchema) -> None:
    """None hides another, over all modules."""
    with pytest.raises(LoweringError) as caught:
        lower(
            {
                "modules/a": {"main.tf.json": {"data": {"aws_new_one": {"x": {}}}}},
                "modules/b": {"main.tf.json": {"ephemeral": {"aws_new_two": {"x": {}}}}},
            },
            old,
        )

    places = [problem.place for problem in caught.value.problems]
    assert places == ["modules/a: data.aws_new_one.x", "modules/b: ephemeral.aws_new_two.x"]


def test_an_argument_that_only_the_old_provider_requires_is_refused(old: ProviderSchema) -> None:
    """Before anything is started, and not by the provider."""
    message = refusal(old, resource={"aws_security_group_rule": {"x": {"type": "ingress"}}})

    assert "aws_security_group_rule.x: hashicorp/aws 3.39.0 requires from_port, which" in message
    assert "requires security_group_id" in message


def test_a_reference_to_a_newer_attribute_is_refused(old: ProviderSchema) -> None:
    """The old provider could not answer it."""
    message = refusal(
        old,
        resource={"aws_s3_bucket": BUCKET},
        output={"x": {"value": "${aws_s3_bucket.main.bucket_namespace}"}},
    )

    assert message.startswith(
        "modules/x: aws_s3_bucket.main: its attribute bucket_namespace is referred to, and"
        " hashicorp/aws 3.39.0 lacks it"
    )


@pytest.mark.parametrize(
    ("bucket", "extra"),
    [
        ("${var.bucket}", {}),
        ("some-bucket", {}),
        ("${aws_s3_bucket.main.id}", {"count": 2}),
        ("${aws_s3_bucket.other.id}", {}),
    ],
)
def test_a_part_of_a_bucket_that_is_not_there_is_refused(
    old: ProviderSchema, bucket: str, extra: dict[str, Any]
) -> None:
    """It can only become a part of a bucket of its own module, one for one."""
    part = {"bucket": bucket, "versioning_configuration": {"status": "Enabled"}, **extra}
    message = refusal(
        old,
        resource={"aws_s3_bucket": BUCKET, "aws_s3_bucket_versioning": {"main": part}},
    )

    assert f'its bucket "{bucket}" is no aws_s3_bucket of the same module' in message
    assert message.endswith("declare it beside its aws_s3_bucket")
    assert "no resource type" not in message


def test_what_a_part_was_asked_for_and_its_whole_lacks_is_refused(old: ProviderSchema) -> None:
    """A part that is no resource has no attributes of its own."""
    message = refusal(
        old,
        resource={
            "aws_s3_bucket": BUCKET,
            "aws_s3_bucket_versioning": {
                "main": {
                    "bucket": "${aws_s3_bucket.main.id}",
                    "versioning_configuration": {"status": "Enabled"},
                }
            },
        },
        output={"x": {"value": "${aws_s3_bucket_versioning.main.versioning_configuration}"}},
    )

    assert "its attribute versioning_configuration has no counterpart" in message


def test_the_secrets_of_all_clusters_at_once_are_refused(old: ProviderSchema) -> None:
    """A splat over a list of lists can't be said of the secrets that stand in."""
    cluster = {"engine": "aurora-postgresql", "manage_master_user_password": True, "count": 2}
    message = refusal(
        old,
        resource={"aws_rds_cluster": {"main": cluster}},
        output={"x": {"value": "${aws_rds_cluster.main[*].master_user_secret}"}},
    )

    assert "aws_rds_cluster.main: its secrets can't be read by a splat" in message


def test_a_provider_function_is_refused(old: ProviderSchema) -> None:
    """Functions of providers came with a later protocol."""
    message = refusal(old, locals={"x": "${provider::aws::arn_parse(var.arn)}"})

    assert "provider::aws::arn_parse: hashicorp/aws 3.39.0 has no functions" in message


def test_a_damaged_template_is_refused(old: ProviderSchema) -> None:
    """The message quotes it."""
    assert "`}` is missing in: ${var.x" in refusal(old, locals={"x": "${var.x"})


def test_references_to_what_the_module_does_not_declare_stay(old: ProviderSchema) -> None:
    """A name of a loop may look like one."""
    document = {"locals": {"x": "${[for aws_eip in var.list : aws_eip.domain.arn]}"}}

    assert run(old, **document).modules["modules/x"]["main.tf.json"] == document
