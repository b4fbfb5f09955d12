"""Meta-arguments, conditions, provisioners and dynamic blocks, as they are written."""

import functools

import pytest

from tapforge.lang.blocks import Action
from tapforge.lang.errors import ArgumentError, TapforgeError
from tapforge.lang.expression import Symbol, eq
from tapforge.lang.json_syntax import ValueNotAllowedError
from tapforge.lang.meta import (
    ActionTrigger,
    Condition,
    Connection,
    Dynamic,
    Lifecycle,
    Meta,
    Provisioner,
    dependency,
    dynamic,
    without_empty,
)

THING = Symbol("aws_thing.main", ["object", {"id": "string"}])


def head(**given):
    """Write what stands before the arguments."""
    return Meta(**given)._tf_head()


def tail(**given):
    """Write what stands after the arguments."""
    return Meta(**given)._tf_tail()


def test_nothing_given_is_nothing_written():
    """A block without meta-arguments has none in its text."""
    assert head() == {}
    assert tail() == {}


def test_a_list_for_each_becomes_a_set():
    """Terraform takes no list there, and JSON has no set."""
    assert head(for_each=["b", "a"]) == {"for_each": '${toset(["b", "a"])}'}
    assert head(for_each=("x",)) == {"for_each": '${toset(["x"])}'}
    assert head(for_each={"b", "a"}) == {"for_each": '${toset(["a", "b"])}'}
    assert head(for_each=frozenset()) == {"for_each": "${toset([])}"}


def test_a_map_for_each_is_written_as_it_is():
    """An empty one too: it says that there is no instance."""
    assert head(for_each={"a": 1}) == {"for_each": {"a": 1}}
    assert head(for_each={}) == {"for_each": {}}
    assert head(for_each=Symbol("var.zones")) == {"for_each": "${var.zones}"}


def test_a_count_of_zero_is_written():
    """No instance is something else than one."""
    assert head(count=0) == {"count": 0}
    assert head(count=Symbol("var.n")) == {"count": "${var.n}"}


def test_count_and_for_each_exclude_each_other():
    """Terraform takes one of them."""
    with pytest.raises(ArgumentError, match="a block takes one of them; leave one out"):
        Meta(count=1, for_each={"a"})


def test_a_provider_is_written_bare():
    """A model or a reference names the configuration, without interpolation."""
    assert head(provider=Symbol("aws.west")) == {"provider": "aws.west"}


def test_dependencies_are_whole_objects(box):
    """A model, a module, an instance, an output of a module; no attribute."""
    crates = box.Crate2("all", count=2)
    targets = [crates, crates[0], Symbol("module.net"), Symbol("module.net").vpc_id]
    assert tail(depends_on=targets) == {
        "depends_on": ["box_crate2.all", "box_crate2.all[0]", "module.net", "module.net.vpc_id"]
    }
    with pytest.raises(ArgumentError) as caught:
        dependency(THING.id)
    assert str(caught.value) == (
        "depends_on: aws_thing.main.id: Terraform waits for whole objects, not for an attribute;"
        " give the block itself"
    )
    with pytest.raises(ArgumentError, match=r"box\.west: Terraform waits for objects, not for a"):
        dependency(box.Provider(alias="west"))
    with pytest.raises(ValueNotAllowedError, match="takes only a reference here"):
        tail(depends_on=["aws_thing.main"])


