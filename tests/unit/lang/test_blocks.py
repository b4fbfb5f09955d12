"""The blocks of the language, as they are written."""

import pytest

from tapforge import builtin
from tapforge.lang.blocks import (
    Action,
    Backend,
    Block,
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
from tapforge.lang.errors import ArgumentError
from tapforge.lang.expression import Symbol, each, gt
from tapforge.lang.json_syntax import ValueNotAllowedError
from tapforge.lang.meta import Condition, Lifecycle, Meta, Provisioner

THING = Symbol("aws_thing.main", ["object", {"id": "string"}])
CONDITION = Condition(condition=gt(Symbol("var.n"), 1), error_message="More than 1.")
WRITTEN = {"condition": "${var.n > 1}", "error_message": "More than 1."}


def test_a_variable_is_written_whole():
    """Type bare, text and default literal, validations last."""
    variable = Variable(
        "n",
        type=["object", {"a": "string", "b": ["list", "number"]}, ["b"]],
        description="Literal ${x}.",
        default={"a": "${x}"},
        sensitive=True,
        ephemeral=False,
        nullable=False,
        const=False,
        deprecated="Use m.",
        validation=[CONDITION],
    )
    assert variable._tf_path == ("variable", "n")
    assert variable._tf_body() == {
        "type": "object({ a = string, b = optional(list(number)) })",
        "description": "Literal ${x}.",
        "default": {"a": "${x}"},
        "sensitive": True,
        "ephemeral": False,
        "nullable": False,
        "const": False,
        "deprecated": "Use m.",
        "validation": [WRITTEN],
    }
    assert variable._tf_reference()._hcl() == "var.n"


def test_a_variable_of_any_type_says_nothing():
    """Nothing given is nothing written."""
    assert Variable("n")._tf_body() == {}


@pytest.mark.parametrize("default", [None, 0, False, "", [], {}])
def test_an_empty_default_is_a_default(default):
    """Without it the variable would be required."""
    assert Variable("n", default=default)._tf_body() == {"default": default}


def test_a_default_is_a_constant():
    """A reference in it is refused."""
    with pytest.raises(ValueNotAllowedError, match="takes only a constant here"):
        Variable("n", default=THING.id)._tf_body()


@pytest.mark.parametrize("name", ["source", "version", "count", "for_each", "lifecycle", "_"])
def test_terraform_keeps_some_names_of_variables(name):
    """They would collide with the arguments of a module call."""
    with pytest.raises(ArgumentError, match=f"variable {name}: the name is Terraform's own"):
        Variable(name)


def test_a_local_is_an_expression():
    """Its reference has the type of its value."""
    local = Local("id", THING.id)
    assert local._tf_body() == "${aws_thing.main.id}"
    assert local._tf_reference()._hcl() == "local.id"
    assert local._tf_reference()._type == "string"
    assert Local("n", 3)._tf_reference()._type is None


def test_an_output_is_written_whole():
    """The value is an expression, the description literal, dependencies bare."""
    output = Output(
        "id",
        value=THING.id,
        description="The ${id}.",
        sensitive=True,
        ephemeral=True,
        deprecated="Use arn.",
        precondition=[CONDITION],
        depends_on=[THING],
    )
    assert output._tf_path == ("output", "id")
    assert output._tf_body() == {
        "description": "The ${id}.",
        "value": "${aws_thing.main.id}",
        "sensitive": True,
        "ephemeral": True,
        "deprecated": "Use arn.",
        "precondition": [WRITTEN],
        "depends_on": ["aws_thing.main"],
    }


@pytest.mark.parametrize("value", [None, [], {}, ""])
def test_an_empty_output_keeps_its_value(value):
    """An output without a value is an error in Terraform."""
    assert Output("x", value=value)._tf_body() == {"value": value}


def test_a_module_call_is_written_whole():
    """Source and version are literal, inputs expressions, providers bare."""
    call = ModuleCall(
        "net",
        source="../net ${x}",
        version="~> 1.0",
        inputs={"name": "$" + "{x}", "zones": [], "absent": None, "id": THING.id},
        providers={"aws": Symbol("aws.west")},
        meta=Meta(for_each=["a"], depends_on=[THING]),
    )
    assert call._tf_path == ("module", "net")
    assert call._tf_body() == {
        "source": "../net ${x}",
        "version": "~> 1.0",
        "for_each": '${toset(["a"])}',
        "name": "$${x}",
        "zones": [],
        "absent": None,
        "id": "${aws_thing.main.id}",
        "providers": {"aws": "aws.west"},
        "depends_on": ["aws_thing.main"],
    }


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        (Meta(), ["object", {"id": "string"}]),
        (Meta(count=2), ["list", ["object", {"id": "string"}]]),
        (Meta(for_each={}), ["map", ["object", {"id": "string"}]]),
    ],
)
def test_a_module_call_knows_the_types_of_its_outputs(meta, expected):
    """One object, or a list or map of them."""
    call = ModuleCall("net", source="./net", meta=meta, outputs={"id": "string"})
    assert call._tf_reference()._type == expected
    assert ModuleCall("net", source="./net")._tf_reference()._type is None


