"""A package of models from a provider's schema."""

import json
import lzma
from pathlib import Path

import pytest

from tapforge import aws
from tapforge.codegen.generate import Generated, generate
from tapforge.lang.errors import TapforgeError
from tapforge.lang.pack import FILE_NAME, Pack
from tapforge.lang.provider_package import pack_of

ADDRESS = "registry.terraform.io/example/box"


@pytest.fixture
def schema(tmp_path, box_schema):
    """The small provider's schema as a file."""
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(box_schema))
    return path


def contents(folder):
    """Give the bytes of every file in a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def failure(*args, **kwargs):
    """Give the message with which nothing is generated."""
    with pytest.raises(TapforgeError) as caught:
        generate(*args, **kwargs)
    return str(caught.value)


def test_a_package_has_no_code_of_its_own(schema, tmp_path):
    """The package is a few lines, stubs, and the packed schema; it says what it holds."""
    made = generate(schema, "infrastructure.box", root=tmp_path)
    folder = tmp_path / "infrastructure" / "box"
    assert made == Generated(folder, ADDRESS, {"resource": 6, "data": 2, "ephemeral": 1})
    code = [path for path in contents(folder) if path.endswith(".py")]
    assert code == ["__init__.py", "data.py", "ephemeral.py"]
    assert all(len((folder / path).read_text().splitlines()) < 12 for path in code)
    assert (folder / "py.typed").exists()
    assert Pack(folder / FILE_NAME).version == ""


def test_the_same_schema_gives_the_same_bytes(schema, tmp_path):
    """Generating again changes nothing."""
    generate(schema, "a", root=tmp_path, version="1")
    generate(schema, "b", root=tmp_path, version="1")
    first = contents(tmp_path / "a")
    assert first == contents(tmp_path / "b")
    generate(schema, "a", root=tmp_path, version="1")
    assert first == contents(tmp_path / "a")


def test_compressed_schemas_are_read(schema, tmp_path):
    """A schema compressed by xz is as good."""
    compressed = tmp_path / "schema.json.xz"
    compressed.write_bytes(lzma.compress(schema.read_bytes()))
    assert generate(compressed, "a", root=tmp_path).counts["resource"] == 6


def test_the_current_folder_is_where_packages_start(schema, tmp_path, monkeypatch):
    """Without another root, the package is made in the current folder."""
    monkeypatch.chdir(tmp_path)
    generate(schema, "here")
    assert (tmp_path / "here" / FILE_NAME).exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no json", "is no JSON: Expecting value"),
        ("[]", 'has no "provider_schemas"'),
        ('{"planned_values": {}}', 'has no "provider_schemas"'),
        ('{"format_version": "2.0", "provider_schemas": {}}', "is of format 2.0; only format 1"),
        ('{"format_version": "1.0", "provider_schemas": {}}', "holds no provider"),
    ],
)
def test_a_file_that_is_no_schema_is_refused(tmp_path, text, expected):
    """The message says what the file is not, and nothing is written."""
    file = tmp_path / "schema.json"
    file.write_text(text)
    message = failure(file, "a", root=tmp_path)
    assert str(file) in message
    assert expected in message
    assert not (tmp_path / "a").exists()


def test_a_file_that_can_not_be_read_is_refused(tmp_path):
    """A missing file and a folder are errors with a way out, and so is a broken archive."""
    assert "can't be read: No such file" in failure(tmp_path / "none.json", "a", root=tmp_path)
    assert "can't be read: Is a directory" in failure(tmp_path, "a", root=tmp_path)
    broken = tmp_path / "x.xz"
    broken.write_bytes(b"broken")
    assert "give the output of `terraform providers schema -json`" in failure(broken, "a")


def test_one_of_several_providers_is_chosen(tmp_path, box_schema):
    """By the last part of the address, by more of it, or by all of it."""
    [schemas] = box_schema["provider_schemas"].values()
    addresses = [ADDRESS, "registry.terraform.io/other/box", "registry.terraform.io/example/bag"]
    file = tmp_path / "schema.json"
    file.write_text(
        json.dumps({"format_version": "1.0", "provider_schemas": dict.fromkeys(addresses, schemas)})
    )
    for provider, expected in (
        ("bag", addresses[2]),
        ("other/box", addresses[1]),
        (ADDRESS, ADDRESS),
    ):
        made = generate(file, "made", provider=provider, root=tmp_path)
        assert made.provider == expected
    assert "holds 3 providers" in failure(file, "made", root=tmp_path)
    assert "say which one is meant" in failure(file, "made", root=tmp_path)
    message = failure(file, "made", provider="box", root=tmp_path)
    assert '"box" could be' in message
    assert "give the full address" in message
    assert 'did you mean "bag"' in failure(file, "made", provider="bga", root=tmp_path)


@pytest.mark.parametrize("name", ["", "a..b", "a-b", "class", "a.1", "a/b"])
def test_a_name_that_is_no_package_is_refused(schema, tmp_path, name):
    """The message says what is no name."""
    assert "is no name of a Python package" in failure(schema, name, root=tmp_path)


def test_files_that_were_not_generated_are_never_lost(schema, tmp_path):
    """A folder with anything else in it is left as it is; every such file is named."""
    generate(schema, "a", root=tmp_path)
    (tmp_path / "a" / "notes.txt").write_text("mine")
    (tmp_path / "a" / "_resource" / "mine.pyi").write_text("mine")
    before = contents(tmp_path / "a")
    message = failure(schema, "a", root=tmp_path, version="2")
    assert message.count("was not generated, and would be lost; move it away") == 2
    assert contents(tmp_path / "a") == before


def test_caches_are_no_obstacle(schema, tmp_path):
    """Python's own caches may lie in the folder."""
    generate(schema, "a", root=tmp_path)
    (tmp_path / "a" / "__pycache__").mkdir()
    (tmp_path / "a" / "__pycache__" / "x.pyc").write_bytes(b"x")
    generate(schema, "a", root=tmp_path)
    assert not (tmp_path / "a" / "__pycache__").exists()


