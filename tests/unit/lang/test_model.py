"""Models: construction, references, rendering."""

import copy
import inspect
import warnings

import attrs
import pytest

from tapforge.lang.errors import ArgumentError
from tapforge.lang.expression import Symbol, conditional, each, for_list, hcl, roots, splat
from tapforge.lang.json_syntax import expression, traversal
from tapforge.lang.meta import Condition, Connection, Lifecycle, Provisioner, dynamic
from tapforge.lang.model import (
    DeprecatedArgumentWarning,
    InstanceError,
    Model,
    UnknownAttributeError,
    arguments,
    fields,
    nested_class,
)


@pytest.fixture
def crate(box):
    """Make a crate with what it requires, and more."""

    def make(label="main", **given):
        stickers = [box.Crate.Sticker(text="a"), box.Crate.Sticker(text="b")]
        return box.Crate(label, **({"name": "n", "sticker": stickers} | given))

    return make


def problems(make, *args, **kwargs):
    """Give what is said of a block's arguments."""
    with pytest.raises(ArgumentError) as caught:
        make(*args, **kwargs)
    return [str(problem) for problem in caught.value.problems]


class TestConstruction:
    def test_a_model_is_a_slotted_attrs_class(self, box, crate):
        """Models are attrs classes: introspected like any, without a dict for every instance."""
        assert attrs.has(box.Crate)
        assert not hasattr(crate(), "__dict__")
        names = {field.alias: field for field in attrs.fields(box.Crate)}
        assert names["from_"].name == "_from_"
        assert names["name"].default is attrs.NOTHING
        assert "id" not in names

    def test_attrs_reads_copies_and_protects_blocks(self, box, crate):
        """What attrs does with its classes works on blocks: fields, asdict, evolve, frozen."""
        slot = box.Crate.Slot(width=1)
        assert attrs.has(box.Crate.Slot)
        assert attrs.asdict(slot, filter=lambda _, value: value is not None) == {"width": 1}
        assert attrs.evolve(slot, width=2).width == 2
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            slot.width = 3
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            del crate().name

    def test_the_label_comes_first(self, box):
        """Exactly one label is taken, and it has to be a name in Terraform."""
        takes = 'takes one label, its name in Terraform; write it first, as in ("main", ...)'
        assert problems(box.Crate2) == [f"box_crate2.?: {takes}"]
        assert problems(box.Crate2, "a", "b") == [f"box_crate2.a: {takes}"]
        assert problems(box.Crate2, 3) == [f"box_crate2.3: {takes}"]
        for label in ("1a", "-a", "a b", "a.b", ""):
            [problem] = problems(box.Crate2, label)
            assert "is no name in Terraform" in problem
        for label in ("a-b_1", "_a", "naïve"):
            assert box.Crate2(label)._tf_label == label

    def test_all_problems_are_reported_at_once(self, box):
        """Misspelt, computed, mistyped, missing: one error names them all."""
        assert problems(
            box.Crate, "main", nam="x", id="x", size=[1], lid={"color": "x"}, tags=box.Crate.Lid()
        ) == [
            'box_crate.main.nam: is unknown; did you mean "name"?',
            (
                "box_crate.main.id: only the provider sets this attribute;"
                " read it from the block instead of giving it"
            ),
            "box_crate.main.size: takes a number, not a list; give 1",
            "box_crate.main.lid: takes blocks, Crate.Lid(...), not a dict",
            "box_crate.main.tags: takes a map(string), not a Crate.Cover",
            "box_crate.main.name: is missing; give a string",
            "box_crate.main.sticker: is missing; give [Crate.Sticker(...)]",
        ]

    def test_errors_say_which_line_wrote_the_block(self, box):
        """Without a traceback too, the line is known."""
        with pytest.raises(ArgumentError) as caught:
            box.Crate("main")
        line = inspect.currentframe().f_lineno - 1
        assert caught.value.__notes__ == [f"written at {__file__}:{line}"]

    def test_a_required_argument_that_is_none_is_missing(self, crate):
        """None leaves an argument unset, which a required one can't be."""
        assert problems(crate, name=None) == ["box_crate.main.name: is missing; give a string"]

    def test_meta_arguments_are_hinted_at(self, crate):
        """A misspelt meta-argument is recognised like any other."""
        assert problems(crate, depend_on=[]) == [
            'box_crate.main.depend_on: is unknown; did you mean "depends_on"?'
        ]

    def test_names_of_python_are_hinted_at(self, crate):
        """Who passes Terraform's name learns Python's."""
        assert problems(crate, **{"from": "x"}) == [
            'box_crate.main.from: is unknown; did you mean "from_"?'
        ]

    def test_meta_problems_and_arguments_are_reported_together(self, crate):
        """Wrong meta-arguments do not hide wrong arguments."""
        found = problems(crate, count=1, for_each={"a"}, size="many")
        assert len(found) == 2

    def test_nested_blocks_are_checked_where_they_are_written(self, box):
        """A nested block has its own arguments, by name only, and its own errors."""
        assert problems(box.Crate.Slot, "x", widht=3) == [
            "Crate.Slot: takes its arguments by name only; write name=value",
            'Crate.Slot.widht: is unknown; did you mean "width"?',
            "Crate.Slot.width: is missing; give a number",
        ]

    def test_blocks_come_as_their_nesting_says(self, box, crate):
        """One block alone or a list of blocks, and a map where blocks have labels."""
        lid, slot = box.Crate.Lid(color="red"), box.Crate.Slot(width=1)
        assert crate(lid=lid)._tf_body()["lid"] == {"color": "red"}
        assert crate(lid=[lid])._tf_body()["lid"] == {"color": "red"}
        assert crate(slot=(slot,))._tf_body()["slot"] == [{"width": 1}]
        assert crate(slot=slot)._tf_body()["slot"] == {"width": 1}
        assert problems(crate, lid=[lid, lid]) == ["box_crate.main.lid: takes 0 to 1 blocks, not 2"]
        assert problems(crate, slot=[slot] * 4) == [
            "box_crate.main.slot: takes 0 to 3 blocks, not 4"
        ]
        assert problems(crate, sticker=[box.Crate.Sticker(text="a")]) == [
            "box_crate.main.sticker: takes 2 or more blocks, not 1"
        ]
        drawer = {"top": box.Crate.Drawer(depth=2)}
        assert crate(drawer=drawer)._tf_body()["drawer"] == {"top": {"depth": 2}}
        assert problems(crate, drawer=[box.Crate.Lid()]) == [
            "box_crate.main.drawer: takes blocks, {label: Crate.Drawer(...)}, not a Crate.Cover"
        ]

    def test_a_block_is_no_attribute_and_an_attribute_no_block(self, box, crate):
        """What stands in the wrong place is named, with what belongs there."""
        assert problems(crate, name=box.Crate.Lid()) == [
            "box_crate.main.name: takes a string, not a Crate.Cover"
        ]
        assert problems(crate, slot="wide") == [
            "box_crate.main.slot: takes blocks, [Crate.Slot(...)], not the text 'wide'"
        ]
        assert problems(crate, rule=[{"port": 1}]) == [
            "box_crate.main.rule[0]: takes Crate.Rule(...), not a dict; give Crate.Rule(...)"
        ]

    def test_unknown_lists_of_blocks_need_dynamic(self, crate):
        """Blocks can't be made of a reference; the error names what can."""
        assert problems(crate, slot=Symbol("var.slots", ["list", "string"])) == [
            (
                "box_crate.main.slot: takes blocks, [Crate.Slot(...)], not a Symbol;"
                " make blocks of an unknown list with dynamic()"
            )
        ]

    def test_deprecated_arguments_warn_at_the_line_that_gives_them(self, box, crate):
        """The warning points at the caller, for arguments and for whole types."""
        with pytest.warns(DeprecatedArgumentWarning, match=r"box_crate\.main\.old") as caught:
            crate(old="x")
        assert caught[0].filename == __file__
        with pytest.warns(DeprecatedArgumentWarning, match=r"box_label\.main is deprecated"):
            box.Label("main", text="x")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            crate(old=None)

    def test_models_do_not_change(self, crate):
        """What was checked stays as it was."""
        with pytest.raises(AttributeError):
            crate().name = "other"

    def test_models_can_be_copied(self, crate):
        """A copy is another object with the same arguments."""
        model = crate(size=3)
        assert copy.copy(model)._tf_body() == model._tf_body()


