"""Terraform's names in Python."""

import pytest

from tapforge.lang.names import class_name, python_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rds_cluster", "RdsCluster"),
        ("serverlessv2_scaling_configuration", "Serverlessv2ScalingConfiguration"),
        ("s3", "S3"),
        ("with-hyphen", "WithHyphen"),
        ("none", "None_"),
        ("true", "True_"),
        ("2fa", "X2fa"),
    ],
)
def test_class_names_capitalise_each_word(name, expected):
    """A class is called like its type, each word with a capital; Python's words get an underscore."""
    assert class_name(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("engine", "engine"),
        ("from", "from_"),
        ("lambda", "lambda_"),
        ("self", "self_"),
        ("match", "match"),
        ("2fa", "x_2fa"),
        ("with-hyphen", "with_hyphen"),
    ],
)
def test_argument_names_are_kept_where_python_allows(name, expected):
    """An argument is called as in Terraform; Python's own words get an underscore."""
    assert python_name(name) == expected
