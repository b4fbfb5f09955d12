"""Writing the tree: all of it or nothing, and never over somebody's own file."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tapforge.handoff.render import MARKER
from tapforge.handoff.tree import MANIFEST, TreeError, differences, write

HEAD = f"// {MARKER} from a test.\n"


def tree(**texts: str) -> dict[str, str]:
    """Make a tree of generated files; a double underscore stands for a slash."""
    return {name.replace("__", "/") + ".tf.json": HEAD + text for name, text in texts.items()}


OLD = tree(
    modules__a__main="a",
    modules__a__same="same",
    modules__gone__main="gone",
    terraform__s__main="s",
)
NEW = tree(
    modules__a__main="A", modules__a__same="same", modules__new__main="new", terraform__s__main="S"
)
OTHER = tree(modules__other__main="other")
OWN = {"modules/a/own.tf": "mine", "modules/gone/notes.md": "mine too", "README.md": "mine as well"}


def on_disk(root: Path) -> dict[str, str]:
    """Read every file but those of the writer's own folder and the manifest."""
    files = (file for file in root.rglob("*") if file.is_file())
    found = {str(file.relative_to(root)): file.read_text("utf-8") for file in files}
    return {
        path: text
        for path, text in found.items()
        if not path.startswith(".tapforge/") and path != MANIFEST
    }


