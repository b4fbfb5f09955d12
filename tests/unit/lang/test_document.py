"""A document: blocks checked against each other, and its files."""

import pytest

from tapforge import builtin
from tapforge.lang.blocks import (
    Action,
    Check,
    Local,
    ModuleCall,
    Moved,
    Output,
    RequiredProvider,
    Settings,
    Variable,
)
from tapforge.lang.document import Document, DocumentError
from tapforge.lang.expression import Symbol, conditional, each, eq, for_list
from tapforge.lang.meta import Condition, Lifecycle


@pytest.fixture
def document():
    """An empty document."""
    return Document("here")


def messages(document):
    """Give what `check` complains of."""
    with pytest.raises(DocumentError) as caught:
        document.check()
    return list(map(str, caught.value.problems))


def test_blocks_come_back_as_they_were_added(document):
    """`add` gives the block back, and `of` finds those of a kind."""
    variable = document.add(Variable("a"))
    data = document.add(builtin.Data("x", input=variable._tf_reference()))
    assert list(document) == [variable, data]
    assert document.of(Variable) == [variable]
    assert document.of(Local, Output) == []
    assert document.objects() == [("resource", "terraform_data.x")]


def test_every_kind_has_its_file(document):
    """In the standard structure; variables and outputs in alphabetical order."""
    document.add(Output("z", value=1))
    document.add(Output("b", value=1))
    document.add(Variable("z"))
    document.add(Variable("a"))
    document.add(builtin.Data("x", input=1))
    document.add(Settings(required_version=">= 1"))
    document.add(builtin.Provider())
    document.add(builtin.Data("y", input=1), file="more.tf.json")
    files = document.files("Head.")
    assert list(files) == [
        "main.tf.json",
        "more.tf.json",
        "outputs.tf.json",
        "providers.tf.json",
        "variables.tf.json",
        "versions.tf.json",
    ]
    assert {content["//"] for content in files.values()} == {"Head."}
    assert list(files["variables.tf.json"]["variable"]) == ["a", "z"]
    assert list(files["outputs.tf.json"]["output"]) == ["b", "z"]
    assert files["main.tf.json"]["resource"] == {"terraform_data": {"x": {"input": 1}}}
    assert files["more.tf.json"]["resource"] == {"terraform_data": {"y": {"input": 1}}}


def test_any_block_may_stand_in_a_file_of_variables(document):
    """Whoever wants it so gets it so."""
    document.add(builtin.Data("x", input=1), file="variables.tf.json")
    document.add(Variable("a"))
    assert set(document.files("")["variables.tf.json"]) == {"//", "variable", "resource"}


@pytest.mark.parametrize(
    "file",
    [
        "override.tf.json",
        "db_override.tf.json",
        "main.tf",
        "main.json",
        ".hidden.tf.json",
        "sub/main.tf.json",
        "a b.tf.json",
    ],
)
def test_a_file_that_terraform_would_not_read_as_a_part_is_refused(document, file):
    """An override would silently replace other blocks; other names would be ignored."""
    with pytest.raises(DocumentError) as caught:
        document.add(Local("x", 1), file=file)
    assert str(caught.value) == (
        f"here: {file}: Terraform does not read a file of this name as a part of the module;"
        " end it in .tf.json, and not in override.tf.json"
    )


def test_a_file_whose_name_only_contains_override_is_fine(document):
    """Only the ending counts."""
    document.add(Local("x", 1), file="override_rules.tf.json")
    document.add(Local("y", 1), file="overrides.tf.json")
    assert set(document.files("")) == {"override_rules.tf.json", "overrides.tf.json"}


@pytest.mark.parametrize("name", ["a b", "1a", "", "a.b", "${x}", "-a"])
def test_a_name_that_terraform_would_not_take_is_refused(document, name):
    """At the line that adds the block."""
    with pytest.raises(DocumentError, match="is no name in Terraform; begin with a letter or _"):
        document.add(Local(name, 1))


