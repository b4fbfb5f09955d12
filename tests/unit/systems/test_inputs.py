"""What every system that keeps data decides."""

from typing import Any

import pytest

from tapforge.lang.inputs import declared_inputs
from tapforge.lang.resolve import ResolveError
from tapforge.systems import shipped
from tapforge.systems.resolve import resolve
from tapforge.systems.system import System

SYSTEMS: dict[str, System[Any, Any]] = {each: getattr(shipped, each) for each in shipped.__all__}


@pytest.mark.parametrize("name", SYSTEMS)
def test_production_is_protected(name: str) -> None:
    """A suffix that says production asks for more than a flag before the data may go."""
    fields = declared_inputs(SYSTEMS[name].inputs).values()
    required = {field.name: field.example for field in fields if field.required}
    production = required | {"environment_suffix": "prod", "destroyable": True}
    with pytest.raises(ResolveError) as caught:
        resolve(SYSTEMS[name], production)
    (problem,) = caught.value.problems
    assert 'true for "prod": the data of production must stay' in str(problem)

    for right in ({"data_loss_accepted": "prod"}, {"destroyable": False}):
        given = production | right
        assert resolve(SYSTEMS[name], given).destroyable is given["destroyable"]