def put(root: Path, files: dict[str, str]) -> None:
    """Write files as somebody would by hand."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")


def changes(root: Path, files: dict[str, str]) -> list[tuple[str, str]]:
    """Give what is to be changed, without the manifest."""
    return [(d.kind, d.path) for d in differences(root, files) if d.path != MANIFEST]


# --- what is written --------------------------------------------------------------------------------


def test_the_tree_becomes_what_it_should_be(tmp_path: Path) -> None:
    """Files are created, updated and deleted, empty folders go, the same is left alone."""
    write(tmp_path, OLD)
    put(tmp_path, OWN)
    assert on_disk(tmp_path) == OLD | OWN
    expected = [
        ("update", "modules/a/main.tf.json"),
        ("delete", "modules/gone/main.tf.json"),
        ("create", "modules/new/main.tf.json"),
        ("update", "terraform/s/main.tf.json"),
    ]
    assert changes(tmp_path, NEW) == expected
    assert on_disk(tmp_path) == OLD | OWN
    assert [(d.kind, d.path) for d in write(tmp_path, NEW) if d.path != MANIFEST] == expected
    assert on_disk(tmp_path) == NEW | OWN
    assert differences(tmp_path, NEW) == write(tmp_path, NEW) == []
    write(tmp_path, {})
    assert on_disk(tmp_path) == OWN
    assert not (tmp_path / "modules/new").exists()


def test_the_same_tree_is_the_same_bytes(tmp_path: Path) -> None:
    """Wherever it is written, and however often; lines end as they were given."""
    for name in ("one", "two", "two"):
        write(tmp_path / name, NEW | tree(modules__lines="é\n\r\n"))
    one, two = (
        {f.name: f.read_bytes() for f in (tmp_path / name).rglob("*.json")}
        for name in ("one", "two")
    )
    assert one == two
    assert "é\n\r\n".encode() in one["lines.tf.json"]
    assert differences(tmp_path / "two", NEW | tree(modules__lines="é\n\r\n")) == []


def test_a_file_that_did_not_change_is_not_written_again(tmp_path: Path) -> None:
    """Its time stays, so that nothing that watches it starts."""
    write(tmp_path, OLD)
    before = (tmp_path / "modules/a/same.tf.json").stat()
    write(tmp_path, NEW)
    after = (tmp_path / "modules/a/same.tf.json").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_the_difference_is_a_diff(tmp_path: Path) -> None:
    """Of the lines that change, with the one around them."""
    write(tmp_path, OLD)
    (difference, *_) = differences(tmp_path, NEW)
    assert difference.diff.splitlines() == [
        "--- modules/a/main.tf.json",
        "+++ modules/a/main.tf.json",
        "@@ -1,2 +1,2 @@",
        f" {HEAD.strip()}",
        "-a",
        "+A",
    ]


def test_a_file_may_be_no_text(tmp_path: Path) -> None:
    """It is written byte for byte, its sum is in the manifest, and its difference is its size."""
    old, new = f"{MARKER}".encode() + b"\x00\xff\r\n", f"{MARKER}".encode() + b"\xfe\n\n"
    write(tmp_path, {"modules/a/function.zip": old})
    assert (tmp_path / "modules/a/function.zip").read_bytes() == old
    difference = differences(tmp_path, {"modules/a/function.zip": new})[0]
    assert (difference.kind, difference.diff) == (
        "update",
        f"modules/a/function.zip: {len(old)} bytes become {len(new)}",
    )
    write(tmp_path, {"modules/a/function.zip": new})
    assert (tmp_path / "modules/a/function.zip").read_bytes() == new
    write(tmp_path, {})
    assert not (tmp_path / "modules/a").exists()


def test_the_manifest_names_every_file_with_its_sum(tmp_path: Path) -> None:
    """So that stale files are found, and anybody can check that nothing was changed by hand."""
    import hashlib

    write(tmp_path, NEW)
    manifest = json.loads((tmp_path / MANIFEST).read_text("utf-8"))
    assert MARKER in manifest["//"]
    assert manifest["files"] == {
        path: hashlib.sha256(text.encode()).hexdigest() for path, text in sorted(NEW.items())
    }


def test_nothing_of_the_writing_is_left(tmp_path: Path) -> None:
    """Only the file that keeps writers apart."""
    write(tmp_path, NEW)
    assert [f.name for f in (tmp_path / ".tapforge").rglob("*") if f.is_file()] == ["lock"]


def test_comparing_writes_nothing(tmp_path: Path) -> None:
    """No lock, no folder: it works on what may only be read."""
    assert len(differences(tmp_path, NEW)) == len(NEW) + 1
    assert list(tmp_path.iterdir()) == []


# --- what is somebody's own -------------------------------------------------------------------------


def test_files_in_the_way_are_all_told_and_nothing_is_written(tmp_path: Path) -> None:
    """A file without the marker, of whatever kind, is never written over."""
    write(tmp_path, OLD)
    (tmp_path / "modules/new").mkdir()
    (tmp_path / "modules/new/main.tf.json").write_text("{}")
    (tmp_path / "terraform/s/main.tf.json").write_bytes(b"\xff\xfe")
    before = on_disk_bytes(tmp_path)
    for call in (write, differences):
        with pytest.raises(TreeError) as caught:
            call(tmp_path, NEW)
        assert [problem.place for problem in caught.value.problems] == [
            "modules/new/main.tf.json",
            "terraform/s/main.tf.json",
        ]
        assert 'without "Generated by tapforge" at its start it is somebody\'s own' in str(
            caught.value
        )
    assert on_disk_bytes(tmp_path) == before


def on_disk_bytes(root: Path) -> dict[str, bytes]:
    """Read every file there is."""
    return {str(f.relative_to(root)): f.read_bytes() for f in root.rglob("*") if f.is_file()}


def test_a_stale_file_whose_marker_was_removed_is_kept(tmp_path: Path) -> None:
    """Its owner took it over."""
    write(tmp_path, OLD)
    (tmp_path / "modules/gone/main.tf.json").write_text("taken over")
    write(tmp_path, NEW)
    assert on_disk(tmp_path) == NEW | {"modules/gone/main.tf.json": "taken over"}
    write(tmp_path, OTHER)
    assert on_disk(tmp_path) == OTHER | {"modules/gone/main.tf.json": "taken over"}


def test_a_stale_file_that_is_gone_already_is_nothing(tmp_path: Path) -> None:
    """Whoever deleted it did what was to be done."""
    write(tmp_path, OLD)
    shutil.rmtree(tmp_path / "modules/gone")
    assert ("delete", "modules/gone/main.tf.json") not in changes(tmp_path, NEW)
    write(tmp_path, NEW)
    assert on_disk(tmp_path) == NEW


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"files": ["a"]}', '{"files": null}', '{"files": 3}', '"x"']
)
def test_a_manifest_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    """After a merge gone wrong, say; nothing is written."""
    put(tmp_path, {MANIFEST: text})
    with pytest.raises(
        TreeError, match="is no manifest; restore it from version control, or delete it"
    ):
        write(tmp_path, NEW)
    assert on_disk(tmp_path) == {}


@pytest.mark.parametrize(
    "path", ["../outside.tf.json", "modules/../../outside.tf.json", "README.md", "/outside"]
)
def test_a_manifest_reaches_nothing_outside(tmp_path: Path, path: str) -> None:
    """Whatever it says, only rendered folders are ours."""
    root = tmp_path / "root"
    outside = root / path
    if path == "/outside":
        path = str(tmp_path / "outside")
        outside = Path(path)
    put(tmp_path, {"root/modules/x": "", os.path.normpath(outside.relative_to(tmp_path)): HEAD})
    put(root, {MANIFEST: json.dumps({"//": MARKER, "files": {path: ""}})})
    write(root, NEW)
    assert outside.read_text("utf-8") == HEAD


# --- places that can't be written -------------------------------------------------------------------


@pytest.mark.parametrize(
    "blocked", ["modules", "modules/new", ".tapforge", ".tapforge/render", ".tapforge/render/lock"]
)
def test_something_else_where_a_folder_or_file_should_be_is_told(
    tmp_path: Path, blocked: str
) -> None:
    """Nothing is written; the message names the place."""
    place = tmp_path / blocked
    place.parent.mkdir(parents=True, exist_ok=True)
    if blocked.endswith("lock"):
        place.mkdir()
    else:
        place.write_text("mine")
    with pytest.raises(TreeError) as caught:
        write(tmp_path, NEW)
    assert blocked in str(caught.value)
    written = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()}
    assert written - {".tapforge/render/lock"} <= {blocked}


def test_a_folder_where_a_file_should_be_is_told(tmp_path: Path) -> None:
    """It may hold anything."""
    (tmp_path / "modules/new/main.tf.json").mkdir(parents=True)
    with pytest.raises(
        TreeError, match=r"main\.tf\.json: can't be read: Is a directory; move away"
    ):
        write(tmp_path, NEW)
    assert on_disk(tmp_path) == {}


UNWRITABLE = """
import os, sys
from pathlib import Path
from tapforge.handoff.tree import TreeError, write
if os.getuid() == 0:
    os.setuid(65534)