@pytest.mark.parametrize("name", ["a", "_a", "a-b", "a1", "é"])
def test_a_name_may_have_letters_digits_underscores_and_hyphens(document, name):
    """As Terraform takes them."""
    document.add(Local(name, 1))
    assert document.json() == {"locals": {name: 1}}


def test_every_repetition_is_told(document):
    """All at once, whatever the kind."""
    for _ in range(2):
        document.add(Variable("a"))
        document.add(builtin.Data("x", input=1))
        document.add(builtin.Provider())
        document.add(builtin.Provider(alias="west"))
        document.add(Settings(required_version=">= 1"))
        document.add(Local("l", 1))
    assert messages(document) == [
        f"here: {address}: is declared twice; rename one, or leave it out"
        for address in (
            *(
                "var.a",
                "terraform_data.x",
                "terraform",
                "terraform.west",
                "terraform {}",
                "local.l",
            ),
        )
    ]


def test_a_repetition_is_never_silently_lost(document):
    """Neither as one value nor as files."""
    document.add(Local("a", 1))
    document.add(Local("a", 2))
    for write in (document.json, lambda: document.files("")):
        with pytest.raises(DocumentError, match=r"local\.a: is declared twice"):
            write()


def test_lists_of_blocks_may_repeat(document):
    """Moves have no address of their own."""
    for name in ("a", "b"):
        document.add(builtin.Data(name, input=1))
        document.add(Moved(f"terraform_data.old_{name}", Symbol(f"terraform_data.{name}")))
    document.check()
    assert document.json()["moved"] == [
        {"from": "terraform_data.old_a", "to": "terraform_data.a"},
        {"from": "terraform_data.old_b", "to": "terraform_data.b"},
    ]


def test_every_dangling_reference_is_told(document):
    """With the block that has it, and the address that was probably meant."""
    document.add(Variable("region"))
    document.add(builtin.Data("x", input=f"{Symbol('var.regoin')} {Symbol('module.net').id}"))
    document.add(Moved("terraform_data.y", Symbol("terraform_data.z").id))
    found = [message.removeprefix("here: ") for message in messages(document)]
    assert found == [
        "terraform_data.x: refers to module.net, which is not declared; add the block it refers to",
        'terraform_data.x: refers to var.regoin, which is not declared; did you mean "var.region"?',
        'moved: refers to terraform_data.z, which is not declared; did you mean "terraform_data.x"?',
    ]


def test_references_of_every_place_are_followed(document):
    """In meta-arguments, conditions, templates, functions, loops, module calls and checks."""
    missing = Symbol("local.gone")
    condition = Condition(condition=eq(missing, 1), error_message="x")
    document.add(builtin.Data("a", count=missing))
    document.add(builtin.Data("b", depends_on=[missing]))
    document.add(builtin.Data("c", lifecycle=Lifecycle(postcondition=[condition])))
    document.add(builtin.Data("d", input={"k": [conditional(missing, 1, 2)]}))
    document.add(ModuleCall("e", source="./e", inputs={"x": for_list(missing, lambda item: item)}))
    document.add(Check("f", [condition]))
    document.add(Variable("g", validation=[condition]))
    document.add(Action("t", "h", config={"x": missing}))
    document.add(Output("i", value=f"{missing}"))
    places = [message.split(": ")[1] for message in messages(document)]
    assert places == [
        *("terraform_data.a", "terraform_data.b", "terraform_data.c", "terraform_data.d"),
        *("module.e", "check.f", "var.g", "action.t.h", "output.i"),
    ]


def test_names_that_terraform_gives_are_no_dangling_references(document):
    """each, count, path, self, terraform and the variables of loops."""
    from tapforge.lang.expression import count, path, self, terraform

    document.add(
        builtin.Data(
            "x",
            for_each={"a": 1},
            input=[
                each.key,
                path.module,
                terraform.workspace,
                for_list(each.value, lambda i: i.name),
            ],
            lifecycle=Lifecycle(
                postcondition=[Condition(condition=eq(self.id, count.index), error_message="x")]
            ),
        )
    )
    document.check()


