"""The pytest plugin, in projects of their own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
DATA = Path(__file__).parents[2] / "data/store"


@pytest.fixture
def store(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with one system, which is right, and two environments."""
    shutil.copytree(DATA, pytester.path, dirs_exist_ok=True, ignore=lambda *_: ["__pycache__"])
    (pytester.path / "pyproject.toml").write_text(
        '[tool.tapforge]\nsystems = ["store_systems"]\nproofs = ["store_proofs"]\n'
    )
    pytester.syspathinsert()
    return pytester


def test_tests_get_the_systems_and_environments_of_their_project(store: pytest.Pytester) -> None:
    """A test runs for each that there is, and knows which."""
    store.makepyfile(
        test_store="""
        from hypothesis import given, settings, strategies as st
        from tapforge.testing import resolve

        def test_project(tapforge_project, request):
            assert tapforge_project.root == request.config.rootpath
            assert list(tapforge_project.systems) == ["store"]

        def test_system(tapforge_system):
            assert tapforge_system.name == "store"

        def test_environment(tapforge_environment, request):
            suffix = tapforge_environment.variables["environment_suffix"]
            assert request.node.name == f"test_environment[store-{suffix}]"

        def test_both(tapforge_environment, tapforge_system):
            assert resolve(tapforge_system, tapforge_environment.variables)

        @settings(max_examples=5, database=None)
        @given(data=st.data())
        def test_drawn(tapforge_environments, tapforge_system, data):
            assert resolve(tapforge_system, data.draw(tapforge_environments))
        """
    )
    result = store.runpytest_inprocess("-v")
    result.assert_outcomes(passed=7)
    result.stdout.fnmatch_lines(
        ["*test_system?store? PASSED*", "*test_both?store-dev? PASSED*", "*?store-prod? PASSED*"]
    )


def test_an_environment_that_is_wrong_fails_where_it_is_used(store: pytest.Pytester) -> None:
    """With what is wrong with it, and no other test is lost."""
    (store.path / "env/dev/store.tfvars.json").write_text('{"shelf_count": 99}')
    store.makepyfile("def test_it(tapforge_environment): pass\ndef test_other(): pass")
    result = store.runpytest_inprocess()
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*env/dev/store.tfvars.json: shelf_count*99*"])


def test_proofs_are_tests_where_they_are_asked_for(store: pytest.Pytester) -> None:
    """Each of every system, those of the project too, beside the tests that are there."""
    store.makepyfile("def test_it(): pass")
    store.runpytest_inprocess().assert_outcomes(passed=1)
    options = ("--tapforge-prove", "--tapforge-examples=20", "--tapforge-seed=1", "-v")
    result = store.runpytest_inprocess(*options)
    result.stdout.fnmatch_lines(
        ["*test_it PASSED*", "tapforge::store::rules PASSED*", "*store::few-shelves PASSED*"]
    )
    assert result.parseoutcomes()["passed"] > 8
    assert "failed" not in result.parseoutcomes()


def test_a_proof_that_does_not_hold_fails(store: pytest.Pytester) -> None:
    """With what was found, and the environment that shows it."""
    (store.path / "store_proofs.py").write_text(
        "from tapforge.testing.proof import proof\n"
        "@proof('few-shelves')\n"
        "def few_shelves(case):\n"
        "    'There are at most 5 shelves.'\n"
        "    if len(case.configuration.of('aws_ssm_parameter')) > 5:\n"
        "        yield 'there are too many'\n"
        "@proof('one-system', over='system')\n"
        "def one_system(subject):\n"
        "    'There is another system.'\n"
        "    yield 'there is none'\n"
    )
    result = store.runpytest_subprocess("--tapforge-prove", "--tapforge-seed=1")
    result.stdout.fnmatch_lines(
        [
            "There are at most 5 shelves.",
            "there are too many",
            'in the environment {"shelf_count": 6}',
            "There is another system.",
            "there is none",
            "FAILED tapforge::store::few-shelves*",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    assert result.parseoutcomes()["failed"] == 2


@pytest.mark.parametrize("options", [["--tapforge-prove"], []], ids=["proofs", "fixtures"])
def test_without_a_project_it_says_so(pytester: pytest.Pytester, options: list[str]) -> None:
    """Where somebody asks for one."""
    pytester.makepyfile("def test_it(tapforge_system): pass" if not options else "")
    result = pytester.runpytest_inprocess(*options)
    assert result.ret != 0
    (result.stderr if options else result.stdout).fnmatch_lines(["*pyproject.toml*tool.tapforge*"])


def test_it_costs_nothing_where_it_is_not_used() -> None:
    """Whoever has tapforge installed runs other tests with pytest too."""
    code = (
        "import sys, pytest, tapforge.testing.plugin\n"
        "heavy = {'tapforge.lang', 'tapforge.systems', 'tapforge.rules', 'hypothesis', 'attrs'}\n"
        "sys.exit(', '.join(heavy & sys.modules.keys()) or None)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