class TestNestedClasses:
    def test_equal_shapes_share_a_class(self, box):
        """Blocks of one shape are one class with several names."""
        assert box.Crate.Lid is box.Crate.Cover
        assert box.Crate.Cover is box.Crate.Cells

    def test_names_tell_shapes_apart(self, box):
        """Blocks of one name and different shapes get their parents' names, none the type's own."""
        assert {"SlotFilter", "StickerFilter", "Crate2"} <= set(dir(box.Crate))
        assert "Filter" not in dir(box.Crate)
        assert box.Crate.Crate2 is not box.Crate2

    def test_an_unknown_class_is_named_with_the_closest(self, box):
        """A misspelt nested class is an error that says which was meant, or where it is."""
        with pytest.raises(
            UnknownAttributeError, match='has no class "Slott"; did you mean "Slot"'
        ):
            _ = box.Crate.Slott
        with pytest.raises(UnknownAttributeError, match=r"it is Crate\.SlotFilter"):
            _ = box.Crate.Slot.SlotFilter
        with pytest.raises(AttributeError):
            _ = box.Crate.__nothing__
        with pytest.raises(AttributeError):
            _ = Model.Slot

    def test_nested_blocks_give_back_what_they_were_given(self, box):
        """The attributes of a nested block are plain values, and its text is how it was made."""
        slot = box.Crate.Slot(width=3)
        assert slot.width == 3
        assert slot.filter is None
        assert repr(slot) == "Crate.Slot(width=3)"
        assert arguments(slot) == {"width": 3}

    def test_opaque_blocks_take_anything(self, box, crate):
        """Where the schema does not say what is inside, every argument is taken as it is."""
        lock = box.Crate.Lock(kind="bolt", pins=[{"depth": Symbol("var.depth")}])
        model = crate(lock=[lock])
        assert model._tf_body()["lock"] == [{"kind": "bolt", "pins": [{"depth": "${var.depth}"}]}]
        assert arguments(lock) == {
            "kind": "bolt",
            "pins": [{"depth": lock._tf_anything["pins"][0]["depth"]}],
        }
        assert [r._address for r in roots(list(model._tf_values()))] == ["var.depth"]

    def test_classes_show_their_arguments(self, box):
        """`help` and editors see the label, the arguments and the meta-arguments."""
        signature = inspect.signature(box.Crate)
        assert next(iter(signature.parameters)) == "label_"
        assert next(iter(inspect.signature(box.Crate2).parameters)) == "label"
        assert signature.parameters["name"].default is inspect.Parameter.empty
        assert signature.parameters["size"].default is None
        assert {"for_each", "provisioner"} <= set(signature.parameters)
        assert "provisioner" not in inspect.signature(box.data.Crate).parameters
        assert set(inspect.signature(box.Provider).parameters) == {
            "alias",
            "defaults",
            "region",
            "token",
        }
        assert str(inspect.signature(box.Crate.Lid)) == "(*, color=None)"
        assert "labels" in inspect.signature(Model).parameters

    def test_fields_say_what_the_schema_says(self, box):
        """Whether an argument is sensitive, and which class its blocks have, can be asked."""
        crate = fields(box.Crate)
        assert crate["secret"].sensitive
        assert nested_class(box.Crate, crate["lid"]) is box.Crate.Lid
        assert nested_class(box.Crate, crate["name"]) is None


