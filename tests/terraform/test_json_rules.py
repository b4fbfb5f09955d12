"""The rules of Terraform's JSON syntax, each held by what the real Terraform makes of our documents."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tapforge import aws, builtin
from tapforge.lang import functions as fn
from tapforge.lang.blocks import (
    _RESERVED_VARIABLES,
    Action,
    Backend,
    Check,
    Import,
    Local,
    ModuleCall,
    Moved,
    Output,
    Removed,
    RequiredProvider,
    Settings,
    Variable,
)
from tapforge.lang.document import Document, DocumentError
from tapforge.lang.expression import Symbol, each, eq, for_map, gt, path, self, splat
from tapforge.lang.json_syntax import dumps
from tapforge.lang.meta import (
    ActionTrigger,
    Condition,
    Connection,
    Lifecycle,
    Meta,
    Provisioner,
    dynamic,
)
from tapforge.lang.module import REQUIRED_VERSION, settings
from tapforge.lang.test_file import MockProvider, Override, Run, TestFile
from tapforge.local.diagnostics import errors_of
from tapforge.local.offline import offline_plan
from tapforge.local.program import TerraformProgram, find_terraform
from tapforge.local.terraform import Terraform, TerraformFailedError

pytestmark = pytest.mark.terraform

BUILTIN = "terraform.io/builtin/terraform"
TEXTS = {
    "interpolation": "a ${x} b",
    "directive": "%{ if x }",
    "policy variable": "home/${aws:username}/*",
    "repetition": "x${1,3}",
    "escaped": "$${x} %%{x} $$${x} $$$${x} %%%{x}",
    "lone": "$ $$ $5 $$5 % %% 50% 50%% $% %$ {} $ { % {",
    "at the end": "cost: $",
    "quotes": "\"'`\\ \\n \\u0041 \\${x}",
    "lines": "a\nb\r\nc\td\n",
    "control": "\x01\x1f\x7f",
    "unicode": "é 漢 🙂 \u2028 \ufeff",
    "comment": "// # /* x */ <<EOT",
    "empty": "",
    "address": "var.name",
    "number": "007",
    "truth": "true",
    "null": "null",
}
NUMBERS = [12345678901234567890123, -7, 0, 0.1, 1e-7, 2.5e30, Decimal("0.1234567890123456789012")]


@pytest.fixture(scope="module")
def program() -> TerraformProgram:
    """The Terraform under test, found once."""
    return find_terraform()


def write(folder: Path, *documents: Document, **others: Any) -> Path:
    """Write documents, each in the folder of its name, as they are rendered; and other files."""
    for document in documents:
        place = folder / document.name
        place.mkdir(parents=True, exist_ok=True)
        for name, content in document.files("Head.").items():
            (place / name).write_text(dumps(content), "utf-8")
    for name, content in others.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(content), "utf-8")
    return folder


def terraform_in(folder: Path, program: TerraformProgram) -> Terraform:
    """Give Terraform in a root module."""
    run_dir = folder.parent / f"{folder.name}-run"
    run_dir.mkdir(exist_ok=True)
    return Terraform(folder, run_dir=run_dir, program=program)


# --- one root with everything that can be applied at once -------------------------------------------


def child() -> Document:
    """A module that wants an ephemeral input and a provider configuration of its caller."""
    module = Document("modules/child")
    secret = module.add(Variable("secret", type="string", ephemeral=True))
    name = module.add(Variable("name", type="string", nullable=False, default="unnamed"))
    module.add(builtin.Data("here", provider=Symbol("terraform.there"), input=name._tf_reference()))
    module.add(Output("secret", value=secret._tf_reference(), ephemeral=True))
    module.add(Output("name", value=name._tf_reference()))
    module.add(
        Settings(
            required_providers={
                "terraform": RequiredProvider(BUILTIN, configuration_aliases=["terraform.there"])
            }
        )
    )
    return module


def everything() -> Document:
    """A root module with what can be applied without a provider."""
    root = Document(".")
    for name, type_, default in (
        ("text", "string", "lit ${x} $${kept} %{y}"),
        ("number", "number", 2),
        ("nothing", "string", None),
        ("list", ["list", "string"], []),
        ("object", ["object", {"a": "string", "b": "number"}, ["b"]], {"a": "${x}"}),
        ("any", None, [1, "a"]),
    ):
        root.add(
            Variable(name, type=type_, description=f"Literal ${{{name}}} %{{x}}.", default=default)
        )
        root.add(
            Output(f"var_{name}", value=Symbol(f"var.{name}"), description=f"Literal ${{{name}}}.")
        )
    number = Symbol("var.number", "number")
    root.add(Variable("secret", type="string", ephemeral=True, default="hush"))
    root.add(
        Variable(
            "both",
            type="number",
            default=3,
            validation=[
                Condition(
                    condition=gt(Symbol("var.both", "number"), number),
                    error_message=f"Expected more than {number}.",
                )
            ],
        )
    )

    # Expression positions.
    data = root.add(builtin.Data("texts", input=TEXTS), comment="Why ${x}.")
    root.add(Output("texts", value=data.output))
    root.add(Output("keys", value={text: index for index, text in enumerate(TEXTS.values())}))
    root.add(Local("texts", list(TEXTS.values())), comment="All of them.")
    root.add(Output("local_texts", value=Symbol("local.texts")))
    root.add(
        Output("mixed", value={f"{number}$" + "{k}": [f"${number} %{{{number}}} ${{{number}}}"]})
    )
    root.add(Output("dollars", value=f"$${number}$$${number}$"))
    root.add(Output("numbers", value=NUMBERS[:-1]))
    root.add(Output("decimal", value=fn.tostring(NUMBERS[-1])))
    root.add(Output("types", value=[number, gt(number, 1), Symbol("var.any"), f"{number}"]))
    root.add(Output("comment_as_data", value={"//": "kept"}))

    # Empty things.
    root.add(builtin.Data("bare"))
    root.add(builtin.Data("none", count=0))
    root.add(builtin.Data("no_key", for_each={}))
    root.add(builtin.Data("unset", input=None))
    root.add(Output("empties", value={"list": [], "map": {}, "text": "", "null": None}))

    # Repetition.
    listed = root.add(builtin.Data("listed", for_each=["b", "a", "b"], input=each.value))
    mapped = root.add(builtin.Data("mapped", for_each={"k": "$" + "{v}"}, input=each.value))
    chained = root.add(builtin.Data("chained", for_each=mapped, input=each.value.output))
    counted = root.add(builtin.Data("counted", count=2, input=Symbol("count").index))
    root.add(
        Output(
            "repeated",
            value=[
                for_map(listed._tf_reference(), lambda key, made: (key, made.output)),
                for_map(chained._tf_reference(), lambda key, made: (key, made.output)),
                splat(counted).output,
            ],
        )
    )

    # Traversals and words.
    root.add(builtin.Provider())
    there = root.add(builtin.Provider(alias="there"), comment="Another one.")
    called = root.add(
        ModuleCall(
            "child",
            source="./modules/child",
            inputs={"secret": Symbol("var.secret", "string"), "name": None},
            providers={"terraform.there": there},
            meta=Meta(depends_on=[data]),
            outputs={"secret": "string", "name": "string"},
        ),
        comment="Called once.",
    )._tf_reference()
    root.add(Output("default_of_child", value=called.name))
    root.add(
        builtin.Data(
            "wired",
            provider=there,
            input=data.id,
            triggers_replace=[number],
            depends_on=[listed, counted[0], called, called.name],
            lifecycle=Lifecycle(
                create_before_destroy=True,
                prevent_destroy=False,
                ignore_changes=["input", "triggers_replace[0]"],
                replace_triggered_by=[data, data.id, listed["a"]],
                precondition=[
                    Condition(condition=gt(number, 1), error_message=f"{number} is too small.")
                ],
                postcondition=[
                    Condition(condition=eq(self.output, self.input), error_message="It differs.")
                ],
            ),
        )
    )
    root.add(
        builtin.Data("ignoring", input=number, lifecycle=Lifecycle(ignore_changes="all")),
    )
    file = f"{path.module}/said"
    root.add(
        builtin.Data(
            "provisioned",
            connection=Connection(type="ssh", arguments={"host": "nowhere"}),
            provisioner=[
                Provisioner(
                    "local-exec",
                    arguments={
                        "command": f'echo "zulu $TEXT" >> {file}',
                        "environment": {"TEXT": "${x}"},
                    },
                ),
                Provisioner("local-exec", arguments={"command": f"echo {called.secret} >> {file}"}),
                Provisioner("local-exec", arguments={"command": "false"}, on_failure="continue"),
                Provisioner(
                    "local-exec", arguments={"command": "echo gone >> said"}, when="destroy"
                ),
            ],
        )
    )
    state = builtin.data.RemoteState("own", backend="local", config={"path": f"{path.module}/no"})
    root.add(
        Check(
            "warns",
            [Condition(condition=eq(state.outputs, None), error_message="There is no ${state}.")],
            state,
        ),
        comment="Only warns.",
    )
    root.add(
        Output(
            "checked",
            value=data.id,
            sensitive=True,
            precondition=[Condition(condition=gt(number, 1), error_message="x")],
            depends_on=[data],
        )
    )
    root.add(
        Settings(
            required_version=REQUIRED_VERSION,
            required_providers={"terraform": RequiredProvider(BUILTIN)},
            backend=Backend("local", {"path": "${x}.tfstate"}),
        )
    )
    return root


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory, program: TerraformProgram) -> dict[str, Any]:
    """Apply the root, plan it again, and read everything there is."""
    root = write(tmp_path_factory.mktemp("rules") / "root", everything(), child())
    terraform = terraform_in(root, program)
    terraform.init()
    diagnostics = terraform.validate()
    saved = root / "plan"
    terraform.plan(out=saved)
    plan = terraform.show_json(saved)
    messages: list[Any] = []
    terraform.apply(plan=saved, on_message=messages.append)
    outputs = {name: output["value"] for name, output in terraform.output_json().items()}
    terraform.plan(out=saved)
    actions = {
        c["address"]: c["change"]["actions"] for c in terraform.show_json(saved)["resource_changes"]
    }
    again = [address for address, do in actions.items() if do not in (["no-op"], ["read"])]
    said = (root / "said").read_text()
    state = (root / "${x}.tfstate").read_text()
    terraform.destroy()
    return {
        "diagnostics": diagnostics,
        "plan": plan,
        "outputs": outputs,
        "again": again,
        "said": said,
        "said at last": (root / "said").read_text(),
        "state": state,
        "warnings": [m["diagnostic"] for m in messages if m["type"] == "diagnostic"],
        "resources": {r["address"] for r in plan["resource_changes"] if r["mode"] == "managed"},
    }


@pytest.fixture(scope="module")
def outputs(applied: dict[str, Any]) -> dict[str, Any]:
    """The outputs of the root."""
    found: dict[str, Any] = applied["outputs"]
    return found


def test_the_document_is_valid_and_settles(applied: dict[str, Any]) -> None:
    """Terraform reads all of it without a complaint, and changes nothing after the apply."""
    assert applied["diagnostics"] == ()
    assert applied["again"] == []


def test_text_is_data_at_expression_positions(outputs: dict[str, Any]) -> None:
    """As values, as keys of maps, in lists, in locals: whatever it holds, nothing is interpolated."""
    assert outputs["texts"] == TEXTS
    assert outputs["keys"] == {text: index for index, text in enumerate(TEXTS.values())}
    assert outputs["local_texts"] == list(TEXTS.values())


def test_text_around_references_is_data(outputs: dict[str, Any]) -> None:
    """A dollar, a percent or a brace beside a reference stays what it is."""
    assert outputs["mixed"] == {"2${k}": ["$2 %{2} ${2}"]}
    assert outputs["dollars"] == "$$2$$$2$"


def test_literal_positions_are_not_escaped(applied: dict[str, Any]) -> None:
    """Defaults and descriptions of variables, descriptions of outputs, settings of the backend."""
    outputs, configuration = applied["outputs"], applied["plan"]["configuration"]["root_module"]
    assert outputs["var_text"] == "lit ${x} $${kept} %{y}"
    assert outputs["var_object"] == {"a": "${x}", "b": None}
    assert configuration["variables"]["text"]["description"] == "Literal ${text} %{x}."
    assert configuration["outputs"]["var_text"]["description"] == "Literal ${text}."
    assert '"hush"' not in applied["state"]  # and the state was where the backend's path says


def test_type_constraints_are_bare(outputs: dict[str, Any]) -> None:
    """Every type is understood, and an empty or null default is a value."""
    assert outputs["var_number"] == 2
    assert outputs.get("var_nothing") is None
    assert outputs["var_list"] == []
    assert outputs["var_any"] == [1, "a"]


def test_one_expression_alone_keeps_its_type(outputs: dict[str, Any]) -> None:
    """A number, a truth value, a list; only text with an expression in it is text."""
    assert outputs["types"] == [2, True, [1, "a"], "2"]


def test_numbers_keep_their_digits(outputs: dict[str, Any]) -> None:
    """Integers of any size, floats by their shortest text, decimals in full."""
    assert outputs["numbers"][:-1] == [12345678901234567890123, -7, 0, 0.1, 1e-7]
    assert outputs["numbers"][-1] == 25 * 10**29
    assert outputs["decimal"] == "0.1234567890123456789012"


def test_nothing_empty_is_lost(applied: dict[str, Any]) -> None:
    """A block without arguments is a block; count 0 and an empty for_each are no instance."""
    resources = applied["resources"]
    assert {"terraform_data.bare", "terraform_data.unset"} <= resources
    assert not {
        r for r in resources if r.startswith(("terraform_data.none", "terraform_data.no_key"))
    }
    assert applied["outputs"]["empties"] == {"list": [], "map": {}, "text": "", "null": None}


def test_blocks_repeat_over_lists_maps_and_each_other(outputs: dict[str, Any]) -> None:
    """A list is given as a set, which JSON alone cannot say."""
    assert outputs["repeated"] == [{"a": "a", "b": "b"}, {"k": "${v}"}, [0, 1]]


def test_comments_are_no_data_and_data_is_no_comment(applied: dict[str, Any]) -> None:
    """`//` is passed over in bodies of blocks and among locals, and kept in values."""
    assert applied["outputs"]["comment_as_data"] == {"//": "kept"}
    (texts,) = (
        r
        for r in applied["plan"]["planned_values"]["root_module"]["resources"]
        if r["address"] == "terraform_data.texts"
    )
    assert texts["values"]["input"] == TEXTS


def test_addresses_are_bare(applied: dict[str, Any]) -> None:
    """Dependencies, provider configurations and triggers are read as references."""
    configuration = applied["plan"]["configuration"]["root_module"]
    wired = next(r for r in configuration["resources"] if r["name"] == "wired")
    assert wired["provider_config_key"] == "terraform.there"
    assert wired["depends_on"] == [
        *("terraform_data.listed", "terraform_data.counted[0]", "module.child", "module.child.name")
    ]
    assert configuration["module_calls"]["child"]["depends_on"] == ["terraform_data.texts"]
    inner = configuration["module_calls"]["child"]["module"]["resources"][0]
    assert inner["provider_config_key"] == "terraform.there"


def test_a_null_input_is_the_default_of_a_variable_that_is_not_nullable(
    outputs: dict[str, Any],
) -> None:
    """So a call may say null."""
    assert outputs["default_of_child"] == "unnamed"


def test_provisioners_run_in_their_order(applied: dict[str, Any]) -> None:
    """Those of the destruction at the end; one that fails may be passed over."""
    assert applied["said"] == "zulu ${x}\nhush\n"
    assert applied["said at last"] == "zulu ${x}\nhush\ngone\n"


def test_ephemeral_values_reach_modules_and_no_state(applied: dict[str, Any]) -> None:
    """Variables and outputs of modules may be ephemeral."""
    assert "hush" in applied["said"]
    assert "hush" not in applied["state"]


def test_a_check_warns_in_its_own_words(applied: dict[str, Any]) -> None:
    """A failed check, or data it cannot read, stops nothing."""
    assert [warning["severity"] for warning in applied["warnings"]] == ["warning"] * len(
        applied["warnings"]
    )
    assert applied["warnings"]


# --- what changes between two applies ---------------------------------------------------------------


def test_objects_move_come_and_go(tmp_path: Path, program: TerraformProgram) -> None:
    """`moved`, `removed` and `import` are read as addresses, one or many of each."""
    before = Document(".")
    for name in ("old", "older", "forgotten", "destroyed"):
        before.add(builtin.Data(name, input=name))
    root = write(tmp_path / "root", before)
    terraform = terraform_in(root, program)
    terraform.apply()

    after = Document(".")
    new = after.add(builtin.Data("new", input="old"))
    many = after.add(builtin.Data("many", for_each=["a"], input="older"))
    after.add(Moved("terraform_data.old", new), comment="Renamed.")
    after.add(Moved("terraform_data.older", many["a"]))
    after.add(Removed("terraform_data.forgotten", Lifecycle(destroy=False)))
    after.add(
        Removed(
            "terraform_data.destroyed",
            Lifecycle(destroy=True),
            [Provisioner("local-exec", arguments={"command": "echo gone > said"}, when="destroy")],
        )
    )
    found = after.add(builtin.Data("found"))
    all_found = after.add(builtin.Data("all_found", for_each={"x": 1, "y": 2}))
    after.add(Import(to=found, id="id-1"))
    after.add(Import(to=all_found[each.key], id=each.value, for_each={"x": "id-2", "y": "id-3"}))
    write(root, after)
    saved = tmp_path / "plan"
    terraform.plan(out=saved)

    changes = {
        change["address"]: change for change in terraform.show_json(saved)["resource_changes"]
    }
    assert changes["terraform_data.new"]["previous_address"] == "terraform_data.old"
    assert changes['terraform_data.many["a"]']["previous_address"] == "terraform_data.older"
    assert changes["terraform_data.forgotten"]["change"]["actions"] == ["forget"]
    assert changes["terraform_data.destroyed"]["change"]["actions"] == ["delete"]
    imported = {
        a: c["change"]["importing"]["id"] for a, c in changes.items() if "importing" in c["change"]
    }
    assert imported == {
        "terraform_data.found": "id-1",
        'terraform_data.all_found["x"]': "id-2",
        'terraform_data.all_found["y"]': "id-3",
    }
    terraform.apply(plan=saved)
    assert (root / "said").read_text() == "gone\n"


def test_ignored_changes_are_ignored(tmp_path: Path, program: TerraformProgram) -> None:
    """By name, by element of a map, and all of them by the bare word."""

    def document(value: str) -> Document:
        made = Document(".")
        for name, ignored in (("one", ["input"]), ("key", ['input["a"]']), ("all", "all")):
            lifecycle = Lifecycle(ignore_changes=ignored)
            made.add(builtin.Data(name, input={"a": value}, lifecycle=lifecycle))
        made.add(
            builtin.Data(
                "trigger", lifecycle=Lifecycle(replace_triggered_by=[Symbol("terraform_data.all")])
            )
        )
        return made

    root = write(tmp_path / "root", document("before"))
    terraform = terraform_in(root, program)
    terraform.apply()
    write(root, document("after"))
    assert not terraform.plan()


# --- what a condition that fails says ---------------------------------------------------------------


def failures(folder: Path, program: TerraformProgram) -> list[str]:
    """Plan, and give what Terraform says of the conditions that fail."""
    with pytest.raises(TerraformFailedError) as caught:
        terraform_in(folder, program).plan()
    return sorted(
        error.detail.partition("\n\n")[0] for error in errors_of(caught.value.diagnostics)
    )


def test_validations_fail_with_their_message(tmp_path: Path, program: TerraformProgram) -> None:
    """An expression over several variables, in which text is text."""
    root = Document(".")
    limit = root.add(Variable("limit", type="number", default=5))._tf_reference()
    low = Symbol("var.low", "number")
    message = f'{low} is not below {limit} "${{x}}" 50%.'
    validation = Condition(condition=gt(limit, low), error_message=message)
    root.add(Variable("low", type="number", default=9, validation=[validation]))
    assert failures(write(tmp_path / "root", root), program) == ['9 is not below 5 "${x}" 50%.']


def test_conditions_fail_with_their_message(tmp_path: Path, program: TerraformProgram) -> None:
    """Of resources and of outputs: an expression, and not text that is always right or wrong."""
    resources = Document("resources")
    before = Condition(condition=eq(path.module, "x"), error_message="Not x ${y}.")
    after = Condition(condition=eq(self.input, "b"), error_message=f"{self.input} is not b.")
    resources.add(builtin.Data("before", lifecycle=Lifecycle(precondition=[before])))
    resources.add(builtin.Data("after", input="a", lifecycle=Lifecycle(postcondition=[after])))
    outputs = Document("outputs")
    outputs.add(Output("given", value=1, precondition=[before]))
    write(tmp_path, resources, outputs)
    assert failures(tmp_path / "resources", program) == ["Not x ${y}.", "a is not b."]
    assert failures(tmp_path / "outputs", program) == ["Not x ${y}."]


# --- nested blocks, on the schema of a real provider ------------------------------------------------


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Plan blocks of a provider, offline; give the values by address."""
    root = Document(".")
    names = root.add(Variable("names", type=["list", "string"], default=["b", "a"]))._tf_reference()
    group = aws.DbParameterGroup
    root.add(
        group(
            "dynamic",
            name="x",
            family="postgres16",
            parameter=[
                group.Parameter(name="always", value="1"),
                *[dynamic(names, lambda item: group.Parameter(name=item.value, value=item.key))],
            ],
        )
    )
    root.add(
        group(
            "own_iterator",
            name="y",
            family="postgres16",
            parameter=dynamic(
                {"k": "$" + "{v}"},
                lambda parameter: group.Parameter(name=parameter.key, value=parameter.value),
            ),
        )
    )
    root.add(group("none", name="z", family="postgres16", parameter=[]))
    security = aws.SecurityGroup
    root.add(
        security(
            "attributes",
            vpc_id="vpc-1",
            ingress=[
                security.Ingress(from_port=1, to_port=2, protocol="tcp", cidr_blocks=["10.0.0.0/8"])
            ],
            egress=[],
        )
    )
    root.add(security("computed", vpc_id="vpc-1"))
    root.add(
        aws.RdsCluster(
            "single",
            engine="aurora-postgresql",
            serverlessv2_scaling_configuration=aws.RdsCluster.Serverlessv2ScalingConfiguration(
                min_capacity=0, max_capacity=1
            ),
            timeouts=aws.RdsCluster.Timeouts(create="1h"),
        )
    )
    root.add(aws.Provider(region="us-east-1"))
    root.add(aws.Provider(alias="west", region="us-west-1"))
    root.add(settings(root, "~> {}"))
    plan = offline_plan(write(tmp_path_factory.mktemp("nested"), root))
    return {
        r["address"]: r["values"]
        for r in plan.document["planned_values"]["root_module"]["resources"]
    }


