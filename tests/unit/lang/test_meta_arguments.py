"""The checks of meta-arguments."""

import pytest

from tapforge.lang.errors import ArgumentError
from tapforge.lang.expression import Symbol, splat
from tapforge.lang.meta import Condition, Connection, Lifecycle, Provisioner
from tapforge.lang.meta_arguments import meta_problems


def messages(kind="resource", **given):
    """Give what is said of meta-arguments."""
    return [str(problem) for problem in meta_problems(kind, "here", given)]


def test_meta_arguments_are_taken(box):
    """Every meta-argument, in the forms Terraform has for it."""
    other = box.Crate2("other", count=2)
    assert not messages(
        count=2,
        depends_on=[other, other[0], box.Provider(), Symbol("module.x"), Symbol("module.x")["a"].b],
        provider=box.Provider(alias="west"),
        lifecycle=Lifecycle(prevent_destroy=True, ignore_changes=["tags"]),
        provisioner=[Provisioner("local-exec", arguments={"command": "true"})],
        connection=Connection(arguments={"host": "h"}),
    )
    assert not messages(count=None, for_each=None, lifecycle=None)


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1},
        {"a", "b"},
        ["a", "b"],
        Symbol("var.a"),
        Symbol("var.a", ["map", "string"]),
        Symbol("var.a", ["set", "string"]),
        Symbol("var.a", ["object", {"a": "string"}]),
    ],
)
def test_for_each_takes_maps_and_sets_of_strings(value):
    """What Terraform iterates over: maps, objects, sets of strings; a Python list becomes a set."""
    assert not messages(for_each=value)


def test_for_each_takes_another_block_with_for_each(box):
    """Blocks chain: one instance for each of another block's."""
    assert not messages(for_each=box.Crate2("other", for_each={"a": 1}))
    assert "is a list" in messages(for_each=box.Crate2("other", count=1))[0]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"count": -1}, "here.count: takes a whole number from 0 on, not -1"),
        ({"count": 0.5}, "here.count: takes a whole number from 0 on, not 0.5"),
        ({"count": [1]}, "here.count: takes a number, not a list; give 1"),
        ({"count": 1, "for_each": {"a"}}, "here: takes count or for_each, not both; leave one out"),
        (
            {"for_each": Symbol("var.a", ["list", "string"])},
            (
                "here.for_each: takes a map or a set, and <var.a> is a list;"
                " use toset() for a set of strings, for_map() for a map"
            ),
        ),
        (
            {"for_each": Symbol("var.a", "string")},
            "here.for_each: takes a map or a set of strings, not a string",
        ),
        ({"for_each": 3}, "here.for_each: takes a map or a set of strings, not the number 3"),
        ({"for_each": [["a"]]}, "here.for_each[0]: takes a string, not a list; give 'a'"),
        ({"for_each": {1: "a"}}, "here.for_each: its keys are strings, and 1 is none"),
        (
            {"depends_on": "x"},
            "here.depends_on: takes a list of blocks, not the text 'x'; give [...]",
        ),
        ({"depends_on": ["x"]}, "here.depends_on[0]: takes a whole block, not the text 'x'"),
        (
            {"depends_on": [Symbol("aws_vpc.a").id]},
            "here.depends_on[0]: takes a whole block, not <aws_vpc.a.id>",
        ),
        (
            {"depends_on": [Symbol("module.a").vpc.id]},
            "here.depends_on[0]: takes a whole block, not <module.a.vpc.id>",
        ),
        (
            {"depends_on": [splat(Symbol("aws_vpc.a"))]},
            "here.depends_on[0]: takes a whole block, not <aws_vpc.a[*]>",
        ),
        (
            {"provider": "aws.west"},
            (
                "here.provider: takes a provider's configuration, not the text 'aws.west';"
                ' give a Provider(alias="...", ...)'
            ),
        ),
        ({"lifecycle": {}}, "here.lifecycle: takes a Lifecycle, not a dict; give Lifecycle(...)"),
        (
            {"lifecycle": Lifecycle(destroy=False)},
            "here.lifecycle.destroy: belongs in a removed block; leave it out here",
        ),
        ({"provisioner": {}}, "here.provisioner: takes a list, not a dict; give [...]"),
        (
            {"provisioner": [3]},
            "here.provisioner[0]: takes a Provisioner, not the number 3; give Provisioner(...)",
        ),
        (
            {"connection": []},
            "here.connection: takes a Connection, not a list; give Connection(...)",
        ),
    ],
)
def test_wrong_meta_arguments_are_named(given, expected):
    """A meta-argument Terraform would refuse is said with its place and a way out."""
    assert messages(**given) == [expected]


def test_data_sources_have_conditions_only_in_their_lifecycle():
    """Terraform manages no data source, so only conditions make sense in its lifecycle."""
    condition = Condition(condition=Symbol("var.a"), error_message="No.")
    assert not messages("data", lifecycle=Lifecycle(precondition=[condition]))
    [message] = messages("ephemeral", lifecycle=Lifecycle(prevent_destroy=True))
    assert message == "here.lifecycle.prevent_destroy: is for resources only; leave it out"


def test_data_sources_take_no_provisioners(box):
    """Provisioners and connections are for resources."""
    with pytest.raises(ArgumentError, match="provisioner: is unknown"):
        box.data.Crate("a", provisioner=[])