class TestReferences:
    def test_reading_gives_a_reference(self, crate):
        """Given or computed, an attribute that is read is a reference with its type."""
        model = crate()
        assert hcl(model.name) == "box_crate.main.name"
        assert model.id._type == "string"
        assert hcl(model.from_) == hcl(getattr(model, "from")) == "box_crate.main.from"
        assert hcl(model.slot[0].width) == "box_crate.main.slot[0].width"
        assert hcl(model.x_2fa) == 'box_crate.main["2fa"]'
        assert hcl(model.count_) == "box_crate.main.count"

    def test_a_misspelt_attribute_is_named_with_the_closest(self, crate):
        """An attribute that does not exist is an error that says which was meant."""
        with pytest.raises(
            UnknownAttributeError,
            match=r'box_crate.main: has no attribute "nmae"; did you mean "name"',
        ):
            _ = crate().nmae
        assert not hasattr(crate(), "_private")

    def test_addresses_say_what_kind_of_block_it_is(self, box, crate):
        """Data sources and ephemeral resources have their own addresses."""
        assert hcl(box.data.Crate("a").id) == "data.box_crate.a.id"
        assert hcl(box.ephemeral.Key("a").id) == "ephemeral.box_key.a.id"
        assert box.data.Crate("a")._tf_path == ("data", "box_crate", "a")
        assert traversal(crate()) == "box_crate.main"
        assert repr(box.ephemeral.Key("a")) == "<ephemeral.box_key.a>"

    def test_instances_of_count(self, box):
        """With count there are numbered instances, and no attribute without a number."""
        model = box.Crate2("main", count=2)
        assert hcl(model[0].id) == "box_crate2.main[0].id"
        assert hcl(model[Symbol("count").index].id) == "box_crate2.main[count.index].id"
        assert hcl(splat(model).id) == "box_crate2.main[*].id"
        with pytest.raises(
            InstanceError, match=r"take one, \[0\]\.id, or all, splat\(\.\.\.\)\.id"
        ):
            _ = model.id
        for key in ("a", True, 1.5):
            with pytest.raises(InstanceError, match=r"its instances have numbers, \[0\]"):
                _ = model[key]

    def test_instances_of_for_each(self, box):
        """With for_each there are instances by key, and no attribute without a key."""
        model = box.Crate2("main", for_each={"a": 1})
        assert hcl(model["a"].id) == 'box_crate2.main["a"].id'
        assert hcl(model[each.key].id) == "box_crate2.main[each.key].id"
        assert hcl(model[f"{each.key}-x"].id) == 'box_crate2.main["${each.key}-x"].id'
        with pytest.raises(InstanceError, match=r'take one, \["key"\]\.id'):
            _ = model.id
        with pytest.raises(InstanceError, match="its instances have keys"):
            _ = model[0]

    def test_one_object_has_no_instances(self, crate):
        """Without count and for_each there is nothing to choose from."""
        with pytest.raises(InstanceError, match="is one object; it has neither count nor for_each"):
            _ = crate()[0]

    def test_a_block_is_neither_iterated_nor_text(self, box, crate):
        """What only Terraform can do fails at once, and the message names how it is written."""
        with pytest.raises(InstanceError, match="can't be iterated"):
            list(box.Crate2("main", count=2))
        for text in (str, "{}".format, lambda model: f"{model}"):
            with pytest.raises(InstanceError, match=r"is a whole block, .* such as \.id"):
                text(crate())

    def test_shells_see_the_attributes(self, crate):
        """An instance lists its attributes."""
        assert {"id", "name", "from_"} <= set(dir(crate()))

    def test_the_type_of_a_whole_block_follows_its_instances(self, box):
        """A block with count is a list of objects, with for_each a map of them."""
        one = box.Crate2("main")._tf_reference()._type
        assert one == ["object", {"id": "string"}]
        assert box.Crate2("main", count=1)._tf_reference()._type == ["list", one]
        assert box.Crate2("main", for_each={"a"})._tf_reference()._type == ["map", one]

    def test_references_are_checked_like_values(self, crate):
        """A reference of a type that never converts is refused where it is given."""
        other = crate("other")
        assert problems(crate, name=other.labels) == [
            (
                "box_crate.main.name: takes a string, not <box_crate.other.labels>, a list(string);"
                " give one element, such as [0]"
            )
        ]
        assert problems(crate, name=other)[0].endswith("such as .id")


