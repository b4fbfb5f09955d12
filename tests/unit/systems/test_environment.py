"""Environment files, as Python reads them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tapforge.systems.aurora_demo import aurora_demo
from tapforge.systems.environment import (
    EnvironmentFileError,
    backend_schema,
    load,
    variables_schema,
)
from tapforge.systems.project import Project, find

ROOT = Path(__file__).parents[3]
KEY = "dev/aurora-demo/terraform.tfstate"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with one system and an environment that is right."""
    (tmp_path / "env/dev").mkdir(parents=True)
    found = Project(tmp_path, {"aurora-demo": aurora_demo})
    put(found)
    return found


def put(project: Project, variables: Any = None, backend: Any = None) -> None:
    """Write the environment's files: values as JSON, bytes as they are."""
    contents = {
        "tfvars": {"environment_suffix": "dev"} if variables is None else variables,
        "s3.tfbackend": {"key": KEY} if backend is None else backend,
    }
    for kind, content in contents.items():
        file = project.root / f"env/dev/aurora-demo.{kind}.json"
        file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


def problems(project: Project, name: str = "dev") -> list[str]:
    """Give what is wrong with the environment."""
    with pytest.raises(EnvironmentFileError) as caught:
        load(project, aurora_demo, name)
    return [str(problem).removeprefix("env/dev/") for problem in caught.value.problems]


def test_an_environment_is_its_two_files(project: Project) -> None:
    """The pointer to the schema is for editors and no value."""
    put(project, {"$schema": "x", "environment_suffix": "a", "reader_count": 2})
    found = load(project, aurora_demo, "dev")
    assert found.name == "dev"
    assert found.variables == {"environment_suffix": "a", "reader_count": 2}
    assert found.backend == {"key": KEY}
    assert found.variables_file == project.root / "env/dev/aurora-demo.tfvars.json"
    # Terraform reads a backend's file as JSON only if its name says so.
    assert found.backend_file == project.root / "env/dev/aurora-demo.s3.tfbackend.json"


def test_values_are_in_the_types_of_their_variables(project: Project) -> None:
    """However they are written, as for Terraform; a number keeps all its digits."""
    put(
        project,
        b'{"reader_count": "2", "destroyable": null, "environment_suffix": 7,'
        b' "default_tags": {"version": 1.10, "tax": 0.12345678901234567890}}',
    )
    assert load(project, aurora_demo, "dev").variables == {
        "reader_count": 2,
        "destroyable": True,
        "environment_suffix": "7",
        "default_tags": {"version": "1.1", "tax": "0.1234567890123456789"},
    }


def test_all_problems_of_both_files_are_told(project: Project) -> None:
    """With the file and the key; none hides another."""
    put(
        project,
        {
            "environment_sufix": "x",
            "environment_suffix": "Dev",
            "reader_count": "one",
            "destroyable": None,
        },
        {"key": "/x", "region": "mars", "$schema": "x"},
    )
    assert problems(project) == [
        (
            "aurora-demo.tfvars.json: environment_sufix: there is no such input;"
            ' did you mean "environment_suffix"?'
        ),
        'aurora-demo.tfvars.json: reader_count: "one" is no number',
        (
            'aurora-demo.tfvars.json: environment_suffix: "Dev" is not valid: expected lower-case letters'
            " and digits, in groups joined by single hyphens."
        ),
        "aurora-demo.s3.tfbackend.json: $schema: there is no such input",
        (
            'aurora-demo.s3.tfbackend.json: region: AWS has no region "mars": expected one such as'
            " us-east-1 or eu-central-1."
        ),
        (
            'aurora-demo.s3.tfbackend.json: key: "/x" is no key of a state: expected a path of letters,'
            " digits and ._-, ending in .tfstate."
        ),
    ]


