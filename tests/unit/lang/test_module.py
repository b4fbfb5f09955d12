"""Modules: functions over declared inputs, rendered and called."""

import pytest

from tapforge import builtin
from tapforge.lang import functions as fn
from tapforge.lang.blocks import Check, Local, ModuleCall, Output, Settings
from tapforge.lang.document import Document, DocumentError
from tapforge.lang.errors import ArgumentError
from tapforge.lang.expression import Named, Symbol, count, eq, hcl
from tapforge.lang.inputs import Valid, inputs, output, outputs, variable
from tapforge.lang.meta import Condition
from tapforge.lang.module import Body, given, interface, module, settings

COLOURS = Named("local.colours", ["red", "green"])
colour = Valid(lambda value, _: fn.contains(COLOURS, value), lambda value, _: f"no colour {value}.")


@inputs
class PaintInputs:
    """What to paint."""

    wall: str = variable("Which wall.")
    colour: str = variable("Which colour.", default="red", valid=[colour])
    coats: int | None = variable("How many coats.", default=2)


@outputs
class PaintOutputs:
    """What was painted."""

    id: str = output("The id.")
    secret: str = output("The secret.", sensitive=True)


@module("paint")
def paint(m: Body, v: PaintInputs) -> PaintOutputs:
    """Paints a wall.

    In any colour.
    """
    wall = m.local("wall", fn.upper(v.wall), comment="Walls are loud.")
    data = m.add(builtin.Data("wall", input=f"{wall} {v.colour} {v.coats}"), comment="Why.")
    return PaintOutputs(id=data.id, secret=data.output)


def test_a_module_is_its_function_over_references():
    """Variables, what the function adds, outputs, the tables its rules ask, and the settings."""
    files = paint.body.document.files("Head.")
    assert list(files) == [
        *(
            "facts.tf.json",
            "main.tf.json",
            "outputs.tf.json",
            "variables.tf.json",
            "versions.tf.json",
        )
    ]
    assert files["main.tf.json"] == {
        "//": "Head.",
        "locals": {"//": "wall: Walls are loud.", "wall": "${upper(var.wall)}"},
        "resource": {
            "terraform_data": {
                "wall": {"//": "Why.", "input": "${local.wall} ${var.colour} ${var.coats}"}
            }
        },
    }
    assert files["facts.tf.json"]["locals"] == {"colours": ["red", "green"]}
    assert files["outputs.tf.json"]["output"] == {
        "id": {"description": "The id.", "value": "${terraform_data.wall.id}"},
        "secret": {
            "description": "The secret.",
            "value": "${terraform_data.wall.output}",
            "sensitive": True,
        },
    }
    assert list(files["variables.tf.json"]["variable"]) == ["coats", "colour", "wall"]
    condition = files["variables.tf.json"]["variable"]["colour"]["validation"][0]["condition"]
    assert condition == "${contains(local.colours, var.colour)}"
    assert files["versions.tf.json"]["terraform"] == {"required_version": ">= 1.11.0"}


def test_a_module_is_described_by_its_docstring():
    """Whole, without the indentation."""
    assert paint.name == "paint"
    assert paint.description == "Paints a wall.\n\nIn any colour."
    assert (paint.inputs, paint.outputs) == (PaintInputs, PaintOutputs)


@module("primer")
def primer(m: Body, v: PaintInputs) -> PaintOutputs:
    """Paints a wall that must dry."""
    wall = m.add(builtin.Data("wall", input=v.wall))
    dry = m.add(builtin.Data("dry", input=v.coats))
    m.wait("id", [dry])
    return PaintOutputs(id=wall.id, secret=wall.output)


def test_an_output_waits_for_what_it_does_not_refer_to():
    """Whoever uses it comes after that, too."""
    of_id, of_secret = primer.body.document.files("")["outputs.tf.json"]["output"].values()
    assert of_id["depends_on"] == ["terraform_data.dry"]
    assert "depends_on" not in of_secret


def test_a_module_is_built_once():
    """Its body is always the same."""
    assert paint.body is paint.body


def test_a_call_writes_what_differs_from_the_defaults():
    """And gives the outputs as references with their types."""
    body = Body("root", "../../modules")
    made = body.call(
        "front", paint, PaintInputs(wall="front", colour="red", coats=3), comment="Why."
    )
    body.call(
        "back",
        paint,
        PaintInputs(wall=made.id, coats=None),
        depends_on=[Symbol("module.front")],
        providers={"aws": Symbol("aws.west")},
    )
    assert body.document.json()["module"] == {
        "front": {"//": "Why.", "source": "../../modules/paint", "wall": "front", "coats": 3},
        "back": {
            "source": "../../modules/paint",
            "wall": "${module.front.id}",
            "coats": None,
            "providers": {"aws": "aws.west"},
            "depends_on": ["module.front"],
        },
    }
    assert body.calls == {"paint": paint}
    assert made.secret._type == "string"
    assert len(body.document.of(ModuleCall)) == 2


def test_a_call_on_a_condition_gives_outputs_or_null():
    """It is one instance or none, and whoever reads an output need not know which."""
    body = Body("root")
    wanted = Symbol("var.wanted", "bool")
    made = body.call("front", paint, PaintInputs(wall="front"), when=wanted)
    call = body.document.json()["module"]["front"]
    assert call == {
        "count": "${var.wanted ? 1 : 0}",
        "source": "../paint",
        "wall": "front",
    }
    assert hcl(made.id) == "one(module.front[*].id)"
    assert made.id._type == "string"


