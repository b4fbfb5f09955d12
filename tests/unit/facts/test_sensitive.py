"""Which arguments hold secrets."""

import pytest

from tapforge.facts.sensitive import is_sensitive


@pytest.mark.parametrize(
    ("type_", "path", "expected"),
    [
        ("aws_db_instance", "password", True),
        ("aws_db_instance", "password_wo", True),
        ("aws_db_instance", "manage_master_user_password", False),
        ("aws_db_instance", "username", False),
        ("aws_dms_endpoint", "kafka_settings[0].sasl_password", True),
        ("aws_dms_endpoint", "kafka_settings.sasl_password", True),
        ("aws_dms_certificate", "certificate_pem", True),
        ("aws_ssm_parameter", "value", True),
        ("data.aws_ssm_parameter", "value", True),
        ("aws_db_parameter_group", "parameter[3].value", False),
        ("aws_secretsmanager_secret", "arn", False),
        ("aws_kinesis_firehose_delivery_stream", "http_endpoint_configuration[0].access_key", True),
        ("random_password", "result", True),
    ],
)
def test_secrets_are_known_by_name_or_by_type(type_: str, path: str, expected: bool) -> None:
    """Some names mean a secret everywhere, others only in one type."""
    assert is_sensitive(type_, path) is expected