def test_dynamic_blocks_make_blocks(planned: dict[str, Any]) -> None:
    """Beside blocks that are always there; the iterator is a bare name, or that of the block."""

    def parameters(name: str) -> set[tuple[str, str]]:
        values = planned[f"aws_db_parameter_group.{name}"]
        return {(p["name"], p["value"]) for p in values["parameter"]}

    assert parameters("dynamic") == {("always", "1"), ("b", "0"), ("a", "1")}
    assert parameters("own_iterator") == {("k", "${v}")}
    assert parameters("none") == set()


def test_attributes_that_look_like_blocks_have_all_their_members(planned: dict[str, Any]) -> None:
    """JSON reads them as values, in which nothing may be left out; an empty list says none."""
    values = planned["aws_security_group.attributes"]
    (ingress,) = values["ingress"]
    assert {name: value for name, value in ingress.items() if value} == {
        "cidr_blocks": ["10.0.0.0/8"],
        "from_port": 1,
        "protocol": "tcp",
        "to_port": 2,
    }
    assert values["egress"] == []
    assert "ingress" not in planned["aws_security_group.computed"]


def test_single_blocks_and_timeouts_are_objects(planned: dict[str, Any]) -> None:
    """Terraform takes an object for a block of which there is one."""
    values = planned["aws_rds_cluster.single"]
    assert values["serverlessv2_scaling_configuration"][0]["max_capacity"] == 1
    assert values["timeouts"]["create"] == "1h"