def test_a_move_names_what_is_no_longer_there():
    """As text; where it goes is a block."""
    moved = Moved("aws_thing.old", THING)
    assert moved._tf_body() == {"from": "aws_thing.old", "to": "aws_thing.main"}
    assert Moved(THING, "module.x")._tf_body() == {"from": "aws_thing.main", "to": "module.x"}
    assert list(moved._tf_values()) == [THING]


def test_a_removal_says_whether_the_object_lives_on():
    """With what is to be run when it goes."""
    removed = Removed(
        "aws_thing.old",
        Lifecycle(destroy=False),
        [Provisioner("local-exec", arguments={"command": "true"}, when="destroy")],
    )
    assert removed._tf_body() == {
        "from": "aws_thing.old",
        "lifecycle": {"destroy": False},
        "provisioner": [{"local-exec": {"command": "true", "when": "destroy"}}],
    }
    assert removed._tf_path == ("removed",)
    assert not list(removed._tf_values())


def test_an_import_takes_an_id_or_an_identity():
    """Whatever is not given is not written."""
    assert Import(to=THING, id="i-1", provider=Symbol("aws.west"))._tf_body() == {
        "provider": "aws.west",
        "to": "aws_thing.main",
        "id": "i-1",
    }
    assert Import(to="aws_thing.x", identity={"arn": THING.id})._tf_body() == {
        "to": "aws_thing.x",
        "identity": {"arn": "${aws_thing.main.id}"},
    }
    many = Import(to=Symbol("aws_thing.all")[each.key], id=each.value, for_each={"a": "i-1"})
    assert many._tf_path == ("import",)
    assert many._tf_body() == {
        "for_each": {"a": "i-1"},
        "to": "aws_thing.all[each.key]",
        "id": "${each.value}",
    }


def test_a_check_may_have_data_of_its_own():
    """It stands inside the check."""
    data = builtin.data.RemoteState("other", backend="local")
    check = Check("alive", [CONDITION], data)
    assert check._tf_body() == {
        "data": {"terraform_remote_state": {"other": {"backend": "local"}}},
        "assert": [WRITTEN],
    }
    assert "local" in list(check._tf_values())
    assert Check("alive", [CONDITION])._tf_body() == {"assert": [WRITTEN]}
    assert list(Check("alive", [CONDITION])._tf_values()) == [[CONDITION]]


def test_an_action_has_a_configuration():
    """None leaves an argument out."""
    action = Action(
        "aws_lambda_invoke", "x", config={"name": THING.id, "log": None}, meta=Meta(count=2)
    )
    assert action._tf_path == ("action", "aws_lambda_invoke", "x")
    assert action._tf_body() == {"count": 2, "config": {"name": "${aws_thing.main.id}"}}
    assert action._tf_reference()._hcl() == "action.aws_lambda_invoke.x"
    assert Action("t", "x")._tf_body() == {}


def test_settings_are_literal():
    """Terraform takes constants in all of them."""
    settings = Settings(
        required_version=">= 1.11",
        required_providers={
            "aws": RequiredProvider("hashicorp/aws", ">= 6", configuration_aliases=["aws.west"]),
            "tls": RequiredProvider("hashicorp/tls"),
        },
        backend=Backend("s3", {"key": "${x}"}),
        provider_meta={"aws": {"user_agent": ["x"]}},
        experiments=["some"],
    )
    assert settings._tf_path == ("terraform",)
    assert not list(settings._tf_values())
    assert settings._tf_body() == {
        "required_version": ">= 1.11",
        "required_providers": {
            "aws": {
                "source": "hashicorp/aws",
                "version": ">= 6",
                "configuration_aliases": ["aws.west"],
            },
            "tls": {"source": "hashicorp/tls"},
        },
        "experiments": ["some"],
        "backend": {"s3": {"key": "${x}"}},
        "provider_meta": {"aws": {"user_agent": ["x"]}},
    }


def test_an_empty_backend_or_cloud_says_something():
    """The rest comes from `init` or from the environment."""
    assert Settings(backend=Backend("s3"))._tf_body() == {"backend": {"s3": {}}}
    assert Settings(cloud={})._tf_body() == {"cloud": {}}
    assert Settings()._tf_body() == {}


def test_a_backend_takes_no_reference():
    """Terraform would silently make a state of that literal name."""
    with pytest.raises(ValueNotAllowedError, match="init -backend-config"):
        Settings(backend=Backend("s3", {"key": f"{THING.id}.tfstate"}))._tf_body()


def test_a_block_shows_where_it_stands():
    """In messages and in a debugger."""
    assert repr(Variable("x")) == "<variable.x>"
    assert repr(Moved("a.b", THING)) == "<moved>"


def test_a_block_of_ones_own_says_where_it_stands():
    """The base class leaves both to it."""
    with pytest.raises(NotImplementedError):
        _ = Block()._tf_path
    with pytest.raises(NotImplementedError):
        Block()._tf_body()
