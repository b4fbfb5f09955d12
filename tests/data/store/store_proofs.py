"""What holds of the systems of a store beside what holds of every system."""

from tapforge.testing.proof import proof


@proof("few-shelves")
def few_shelves(case):
    """There are at most 50 shelves."""
    if len(case.configuration.of("aws_ssm_parameter")) > 50:
        yield "there are too many shelves"