# --- what Terraform refuses, so that it is right not to write it ------------------------------------

REFUSED = {
    "empty resource": {"resource": {}},
    "empty variable": {"variable": {}},
    "empty output": {"output": {}},
    "empty module": {"module": {}},
    "empty data": {"data": {}},
    "empty provider": {"provider": {}},
    "empty check": {"check": {}},
    "empty backend": {"terraform": {"backend": {}}},
    "type without labels": {"resource": {"terraform_data": {}}},
    "comment as a label": {"resource": {"//": "x", "terraform_data": {"a": {}}}},
    "interpolated dependency": {
        "resource": {"terraform_data": {"b": {"depends_on": ["${var.x}"]}}}
    },
    "dependency as text": {"resource": {"terraform_data": {"c": {"depends_on": "var.x"}}}},
    "interpolated provider": {
        "resource": {"terraform_data": {"d": {"provider": "${terraform.x}"}}}
    },
    "interpolated ignore_changes": {
        "resource": {"terraform_data": {"f": {"lifecycle": {"ignore_changes": ["${input}"]}}}}
    },
    "prevent_destroy by reference": {
        "resource": {"terraform_data": {"g": {"lifecycle": {"prevent_destroy": "${var.x}"}}}}
    },
    "interpolated move": {"moved": [{"from": "${terraform_data.x}", "to": "terraform_data.y"}]},
    "interpolated import": {"import": [{"to": "${terraform_data.x}", "id": "y"}]},
    "interpolated type": {"variable": {"h": {"type": "${string}"}}},
    "both count and for_each": {
        "resource": {"terraform_data": {"j": {"count": 1, "for_each": {}}}}
    },
    "a name with a space": {"locals": {"a b": 1}},
    "a name with a digit first": {"locals": {"1a": 1}},
}
REFUSED_LATER = {
    "all in a list": {
        "resource": {"terraform_data": {"e": {"lifecycle": {"ignore_changes": ["all"]}}}}
    },
    "unescaped repetition": {"output": {"i": {"value": "x${1,3}"}}},
    "a list as for_each": {"resource": {"terraform_data": {"k": {"for_each": ["x"]}}}},
    "dependency on an attribute": {
        "resource": {"terraform_data": {"l": {}, "m": {"depends_on": ["terraform_data.l.id"]}}}
    },
    "dependency on a provider": {
        "resource": {"terraform_data": {"n": {"depends_on": ["aws.west"]}}}
    },
    "dependency that is not there": {
        "resource": {"terraform_data": {"o": {"depends_on": ["var.x"]}}}
    },
}


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory, program: TerraformProgram) -> dict[str, str]:
    """Give Terraform every wrong form at once, each in a file of its own; and reserved names."""
    reserved = {f"variable {name}": {"variable": {name: {}}} for name in _RESERVED_VARIABLES}
    found = {}
    for stage, forms in {"read": REFUSED | reserved, "validated": REFUSED_LATER}.items():
        folder = tmp_path_factory.mktemp("refused") / stage
        folder.mkdir()
        files = {f"f{index:02}.tf.json": name for index, name in enumerate(forms)}
        for file, name in files.items():
            (folder / file).write_text(json.dumps(forms[name]))
        errors = errors_of(terraform_in(folder, program).validate())
        found |= {files[error.filename]: error.summary for error in errors}
    return found


