"""The README of a module."""

from typing import Any

import pytest

from tapforge import builtin
from tapforge.handoff.readme import readme
from tapforge.lang.inputs import inputs, output, outputs, variable
from tapforge.lang.module import Body, module


@inputs
class ToolInputs:
    """What the tool takes."""

    name: str = variable("Its name; a|b.", example='say "${hi}"')
    port: int = variable("Its port.")
    open: bool = variable("Whether it is open.")
    hosts: list[str] = variable("Its hosts.")
    labels: dict[str, str] = variable("Its labels.")
    free: Any = variable("Anything.")
    few: list[str] = variable("A few.", default=["a"])
    many: list[str] = variable("Many.", default=[f"<value> | {n}" for n in range(4)])
    none: str | None = variable("None\nat all.", default=None)


@outputs
class ToolOutputs:
    """What the tool gives."""

    id: str = output("Its id.")
    key: str = output("Its key.", sensitive=True)


@module("my-tool")
def tool(m: Body, v: ToolInputs) -> ToolOutputs:
    """A tool for everything."""
    data = m.add(builtin.Data("it", input=v.name))
    state = m.add(builtin.data.RemoteState("other", backend="local"))
    return ToolOutputs(id=data.id, key=state.outputs.key)


@inputs
class NoInputs:
    """Nothing."""


@outputs
class NoOutputs:
    """Nothing."""


@module("nothing")
def nothing(m: Body, _v: NoInputs) -> NoOutputs:
    """Nothing but a call."""
    m.call("tool", tool, ToolInputs(name="x", port=1, open=True, hosts=[], labels={}, free=1))
    return NoOutputs()


@pytest.fixture
def text() -> str:
    """The README of a module that is called."""
    return readme(tool, tool.body, root=False)


def test_the_readme_of_a_module(text: str) -> None:
    """Title, what it is, how to call it, and the tables of terraform-docs between its markers."""
    head, marker, rest = text.partition("<!-- BEGIN_TF_DOCS -->\n")
    assert marker
    assert head.startswith("# my-tool\n\nA tool for everything.\n\n## Usage\n")
    assert rest.endswith("<!-- END_TF_DOCS -->\n")
    titles = [line for line in rest.splitlines() if line.startswith("#")]
    assert titles == [
        f"## {title}"
        for title in ("Requirements", "Providers", "Modules", "Resources", "Inputs", "Outputs")
    ]


def test_the_usage_can_be_copied(text: str) -> None:
    """Aligned as `terraform fmt` does; what has no example stands for its type."""
    usage = text.partition("```hcl\n")[2].partition("```")[0]
    assert usage == (
        'module "my_tool" {\n'
        '  source = "./modules/my-tool"\n'
        "  free   = null\n"
        "  hosts  = []\n"
        "  labels = {}\n"
        '  name   = "say \\"$${hi}\\""\n'
        "  open   = true\n"
        "  port   = 1\n"
        "}\n"
    )


def test_the_tables_are_tables(text: str) -> None:
    """Whatever stands in a cell; long defaults on lines of their own."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert "| name | Its name; a\\|b. | `string` | n/a | yes |" in rows
    assert '| few | A few. | `list(string)` | `["a"]` | no |' in rows
    assert "| none | None<br/>at all. | `string` | `null` | no |" in rows
    assert (
        "| many | Many. | `list(string)` | <pre>["
        + ",".join(f'<br/>  "&lt;value&gt; \\| {n}"' for n in range(4))
        + "<br/>]</pre> | no |"
    ) in rows
    assert "| key | Its key. Sensitive. |" in rows
    assert "| data.terraform_remote_state.other | data source |" in rows
    assert "| terraform_data.it | resource |" in rows
    assert "| terraform | `>= 1.11.0` |" in rows


def test_a_module_without_anything_says_so() -> None:
    """Rather than with an empty table; its call is listed."""
    text = readme(nothing, nothing.body, root=False)
    for title in ("providers", "resources", "inputs", "outputs"):
        assert f"## {title.capitalize()}\n\nNo {title}.\n" in text
    assert "| tool | ../my-tool |" in text


def test_a_root_module_is_applied() -> None:
    """With the files of an environment, whose name is written once."""
    text = readme(nothing, nothing.body, root=True)
    assert "## Usage" not in text
    commands = text.partition("```sh\n")[2].partition("```")[0].splitlines()
    file = "../../env/$environment/nothing"
    assert commands == [
        "environment=dev",
        f'terraform init -reconfigure -backend-config="{file}.s3.tfbackend.json"',
        f'terraform apply -var-file="{file}.tfvars.json"',
    ]
