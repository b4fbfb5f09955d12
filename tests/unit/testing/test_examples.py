"""Made-up blocks, for tests to which it does not matter what stands in them."""

from typing import Any

import pytest

from tapforge import aws, builtin
from tapforge.aws import data
from tapforge.lang.schema import NestedBlock
from tapforge.testing import examples
from tapforge.testing.examples import example


@pytest.mark.parametrize(
    ("made", "body"),
    [
        (example(aws.SnsTopic), {}),
        (example(aws.S3Bucket, bucket="shop"), {"bucket": "shop"}),
        (example(aws.Provider), {}),
        (example(data.CallerIdentity), {}),
        (
            example(aws.RdsClusterParameterGroup),
            {"family": "example"},
        ),
    ],
    ids=["nothing", "given", "provider", "data", "required"],
)
def test_what_is_required_is_given(made: Any, body: dict[str, Any]) -> None:
    """And nothing else, but for what is given."""
    assert made._tf_body() == body


def test_as_a_whole_it_has_every_argument() -> None:
    """Of each type, in each nested block."""
    group = example(aws.RdsClusterParameterGroup, whole=True)._tf_body()
    assert group["name"] == "example"
    assert group["tags"] == {"example": "example"}
    assert group["parameter"] == [
        {"apply_method": "example", "name": "example", "value": "example"}
    ]
    instance = example(aws.RdsClusterInstance, "writer", whole=True)
    assert instance._tf_path[-1] == "writer"
    assert instance._tf_body()["promotion_tier"] == 1
    assert example(builtin.Data, whole=True)._tf_body()["input"] == "example"
    association = example(aws.AppsyncSourceApiAssociation, whole=True)._tf_body()
    assert association["source_api_association_config"] == [{"merge_type": "example"}]


def test_other_providers_have_blocks_with_keys_and_tuples() -> None:
    """The schema of AWS has neither."""
    shelves = NestedBlock("shelf", nesting="map", min_items=0, max_items=0, shape="Shelf")
    parameter = aws.RdsClusterParameterGroup.Parameter
    [shelf] = examples._value(shelves, parameter, whole=False).items()
    assert shelf[0] == "example"
    assert shelf[1]._tf_given()
    assert examples._attribute(["tuple", ["number", "bool"]], None) == [1, True]