@pytest.mark.parametrize("name", REFUSED | REFUSED_LATER)
def test_the_form_that_is_never_written_is_refused(refused: dict[str, str], name: str) -> None:
    """Terraform does not take it: there is a reason why it is written otherwise."""
    assert name in refused


def test_names_of_variables_that_terraform_keeps_are_refused(refused: dict[str, str]) -> None:
    """Each of the names that a variable may not have here, Terraform does not take either."""
    assert {
        name for name in _RESERVED_VARIABLES if f"variable {name}" in refused
    } == _RESERVED_VARIABLES


def test_a_body_that_is_null_would_be_lost(tmp_path: Path, program: TerraformProgram) -> None:
    """Terraform declares nothing, without a word; a model always writes an object."""
    document = {"resource": {"terraform_data": {"a": None}}}
    folder = write(tmp_path / "root", **{"main.tf.json": document})
    assert not terraform_in(folder, program).plan()
    root = Document(".")
    root.add(builtin.Data("a"))
    assert root.json() == {"resource": {"terraform_data": {"a": {}}}}


def test_an_override_replaces_silently(tmp_path: Path, program: TerraformProgram) -> None:
    """A file of such a name would change another one's blocks, so no document has one."""
    folder = write(
        tmp_path / "root",
        **{
            "main.tf.json": {"output": {"x": {"value": "main"}}},
            "db_override.tf.json": {"output": {"x": {"value": "override"}}},
        },
    )
    terraform = terraform_in(folder, program)
    terraform.apply()
    assert terraform.output_json()["x"]["value"] == "override"
    with pytest.raises(DocumentError):
        Document(".").add(Output("x", value=1), file="db_override.tf.json")


