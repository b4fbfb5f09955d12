"""What a run knows of its system."""

import pytest

from tapforge.local.run import _regions
from tapforge.systems.payment_aurora import PaymentAuroraInputs


@pytest.mark.parametrize(
    ("copies", "expected"),
    [("", ["us-east-2"]), ("eu-west-1", ["us-east-2", "eu-west-1"])],
    ids=["none", "copies"],
)
def test_a_run_has_the_regions_that_its_environment_names(copies: str, expected: list[str]) -> None:
    """The first is its own; nothing may be left in any of them."""
    inputs = PaymentAuroraInputs(aws_region="us-east-2", backup_copy_region=copies)
    assert _regions(inputs) == expected