try:
    write(Path(sys.argv[1]), {"modules/a/main.tf.json": "x", "terraform/s/main.tf.json": "x"})
except TreeError as error:
    print(error)
"""


@pytest.mark.parametrize("locked", ["modules", "."])
def test_a_folder_that_may_not_be_written_is_told(locked: str) -> None:
    """Before anything is moved."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "modules").mkdir()
        for folder in (root, root / "modules"):
            folder.chmod(0o777)
        (root / locked).chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", UNWRITABLE, name], capture_output=True, text=True, check=True
        )
        assert "Permission denied; make the folder writable" in done.stdout
        assert on_disk(root) == {}
        (root / locked).chmod(0o777)


def test_another_file_system_is_told(tmp_path: Path) -> None:
    """A file can't be moved there in one step."""
    shared = Path("/dev/shm")  # noqa: S108 - the only other file system there may be
    if not shared.is_dir() or shared.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no other file system")
    with tempfile.TemporaryDirectory(dir=shared) as elsewhere:
        (tmp_path / "modules").symlink_to(elsewhere)
        with pytest.raises(TreeError, match="is on another file system than"):
            write(tmp_path, NEW)
        assert on_disk(tmp_path) == {}
        assert not [f for f in Path(elsewhere).rglob("*") if f.is_file()]


# --- processes that die -----------------------------------------------------------------------------

# Every child dies, as by kill -9, just before its n-th operation on a file.
DYING = """
import io, json, os, signal, sys
from pathlib import Path
from tapforge.handoff.tree import write

OPERATIONS = {
    *("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree", "write", "fsync")
}
sync, really_open = os.fsync, io.open

def fsync(descriptor):
    sys.audit("fsync")
    sync(descriptor)

def opened(*arguments, **options):
    stream = really_open(*arguments, **options)
    really_write = stream.write
    def write(text):
        sys.audit("write")
        return really_write(text)
    stream.write = write
    return stream

base, new = Path(sys.argv[1]), json.loads(sys.argv[2])
folders = sorted(base.iterdir(), key=lambda folder: int(folder.name))
for number, folder in enumerate(folders, start=1):
    child = os.fork()
    if child == 0:
        left = number
        def count(event, arguments):
            global left
            if event in OPERATIONS:
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
        os.fsync, io.open = fsync, opened
        sys.addaudithook(count)
        write(folder, new)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
OPERATIONS = 80
"""More than a writer needs for this tree."""


@pytest.fixture(scope="module")
def dead(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Give the trees that were left by writers which died at each of their operations."""
    base = tmp_path_factory.mktemp("dying")
    for number in range(1, OPERATIONS + 1):
        write(base / str(number), OLD)
        put(base / str(number), OWN)
    done = subprocess.run(
        [sys.executable, "-c", DYING, str(base), json.dumps(NEW)],
        capture_output=True,
        text=True,
        check=True,
    )
    codes = list(map(int, done.stdout.split()))
    died = codes.index(0)
    assert codes == [-9] * died + [0] * (OPERATIONS - died)
    assert died > 2 * len(NEW)
    return [base / str(number + 1) for number in range(died)]