def test_a_partial_backend_file_is_json_by_its_name(
    tmp_path: Path, program: TerraformProgram
) -> None:
    """`*.tfbackend.json` is read as JSON, `*.tfbackend` is not; it takes the backend's keys only."""
    root = Document(".")
    root.add(Output("x", value=1))
    root.add(Settings(backend=Backend("local")))
    config = {"path": "${literal}.tfstate"}
    folder = write(
        tmp_path / "root",
        root,
        **{
            "dev.local.tfbackend.json": config,
            "dev.local.tfbackend": config,
            "pointer.json": config | {"$schema": "x"},
        },
    )
    terraform = terraform_in(folder, program)
    for name in ("dev.local.tfbackend", "pointer.json"):
        with pytest.raises(TerraformFailedError):
            terraform.init(f"-backend-config={name}")
    terraform.init("-backend-config=dev.local.tfbackend.json")
    terraform.apply()
    assert (folder / "${literal}.tfstate").is_file()


def test_an_empty_cloud_block_and_newer_arguments_are_read(
    tmp_path: Path, program: TerraformProgram
) -> None:
    """The environment configures the first; `const` and `deprecated` came with Terraform 1.15."""
    cloud = Document(".")
    cloud.add(Settings(cloud={}))
    cloud.add(
        Variable("place", type="string", default="./child", const=True, deprecated="Not any more.")
    )
    cloud.add(ModuleCall("child", source="./child"))
    child = Document("child")
    child.add(Output("x", value=1, deprecated="Use y."))
    folder = write(tmp_path / "root", cloud, child)
    terraform = terraform_in(folder, program)
    assert terraform.run("get").exit_code == 0
    assert errors_of(terraform.validate()) == ()


