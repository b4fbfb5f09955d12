"""Resources and arguments that others have replaced."""

from tapforge.facts import deprecations


def test_resources_and_arguments_have_successors() -> None:
    """A successor is told by type, and by argument of a type."""
    assert deprecations.resources()["aws_s3_bucket_object"].successor == "aws_s3_object"
    name = deprecations.arguments()["aws_db_instance"]["name"]
    assert (name.successor, name.since) == ("db_name", "4.0")
    assert "upgrade guides" in deprecations.source()