@pytest.mark.parametrize(
    ("wanted", "number"),
    [pytest.param(True, 1, id="called"), pytest.param(False, 0, id="not called")],
)
def test_a_condition_that_is_known_is_a_number(wanted, number):
    """The address has an index in either case, so that a condition may become an input later."""
    body = Body("root")
    body.call("front", paint, PaintInputs(wall="front"), when=wanted)
    assert body.document.json()["module"]["front"]["count"] == number


def test_a_call_a_number_of_times_gives_lists():
    """The inputs of each may tell it apart by its index."""
    body = Body("root")
    coats = Symbol("var.coats", "number")
    made = body.call("side", paint, PaintInputs(wall=f"side {count.index}"), count=coats)
    assert body.document.json()["module"]["side"] == {
        "count": "${var.coats}",
        "source": "../paint",
        "wall": "side ${count.index}",
    }
    assert hcl(made.id) == "module.side[*].id"
    assert hcl(fn.element(made.id, 0)) == "element(module.side[*].id, 0)"


def test_a_call_has_a_condition_or_a_number():
    """Both would be one count."""
    body = Body("root")
    with pytest.raises(ArgumentError, match=r"root: module\.a: is called on a condition and a num"):
        body.call("a", paint, PaintInputs(wall="a"), when=True, count=2)
    assert body.calls == {}


def test_inputs_left_to_their_defaults_are_not_given():
    """A null that is no default is given, as it means something."""
    assert given(PaintInputs(wall="a", coats=2)) == {"wall": "a"}
    assert given(PaintInputs(wall="a", coats=None)) == {"wall": "a", "coats": None}
    reference = Symbol("var.c", "string")
    assert given(PaintInputs(wall="a", colour=reference))["colour"] is reference


def test_a_call_with_wrong_inputs_is_an_error_at_its_line():
    """Before anything is rendered."""
    with pytest.raises(ArgumentError, match="PaintInputs: colour: no colour blue"):
        PaintInputs(wall="a", colour="blue")


def test_two_modules_of_one_name_collide():
    """They would be rendered to one folder."""

    @module("paint")
    def other(_m: Body, _v: PaintInputs) -> PaintOutputs:
        return PaintOutputs(id="", secret="")

    body = Body("root")
    body.call("a", paint, PaintInputs(wall="a"))
    body.call("b", paint, PaintInputs(wall="a"))
    with pytest.raises(
        DocumentError, match=r'root: module\.c: another module is called "paint" too'
    ):
        body.call("c", other, PaintInputs(wall="a"))


def test_two_tables_of_one_name_collide():
    """One would silently stand for the other."""

    @inputs
    class Two:
        a: str = variable("A.", valid=[colour])
        b: str = variable(
            "B.",
            valid=[
                Valid(
                    lambda value, _: fn.contains(Named("local.colours", ["blue"]), value),
                    lambda _value, _: "x",
                )
            ],
        )

    @outputs
    class Nothing:
        pass

    @module("two")
    def two(_m: Body, _v: Two) -> Nothing:
        return Nothing()

    with pytest.raises(DocumentError, match=r"local\.colours: stands for two different tables"):
        _ = two.body


def test_a_function_that_is_no_module_is_told_how_to_be_one():
    """Its annotations say what it takes and gives."""

    def nothing(m, v):
        """Takes anything."""

    expected = r"^nothing is no module: annotate it nothing\(m: Body, v: Inputs\) -> Outputs$"
    with pytest.raises(TypeError, match=expected):
        interface(nothing)


def test_settings_require_the_providers_of_the_models(box):
    """Each once, by the version the models were made from; Terraform's own needs none."""
    document = Document("here")
    document.add(box.Crate2("a"))
    document.add(box.Crate2("b"))
    document.add(builtin.Data("c"))
    document.add(Local("d", 1))
    document.add(Output("e", value=1))
    made = settings(document, "~> {}")
    assert isinstance(made, Settings)
    assert made._tf_body() == {
        "required_version": ">= 1.11.0",
        "required_providers": {"box": {"source": "example/box", "version": "~> 1.2.3"}},
    }


def test_settings_require_the_provider_of_what_only_a_check_reads(box):
    """Its data source stands inside the check."""
    document = Document("here")
    condition = Condition(condition=eq(Symbol("var.x"), 1), error_message="x")
    document.add(Check("alive", [condition], box.data.Crate("x")))
    document.add(Check("other", [condition]))
    assert settings(document, "{}")._tf_body()["required_providers"] == {
        "box": {"source": "example/box", "version": "1.2.3"}
    }


def test_an_acceptance_stands_in_the_body():
    """Where the resource is added."""
    body = Body("root")
    body.add(builtin.Data("x", input=1), accept={"some-rule": "It is a demo."})
    (entry,) = body.document.entries
    assert entry.accepted == {"some-rule": "It is a demo."}


def test_a_file_beside_the_module_has_a_path_and_is_made_when_it_is_asked_for():
    """The path is Terraform's own, and what it holds says where it came from."""
    body = Body("root")
    body.add(Local("file", body.attach("function.zip", lambda notice: notice.encode())))
    assert body.document.json()["locals"] == {"file": "${path.module}/function.zip"}
    assert body.attachments["function.zip"]("made here") == b"made here"