def test_actions_and_their_triggers_are_read(tmp_path: Path, program: TerraformProgram) -> None:
    """Terraform understands the blocks, and misses only a provider that has such an action."""
    root = Document(".")
    action = root.add(Action("terraform_x", "y", config={"a": "$" + "{b}"}))
    trigger = ActionTrigger(events=["after_create"], actions=[action], condition=gt(2, 1))
    root.add(builtin.Data("a", lifecycle=Lifecycle(action_trigger=[trigger])))
    terraform = terraform_in(write(tmp_path / "root", root), program)
    (error,) = errors_of(terraform.validate())
    assert "does not have an action schema for terraform_x" in str(error)


# --- tests of Terraform -----------------------------------------------------------------------------


def shop() -> Document:
    """A module to be tested."""
    root = Document(".")
    name = Symbol("var.name", "string")
    root.add(
        Variable(
            "name",
            type="string",
            validation=[Condition(condition=gt(fn.length(name), 1), error_message="Longer.")],
        )
    )
    data = root.add(builtin.Data("x", input=name))
    root.add(
        Check("long", [Condition(condition=gt(fn.length(name), 2), error_message="Longer still.")])
    )
    root.add(Output("id", value=data.id))
    root.add(Output("name", value=data.output))
    state = root.add(builtin.data.RemoteState("other", backend="local"))
    root.add(Output("other", value=state.outputs.x))
    root.add(ModuleCall("child", source="./child"))
    root.add(Output("child", value=Symbol("module.child").x))
    return root