NO_JSON = "aurora-demo.tfvars.json: is no JSON that Terraform reads"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"{", "aurora-demo.tfvars.json:1:2: is no JSON: "),
        (b'{\n  "a": 1,\n}', "aurora-demo.tfvars.json:3:1: is no JSON: "),
        (
            b"[]",
            "aurora-demo.tfvars.json: is no JSON object; write { ... } with a key for each input",
        ),
        (b"\xff", "aurora-demo.tfvars.json: is no text in UTF-8; save it as such"),
        (b"\xef\xbb\xbf{}", "aurora-demo.tfvars.json:1:1: is no JSON: Unexpected UTF-8 BOM"),
        (
            b'{"reader_count": NaN}',
            f"{NO_JSON}: it has no number NaN",
        ),
        (
            b'{"destroyable": true, "destroyable": false}',
            f'{NO_JSON}: an object has the key "destroyable" twice',
        ),
        (
            '{"default_tags": {"\u00e9": "", "e\u0301": ""}}'.encode(),
            f'{NO_JSON}: an object has the key "\u00e9" twice',
        ),
        (b"[" * 100_000, f"{NO_JSON}: "),
        (b'{"reader_count": 1e999}', "aurora-demo.tfvars.json: reader_count: "),
        (
            b'{"environment_suffix": "\\ud800"}',
            "aurora-demo.tfvars.json: environment_suffix: the text ",
        ),
    ],
)
def test_a_file_that_is_none_is_told(project: Project, content: bytes, expected: str) -> None:
    """With the place in it, where there is one."""
    put(project, content)
    (problem,) = problems(project)
    assert problem.startswith(expected)


def test_a_folder_in_place_of_a_file_is_told(project: Project) -> None:
    """It can't be read."""
    file = project.root / "env/dev/aurora-demo.tfvars.json"
    file.unlink()
    file.mkdir()
    assert problems(project) == ["aurora-demo.tfvars.json: can't be read: Is a directory"]


def test_an_environment_that_is_not_there_is_told(project: Project) -> None:
    """With the closest, or all there are."""
    (missing, _) = problems(project, "deb")
    assert missing == (
        'env/deb/aurora-demo.tfvars.json: there is no such file; did you mean "dev"?'
    )
    (missing, _) = problems(project, "nowhere")
    assert missing.endswith("there is no such file; environments of aurora-demo: dev")
    (project.root / "env/dev/aurora-demo.tfvars.json").unlink()
    (missing,) = problems(project)
    assert missing.endswith("environments of aurora-demo: none")


def test_an_environment_that_lacks_its_backend_is_told(project: Project) -> None:
    """What is missing is not another environment."""
    (project.root / "env/dev/aurora-demo.s3.tfbackend.json").unlink()
    (missing,) = problems(project)
    assert missing == (
        "aurora-demo.s3.tfbackend.json: there is no such file; every environment has one: write it"
        " like those of the others"
    )


def test_the_schemas_are_those_of_the_inputs() -> None:
    """Only the file of variables may point to its schema: Terraform refuses the key in the other."""
    assert "$schema" in variables_schema(aurora_demo)["properties"]
    assert variables_schema(aurora_demo)["description"] == aurora_demo.description
    assert set(backend_schema()["properties"]) == {"bucket", "key", "region"}
    assert backend_schema()["required"] == ["key"]


def environments() -> list[tuple[str, str]]:
    """Give every environment of every system of this project."""
    project = find(ROOT)
    return [(s, e) for s in project.systems for e in project.environments(s)]


@pytest.mark.parametrize(("system", "environment"), environments())
def test_the_environments_of_this_project_are_right(system: str, environment: str) -> None:
    """Each has both files, points to its schema, and keeps its state apart."""
    project = find(ROOT)
    found = load(project, project.system(system), environment)
    pointer = json.loads(found.variables_file.read_text())["$schema"]
    target = (found.variables_file.parent / pointer).resolve()
    assert target == ROOT / "terraform" / system / "environment.schema.json"
    assert found.backend["key"] == f"{environment}/{system}/terraform.tfstate"
    suffix = found.variables.get("environment_suffix", "dev")
    others = [e for s, e in environments() if s == system and e != environment]
    assert suffix not in [
        load(project, project.system(system), e).variables.get("environment_suffix", "dev")
        for e in others
    ]