def decided(root: Path) -> bool:
    """Tell whether the writer had recorded what it would do."""
    return (root / ".tapforge/render/moves.json").exists()


@pytest.fixture(params=range(3), ids=["the same", "another", "the old"])
def following(request: pytest.FixtureRequest) -> dict[str, str]:
    """Give the tree that is written next."""
    return [NEW, OTHER, OLD][request.param]


def test_a_writer_that_dies_early_leaves_the_old_tree(dead: list[Path]) -> None:
    """Every byte of it; and not all writers died that early."""
    early = [root for root in dead if not decided(root)]
    whole = [root for root in early if on_disk(root) == OLD | OWN]
    done = [root for root in early if on_disk(root) == NEW | OWN]
    assert whole + done == early
    assert whole
    assert len(early) < len(dead)


def test_a_writer_that_dies_late_leaves_whole_files(dead: list[Path]) -> None:
    """Each file is the old or the new one, and nobody's own file is touched."""
    for root in dead:
        found = on_disk(root)
        for path in {*OLD, *NEW, *OWN, *found}:
            assert found.get(path) in (OLD.get(path, OWN.get(path)), NEW.get(path, OWN.get(path)))


def test_comparing_changes_nothing_after_a_death(dead: list[Path]) -> None:
    """It tells what the tree on disk lacks."""
    for root in dead:
        before = on_disk_bytes(root)
        differences(root, NEW)
        assert on_disk_bytes(root) == before


def test_the_next_writer_leaves_its_tree_whole(
    dead: list[Path], following: dict[str, str], tmp_path: Path
) -> None:
    """Whenever the one before it died, and whatever is to be written now."""
    for root in dead:
        copy = tmp_path / root.name
        shutil.copytree(root, copy)
        write(copy, following)
        assert on_disk(copy) == following | OWN
        assert differences(copy, following) == []


def test_what_somebody_put_there_since_is_left_alone(dead: list[Path], tmp_path: Path) -> None:
    """The next writer finishes, but not over a file that is not ours."""
    root = next(
        root for root in dead if decided(root) and not (root / "modules/new/main.tf.json").exists()
    )
    copy = tmp_path / "copy"
    shutil.copytree(root, copy)
    put(copy, {"modules/new/main.tf.json": "mine"})
    with pytest.raises(TreeError, match=r"modules/new/main\.tf\.json: is in the way"):
        write(copy, NEW)
    assert (copy / "modules/new/main.tf.json").read_text() == "mine"


# --- processes that write at once -------------------------------------------------------------------

WRITING = """
import json, sys
from pathlib import Path
from tapforge.handoff.tree import write
trees = json.loads(sys.argv[2])
for turn in range(int(sys.argv[3])):
    write(Path(sys.argv[1]), trees[turn % len(trees)])
"""


@pytest.fixture
def writers(tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start writers of different trees in one folder."""
    write(tmp_path, OLD)
    orders = ([OLD, NEW], [NEW, OLD], [NEW, OTHER, OLD])
    started = [
        subprocess.Popen([sys.executable, "-c", WRITING, str(tmp_path), json.dumps(trees), "30"])
        for trees in orders
    ]
    yield started
    for process in started:
        process.kill()
        process.wait()


def test_writers_at_once_do_not_mix(writers: list[subprocess.Popen[bytes]], tmp_path: Path) -> None:
    """Whoever looks sees one of the trees, and one of them stays."""
    trees = [OLD, NEW, OTHER]
    steps = []
    for number, each in enumerate(trees):
        write(tmp_path / f"apart{number}", each)
        steps.append(changes(tmp_path / f"apart{number}", NEW))
        shutil.rmtree(tmp_path / f"apart{number}")
    while any(process.poll() is None for process in writers):
        assert changes(tmp_path, NEW) in steps
    assert [process.wait() for process in writers] == [0, 0, 0]
    assert on_disk(tmp_path) in trees