def test_lifecycle_is_written_whole():
    """Constants, bare names, bare addresses and conditions, each in its form."""
    condition = Condition(condition=eq(THING.id, "x"), error_message=f"It is {THING.id}.")
    lifecycle = Lifecycle(
        create_before_destroy=True,
        prevent_destroy=False,
        ignore_changes=["tags", 'tags["x"]'],
        replace_triggered_by=[THING, THING.id],
        precondition=[condition],
        postcondition=[condition],
        action_trigger=[
            ActionTrigger(
                events=["after_create", "after_update"],
                actions=[Action("aws_lambda_invoke", "notify")],
                condition=eq(THING.id, "x"),
            )
        ],
    )
    written = {
        "condition": '${aws_thing.main.id == "x"}',
        "error_message": "It is ${aws_thing.main.id}.",
    }
    assert tail(lifecycle=lifecycle) == {
        "lifecycle": {
            "create_before_destroy": True,
            "prevent_destroy": False,
            "ignore_changes": ["tags", 'tags["x"]'],
            "replace_triggered_by": ["aws_thing.main", "aws_thing.main.id"],
            "precondition": [written],
            "postcondition": [written],
            "action_trigger": [
                {
                    "events": ["after_create", "after_update"],
                    "condition": '${aws_thing.main.id == "x"}',
                    "actions": ["action.aws_lambda_invoke.notify"],
                }
            ],
        }
    }


def test_all_changes_are_ignored_by_a_bare_word():
    """`all` stands alone, not in a list; other text is refused, and no list of its letters."""
    assert Lifecycle(ignore_changes="all")._tf_body() == {"ignore_changes": "all"}
    with pytest.raises(ArgumentError) as caught:
        Lifecycle(ignore_changes="tags")
    assert str(caught.value) == (
        'lifecycle.ignore_changes: takes a list of names or "all", not the text "tags"; give ["tags"]'
    )


def test_prevent_destroy_takes_no_reference():
    """Terraform takes a constant there, so the reference is refused where it is written out."""
    with pytest.raises(ValueNotAllowedError, match=r"var\.keep: Terraform takes only a constant"):
        Lifecycle(prevent_destroy=Symbol("var.keep"))._tf_body()


def test_provisioners_keep_their_order_and_their_words():
    """Each is an object of its own; `when` and `on_failure` are bare."""
    connection = Connection(type="winrm", arguments={"host": THING.id})
    provisioners = [
        Provisioner(
            "local-exec", arguments={"command": "b"}, when="destroy", on_failure="continue"
        ),
        Provisioner("local-exec", arguments={"command": f"a {THING.id}"}, connection=connection),
    ]
    written = {"type": "winrm", "host": "${aws_thing.main.id}"}
    assert tail(provisioner=provisioners, connection=connection) == {
        "connection": written,
        "provisioner": [
            {"local-exec": {"command": "b", "when": "destroy", "on_failure": "continue"}},
            {"local-exec": {"command": "a ${aws_thing.main.id}", "connection": written}},
        ],
    }


def test_a_dynamic_block_names_its_iterator_after_the_parameter():
    """The iterator is written only where it is not the name of the block."""
    made = dynamic(["a"], lambda port: port.value)
    assert isinstance(made, Dynamic)
    assert made.iterator == "port"
    assert made._tf_dynamic("port", {"n": 1}) == {"for_each": ["a"], "content": {"n": 1}}
    assert made._tf_dynamic("rule", {}) == {"for_each": ["a"], "iterator": "port", "content": {}}
    assert made.content._hcl() == "port.value"


def test_a_dynamic_block_may_have_labels():
    """They are expressions."""
    made = Dynamic(Symbol("var.all"), None, "x", labels=[Symbol("x").key])
    assert made._tf_dynamic("x", {}) == {
        "for_each": "${var.all}",
        "labels": ["${x.key}"],
        "content": {},
    }


def test_any_callable_makes_the_content_of_a_dynamic_block():
    """Not only a function of one's own."""

    def content(base, each):
        return f"{base}-{each.value}"

    made = dynamic([], functools.partial(content, "x"))
    assert made.iterator == "each"


def test_only_none_and_empty_things_are_left_out():
    """What is false or zero or an empty text is something."""
    kept = {"zero": 0, "false": False, "text": "", "full": [0]}
    assert without_empty(kept | {"none": None, "list": [], "tuple": (), "dict": {}}) == kept


def test_an_error_is_one_of_ours():
    """Whoever runs the command line sees a message and no traceback."""
    assert issubclass(ArgumentError, TapforgeError)
    assert issubclass(ValueNotAllowedError, TapforgeError)