def test_a_file_in_the_place_of_the_package_is_refused(schema, tmp_path):
    """A file of the package's name is not overwritten."""
    (tmp_path / "a").write_text("mine")
    assert "is no folder" in failure(schema, "a", root=tmp_path)
    assert (tmp_path / "a").read_text() == "mine"


def test_stale_stubs_are_removed(schema, tmp_path, box_schema):
    """What a newer schema no longer has is gone from the package."""
    generate(schema, "a", root=tmp_path)
    [schemas] = box_schema["provider_schemas"].values()
    less = {**schemas, "resource_schemas": {}}
    schema.write_text(json.dumps({"provider_schemas": {ADDRESS: less}}))
    made = generate(schema, "a", root=tmp_path)
    assert made.counts["resource"] == 0
    assert not (tmp_path / "a" / "_resource" / "crate.pyi").exists()


@pytest.mark.parametrize("renames", [1, 2])
def test_a_failure_leaves_the_old_package(schema, tmp_path, monkeypatch, renames):
    """If the new folder can't be put in place, the old one stays, and nothing else remains."""
    generate(schema, "a", root=tmp_path)
    before = contents(tmp_path / "a")
    rename, done = Path.rename, []

    def fail(path, target):
        done.append(path)
        if len(done) == renames:
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail)
    message = failure(schema, "a", root=tmp_path, version="2")
    assert message == f"{tmp_path / 'a'}: can't be written: Permission denied"
    assert contents(tmp_path / "a") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "schema.json"]


def test_blocks_can_be_declared_opaque(schema, tmp_path):
    """A block whose inside the schema lacks takes anything; one that is none is an error."""
    generate(schema, "a", root=tmp_path, opaque=["box_crate.slot.filter"])
    crate = Pack(tmp_path / "a" / FILE_NAME).schema("resource", "box_crate")
    assert crate.shape("SlotFilter").opaque
    assert (
        "class SlotFilter(_model.OpaqueBlock)" in (tmp_path / "a/_resource/crate.pyi").read_text()
    )
    for path in ("box_crate.slott", "box_nothing", "data.box_crate.slot", "ephemeral.box_key.x"):
        assert f"{path}: is no block of {ADDRESS}" in failure(
            schema, "b", root=tmp_path, opaque=[path]
        )


def test_a_provider_without_configuration_has_a_class_for_it(tmp_path):
    """Some providers have no configuration block, or no kind of types, in their schema."""
    file = tmp_path / "schema.json"
    file.write_text('{"provider_schemas": {"terraform.io/builtin/x": {}}}')
    made = generate(file, "a", root=tmp_path)
    assert made.counts == {"resource": 0, "data": 0, "ephemeral": 0}
    assert Pack(tmp_path / "a" / FILE_NAME).classes("provider") == {"Provider": "x"}


def test_the_models_of_aws_are_as_generated(tmp_path):
    """The committed package is what its own schema generates."""
    folder = Path(aws.__file__).parent
    pack = pack_of(folder)
    schemas = {
        "provider": pack.provider_block(),
        "resource_schemas": {name: pack.get("resource", name) for name in pack.names("resource")},
        "data_source_schemas": {name: pack.get("data", name) for name in pack.names("data")},
        "ephemeral_resource_schemas": {
            n: pack.get("ephemeral", n) for n in pack.names("ephemeral")
        },
    }
    file = tmp_path / "aws.json"
    file.write_text(json.dumps({"provider_schemas": {pack.address: schemas}}))
    generate(file, "aws", version=pack.version, root=tmp_path)
    fresh, committed = contents(tmp_path / "aws"), contents(folder)
    committed = {path: data for path, data in committed.items() if "__pycache__" not in path}
    assert {
        path for path in fresh.keys() | committed if fresh.get(path) != committed.get(path)
    } <= {FILE_NAME}
    # Compressed bytes may differ from one zlib to the next; what they hold may not.
    again = Pack(tmp_path / "aws" / FILE_NAME)
    for kind in ("provider", "resource", "data", "ephemeral"):
        assert again.names(kind) == pack.names(kind)
        for name in pack.names(kind):
            assert again.schema(kind, name).packed == pack.schema(kind, name).packed
