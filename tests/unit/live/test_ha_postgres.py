"""What the checks of ha-postgres expect."""

from typing import Any

import pytest

from tapforge.live import ha_postgres
from tapforge.live.checks import Check
from tapforge.live.deployed import Deployed
from tapforge.systems.ha_postgres import HaPostgresInputs


def expected(what: str, **inputs: Any) -> Any:
    """Give what a check expects of an environment."""
    (check,) = (each for each in ha_postgres.CHECKS if each.what == what)
    assert isinstance(check, Check)
    return check.expected(Deployed(HaPostgresInputs(**inputs), {}, lambda service: service))


def test_tls_is_enforced_whatever_the_parameters_say() -> None:
    """An environment may choose the oldest version of TLS, and not to go without."""
    given = {"rds.force_ssl": "0", "ssl_min_protocol_version": "TLSv1.3"}
    assert expected("parameters: encryption in transit", parameters=given) == {
        "rds.force_ssl": "1",
        "ssl_min_protocol_version": "TLSv1.3",
    }


@pytest.mark.parametrize(("value", "threshold"), [("1000", 800), (None, 2883)])
def test_the_alarm_on_connections_follows_what_is_set(value: str | None, threshold: int) -> None:
    """The parameters say how many there are before the class does."""
    parameters = {} if value is None else {"max_connections": value}
    found = expected("alarm ha-postgres-connections: threshold", parameters=parameters)
    assert found == threshold