def shop_tests() -> TestFile:
    """Its tests: in the alphabet's order they would fail."""

    def says(output: str, value: Any) -> Condition:
        return Condition(
            condition=eq(Symbol(f"output.{output}"), value), error_message=f"{output}?"
        )

    return TestFile(
        variables={"name": "$" + "{name}"},
        mock_providers=[
            MockProvider(
                "terraform",
                resources={"terraform_data": {"id": "mocked", "output": "mocked output"}},
                data={"terraform_remote_state": {"outputs": {"x": "mocked state"}}},
                during="plan",
            )
        ],
        overrides=[
            Override(kind="module", target=Symbol("module.child"), values={"x": "overridden"})
        ],
        runs=[
            Run(
                "zulu",
                assertions=[
                    says("name", "mocked output"),
                    says("id", "mocked"),
                    says("other", "mocked state"),
                    says("child", "overridden"),
                ],
            ),
            Run(
                "alpha",
                command="plan",
                variables={"name": f"{Symbol('run.zulu').id}-x"},
                plan_options={"mode": "normal", "target": [builtin.Data("x")]},
                assertions=[
                    Condition(
                        condition=eq(Symbol("terraform_data.x").input, "mocked-x"),
                        error_message="The first run's id was not taken.",
                    )
                ],
            ),
            Run(
                "refused",
                command="plan",
                variables={"name": "a"},
                expect_failures=[Symbol("var.name")],
            ),
            Run("warned", variables={"name": "ab"}, expect_failures=["check.long"]),
            Run(
                "overridden",
                overrides=[
                    Override(
                        kind="resource",
                        target=builtin.Data("x"),
                        values={"id": "mine", "output": "given"},
                        during="plan",
                    ),
                    Override(
                        kind="data",
                        target="data.terraform_remote_state.other",
                        values={"outputs": {"x": 1}},
                    ),
                ],
                assertions=[says("id", "mine")],
                state_key="other",
                parallel=False,
            ),
            Run("elsewhere", module="./child", assertions=[says("x", "child")]),
        ],
    )


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory, program: TerraformProgram) -> list[Any]:
    """Run `terraform test` and give its messages."""
    child = Document("child")
    child.add(Output("x", value="child"))
    folder = write(
        tmp_path_factory.mktemp("tested") / "root",
        shop(),
        child,
        **{"tests/shop.tftest.json": shop_tests().json("Head.")},
    )
    terraform = terraform_in(folder, program)
    terraform.init()
    messages: list[Any] = []
    done = terraform.stream("test", on_message=messages.append)
    assert done.exit_code == 0, [str(d) for d in done.diagnostics]
    return messages


def test_runs_keep_their_order(tested: list[Any]) -> None:
    """And may refer to the outputs of those before them."""
    ran = [
        m["test_run"]["run"]
        for m in tested
        if m["type"] == "test_run" and m["test_run"]["progress"] == "complete"
    ]
    assert ran == ["zulu", "alpha", "refused", "warned", "overridden", "elsewhere"]


def test_every_run_passes(tested: list[Any]) -> None:
    """Mocks, overrides, expected failures, options, other modules: Terraform reads them all."""
    (summary,) = (m["test_summary"] for m in tested if m["type"] == "test_summary")
    assert (summary["status"], summary["passed"]) == ("pass", 6)