class TestRendering:
    def test_a_body_is_in_the_order_of_the_style_guide(self, box, crate):
        """Meta-arguments that come first, attributes, blocks, those that come last; no nulls."""
        model = crate(
            zones=["a"],
            size=1,
            tags=None,
            for_each={"a": 1},
            provider=box.Provider(alias="west"),
            depends_on=[box.Crate2("other")],
            lifecycle=Lifecycle(create_before_destroy=True),
            lid=box.Crate.Lid(color="red"),
        )
        body = model._tf_body()
        assert list(body) == [
            "for_each",
            "provider",
            "name",
            "size",
            "zones",
            "lid",
            "sticker",
            "lifecycle",
            "depends_on",
        ]
        assert body["provider"] == "box.west"
        assert body["depends_on"] == ["box_crate2.other"]

    def test_objects_of_attributes_are_written_whole(self, box, crate):
        """Members of an attribute's object have no default, so unset ones are null."""
        rules = [box.Crate.Rule(port=1, notes=[box.Crate.Notes(text="x")]), box.Crate.Rule()]
        assert crate(rule=rules)._tf_body()["rule"] == [
            {"notes": [{"text": "x"}], "port": 1},
            {"notes": None, "port": None},
        ]

    def test_objects_may_stand_inside_expressions(self, box, crate):
        """A loop can make objects, and so can a condition."""
        rules = for_list(Symbol("var.ports"), lambda port: box.Crate.Rule(port=port))
        assert crate(rule=rules)._tf_body()["rule"] == (
            "${[for port in var.ports : {notes = null, port = port}]}"
        )

    def test_nested_types_leave_out_what_is_unset(self, box, crate):
        """Nested types have defaults like blocks, so what is unset is not written."""
        layout = box.Crate.Layout(rows=2, cells=[box.Crate.Cells(color="red"), box.Crate.Cells()])
        assert crate(layout=layout)._tf_body()["layout"] == {
            "rows": 2,
            "cells": [{"color": "red"}, {}],
        }

    def test_dynamic_blocks_stand_beside_given_ones(self, box, crate):
        """Blocks that are known and blocks that Terraform makes can be mixed."""
        unknown = dynamic(Symbol("var.widths"), lambda slot: box.Crate.Slot(width=slot.value))
        assert crate(slot=unknown)._tf_body()["dynamic"] == {
            "slot": {"for_each": "${var.widths}", "content": {"width": "${slot.value}"}}
        }
        mixed = crate(slot=[box.Crate.Slot(width=1), unknown, unknown])._tf_body()
        assert mixed["slot"] == [{"width": 1}]
        assert len(mixed["dynamic"]["slot"]) == 2
        wrong = dynamic(Symbol("var.widths"), lambda slot: {"width": slot.value})
        assert problems(crate, slot=wrong) == [
            "box_crate.main.slot: takes blocks, [Crate.Slot(...)], not a dict"
        ]

    def test_arguments_named_like_meta_arguments_are_escaped(self, crate):
        """An argument of the provider called count stands in Terraform's escaping block."""
        assert crate(count_=3, count=2)._tf_body()["_"] == {"count": 3}

    def test_a_block_as_a_value_is_a_reference_to_it(self, crate):
        """Where any value is taken, a whole block may stand."""
        assert crate(anything=crate("other"))._tf_body()["anything"] == "${box_crate.other}"
        assert expression([crate("other")]) == ["${box_crate.other}"]
        assert hcl({"a": crate("other")}) == "{a = box_crate.other}"

    def test_empty_lists_of_blocks_are_left_out(self, crate):
        """No blocks are written as nothing at all."""
        assert "slot" not in crate(slot=[])._tf_body()

    def test_values_are_all_found(self, box, crate):
        """Every reference in a block is found, wherever it stands."""
        model = crate(
            name=f"a-{Symbol('var.name')}",
            tags={f"{Symbol('var.key')}": conditional(Symbol("var.c"), "a", "b")},
            slot=dynamic(Symbol("var.widths"), lambda slot: box.Crate.Slot(width=slot.key)),
            drawer={"a": box.Crate.Drawer(depth=Symbol("var.depth"))},
            rule=[box.Crate.Rule(port=Symbol("var.port"))],
            anything=[box.Crate2("whole")],
            for_each=Symbol("var.each"),
            provider=box.Provider(alias="west"),
            depends_on=[box.Crate2("before")],
            lifecycle=Lifecycle(
                replace_triggered_by=[box.Crate2("trigger")],
                precondition=[Condition(condition=Symbol("var.pre"), error_message="No.")],
            ),
            provisioner=[
                Provisioner(
                    "local-exec",
                    arguments={"command": Symbol("var.command")},
                    connection=Connection(arguments={"host": Symbol("var.host")}),
                )
            ],
            connection=Connection(arguments={"host": Symbol("var.other_host")}),
        )
        found = {root._address for root in roots(list(model._tf_values()))}
        assert found == {
            *(f"var.{n}" for n in ("name", "key", "c", "widths", "depth", "port", "each")),
            *(f"var.{n}" for n in ("pre", "command", "host", "other_host")),
            *(f"box_crate2.{n}" for n in ("whole", "before", "trigger")),
            "box.west",
            "slot",
        }

    def test_arguments_are_what_was_given(self, crate):
        """By Terraform's names, and only what is not None."""
        given = arguments(crate(from_="x", size=None))
        assert given["from"] == "x"
        assert set(given) == {"name", "from", "sticker"}


class TestProviderConfiguration:
    def test_a_provider_is_configured(self, box):
        """Arguments are those of the provider, and the alias comes first."""
        provider = box.Provider(
            alias="west", region="r", defaults=box.Provider.Defaults(tags={"a": "b"})
        )
        assert provider._tf_path == ("provider", "box")
        assert provider._tf_body() == {
            "alias": "west",
            "region": "r",
            "defaults": {"tags": {"a": "b"}},
        }
        assert traversal(provider) == "box.west"
        assert traversal(box.Provider()) == "box"
        assert repr(provider) == "<provider box.west>"
        assert provider.region == "r"

    def test_wrong_arguments_are_reported(self, box):
        """The configuration is checked like any block."""
        assert problems(box.Provider, alias="1", regoin="x") == [
            'provider.box.1.regoin: is unknown; did you mean "region"?',
            (
                "provider.box.alias: '1' is no name in Terraform;"
                " begin with a letter or _, go on with letters, digits, _ and -"
            ),
        ]
