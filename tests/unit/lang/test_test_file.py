"""Test files of Terraform, as they are written."""

import pytest

from tapforge import builtin
from tapforge.lang.errors import ArgumentError
from tapforge.lang.expression import Symbol, eq
from tapforge.lang.json_syntax import ValueNotAllowedError
from tapforge.lang.meta import Condition
from tapforge.lang.test_file import MockProvider, Override, Run, TestFile

DATA = builtin.Data("x")
OK = Condition(condition=eq(Symbol("output.a"), "x"), error_message="Not x.")


def test_runs_stand_in_a_list_in_their_order():
    """An object would leave their order to whoever formats the file."""
    file = TestFile(runs=[Run("zulu"), Run("alpha", command="plan")])
    assert file.json("Head.") == {
        "//": "Head.",
        "run": [{"zulu": {"command": "apply"}}, {"alpha": {"command": "plan"}}],
    }


def test_a_run_is_written_whole():
    """Variables are expressions; options, targets and failures are bare."""
    run = Run(
        "all",
        command="plan",
        variables={"text": "$" + "{x}", "none": None, "id": Symbol("run.first").id},
        assertions=[OK],
        expect_failures=[Symbol("var.x"), "check.alive", DATA],
        module="./setup",
        providers={"aws": Symbol("aws.west")},
        plan_options={"mode": "refresh-only", "refresh": False, "target": [DATA, "module.x"]},
        overrides=[Override(kind="resource", target=DATA, values={"output": 1}, during="plan")],
        parallel=True,
        state_key="one",
    )
    assert run._tf_body() == {
        "command": "plan",
        "parallel": True,
        "state_key": "one",
        "module": {"source": "./setup"},
        "plan_options": {
            "mode": "refresh-only",
            "refresh": False,
            "target": ["terraform_data.x", "module.x"],
        },
        "providers": {"aws": "aws.west"},
        "variables": {"text": "$${x}", "none": None, "id": "${run.first.id}"},
        "override_resource": [
            {"target": "terraform_data.x", "values": {"output": 1}, "override_during": "plan"}
        ],
        "assert": [{"condition": '${output.a == "x"}', "error_message": "Not x."}],
        "expect_failures": ["var.x", "check.alive", "terraform_data.x"],
    }


def test_a_file_is_written_whole():
    """Mocks of one provider make a list; overrides are grouped by their kind."""
    file = TestFile(
        runs=[Run("one")],
        variables={"a": 1},
        parallel=False,
        mock_providers=[
            MockProvider("aws", resources={"aws_x": {"arn": "a"}}, data={"aws_y": {"id": 1}}),
            MockProvider("aws", alias="west", source="./mocks", during="plan"),
            MockProvider("tls"),
        ],
        overrides=[
            Override(kind="module", target="module.net", values={"id": "x"}),
            Override(kind="data", target="data.aws_y.z", values={"id": 2}),
            Override(kind="data", target="data.aws_y.w"),
        ],
    )
    assert file.json("H") == {
        "//": "H",
        "test": {"parallel": False},
        "mock_provider": {
            "aws": [
                {
                    "mock_resource": {"aws_x": {"defaults": {"arn": "a"}}},
                    "mock_data": {"aws_y": {"defaults": {"id": 1}}},
                },
                {"alias": "west", "source": "./mocks", "override_during": "plan"},
            ],
            "tls": [{}],
        },
        "override_module": [{"target": "module.net", "outputs": {"id": "x"}}],
        "override_data": [
            {"target": "data.aws_y.z", "values": {"id": 2}},
            {"target": "data.aws_y.w"},
        ],
        "variables": {"a": 1},
        "run": [{"one": {"command": "apply"}}],
    }


def test_two_runs_of_one_name_are_refused():
    """Later runs could not tell which is meant."""
    with pytest.raises(ArgumentError, match="run one: is declared twice"):
        TestFile(runs=[Run("one"), Run("two"), Run("one")])


def test_a_target_is_a_block_or_its_address():
    """Nothing else has one."""
    with pytest.raises(ValueNotAllowedError, match="takes only a reference here"):
        Override(kind="resource", target=3)._tf_body()