def test_what_a_check_reads_is_known_in_it(document):
    """Its own data source is declared inside it."""
    data = builtin.data.RemoteState("other", backend="local")
    document.add(Check("c", [Condition(condition=eq(data.outputs.x, 1), error_message="x")], data))
    document.check()


def test_a_module_may_be_given_its_providers(document, box):
    """Aliases that a module expects from its caller are declared by its settings."""
    document.add(box.Crate2("a", provider=Symbol("box.west")))
    assert "refers to box.west, which is not declared" in messages(document)[0]
    provider = RequiredProvider("example/box", configuration_aliases=["box.west"])
    document.add(Settings(required_providers={"box": provider}))
    document.check()


def test_provider_configurations_of_one_type_make_a_list(document, box):
    """One alone stands as an object."""
    document.add(box.Provider(region="a"))
    assert document.json() == {"provider": {"box": {"region": "a"}}}
    document.add(box.Provider(alias="west", region="b"))
    assert document.json() == {
        "provider": {"box": [{"region": "a"}, {"alias": "west", "region": "b"}]}
    }


def test_comments_stand_beside_their_blocks(document):
    """In the block's body; those of locals beside all locals, as a local has no body."""
    document.add(builtin.Data("x", input=1), comment="Why x.")
    document.add(Moved("terraform_data.y", Symbol("terraform_data.x")), comment="Why moved.")
    document.add(Local("a", "text"), comment="Why a.")
    document.add(Local("b", 1))
    document.add(Local("c", 1), comment="Why c.")
    written = document.json()
    assert written["resource"]["terraform_data"]["x"] == {"//": "Why x.", "input": 1}
    assert written["moved"][0]["//"] == "Why moved."
    assert written["locals"] == {"//": "a: Why a. c: Why c.", "a": "text", "b": 1, "c": 1}


def test_kinds_come_in_a_fixed_order(document):
    """Whatever the order they were added in; within a kind that order stays."""
    document.add(Output("o", value=1))
    document.add(builtin.Data("x"))
    document.add(Check("c", []))
    document.add(builtin.Data("a"))
    document.add(Local("l", 1))
    document.add(builtin.data.RemoteState("s", backend="local"))
    document.add(Variable("v"))
    document.add(Settings())
    document.add(Action("t", "x"))
    written = document.json()
    assert list(written) == [
        *("terraform", "variable", "locals", "data", "resource", "action", "output", "check")
    ]
    assert list(written["resource"]["terraform_data"]) == ["x", "a"]


def test_an_acceptance_is_kept_and_written_beside_the_block(document):
    """So that whoever gets the module sees what was decided, and why."""
    document.add(
        builtin.Data("x", input=1),
        comment="Why it is",
        accept={"some-rule": "it is a demo", "other-rule": "Really?"},
    )
    document.add(builtin.Data("y", input=1), accept={"some-rule": "so."})
    assert [dict(entry.accepted) for entry in document.entries] == [
        {"some-rule": "it is a demo", "other-rule": "Really?"},
        {"some-rule": "so."},
    ]
    blocks = document.json()["resource"]["terraform_data"]
    assert blocks["x"]["//"] == (
        "Why it is. Accepts some-rule: it is a demo. Accepts other-rule: Really?"
    )
    assert blocks["y"]["//"] == "Accepts some-rule: so."


def test_an_acceptance_needs_a_reason_and_a_resource(document):
    """All that lack one are told at once."""
    with pytest.raises(DocumentError) as caught:
        document.add(builtin.Data("x", input=1), accept={"a-rule": " ", "b-rule": ""})
    assert list(map(str, caught.value.problems)) == [
        'here: terraform_data.x: accepts "a-rule" without a reason; say why it may be so',
        'here: terraform_data.x: accepts "b-rule" without a reason; say why it may be so',
    ]
    with pytest.raises(DocumentError, match=r"here: var\.a: rules look at resources and data"):
        document.add(Variable("a"), accept={"a-rule": "because"})
    assert list(document) == []
