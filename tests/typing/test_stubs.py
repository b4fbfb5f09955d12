"""What type checkers know of generated packages."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BIN = Path(sys.executable).parent


def mypy(*files, folder=ROOT):
    """Give the numbers of the lines in which mypy finds an error, by file."""
    command = [BIN / "mypy", "--strict", "--config-file=", "--cache-dir=/dev/null", *files]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return {
        (Path(match[1]).name, int(match[2]))
        for match in re.finditer(r"^(\S+?):(\d+): error", done.stdout, re.MULTILINE)
    }


def pyright(*files, folder=ROOT):
    """Give the numbers of the lines in which pyright finds an error, by file."""
    command = [BIN / "pyright", "--outputjson", "--pythonpath", sys.executable, *files]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return {
        (Path(found["file"]).name, found["range"]["start"]["line"] + 1)
        for found in json.loads(done.stdout)["generalDiagnostics"]
        if found["severity"] == "error"
    }


def planted():
    """Give the lines that are said to be wrong."""
    lines = (HERE / "wrong_usage.py").read_text().splitlines()
    return {("wrong_usage.py", n) for n, line in enumerate(lines, 1) if line.endswith("# error")}


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_wrong_usage_is_found_and_right_usage_is_not(checker):
    """Each planted error is found in its line, and nothing else."""
    assert checker(HERE / "good_usage.py", HERE / "wrong_usage.py") == planted()


def test_good_usage_runs():
    """What type checkers take as right is right at run time too."""
    subprocess.run([sys.executable, HERE / "good_usage.py"], check=True)


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_stubs_of_any_provider_are_right(checker, tmp_path):
    """Names that collide with Python's, with each other or with the stub's own are all told apart."""
    code = (
        "import sys, json; sys.path.insert(0, sys.argv[1]);"
        "from conftest import DOCUMENT; from pathlib import Path;"
        "from tapforge.codegen.generate import generate;"
        "Path('schema.json').write_text(json.dumps(DOCUMENT));"
        "generate(Path('schema.json'), 'box_models', version='1.2.3')"
    )
    subprocess.run(
        [sys.executable, "-c", code, HERE.parent / "unit"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    (tmp_path / "use.py").write_text(
        "from typing import assert_type\n"
        "import box_models as box\n"
        "crate = box.Crate('a', name='n', sticker=[box.Crate.Sticker(text='t')], label='l',\n"
        "    list=['a'], str='s', count_=1, count=2, from_='f', meta='m', self_='s', x_2fa='x',\n"
        "    mapping=[box.Crate.Mapping(values={'a': 'b'})], lock=[box.Crate.Lock(any=1)],\n"
        "    drawer={'top': box.Crate.Drawer(depth=1)}, door=box.Crate.Door(),\n"
        "    layout=box.Crate.Layout(rows=1, cells=[box.Crate.Cells()]))\n"
        "assert_type(crate.list, list[str])\n"
        "assert_type(crate.str, str)\n"
        "assert_type(crate[0].drawer['top'].depth, int)\n"
        "assert_type(crate[0].slot[0].filter, set[box.Crate.SlotFilter])\n"
        "box.Crate2_('a', id='x')\n"
    )
    files = [path.relative_to(tmp_path) for path in tmp_path.rglob("*.pyi")]
    assert checker("use.py", *files, folder=tmp_path) == {("use.py", 12)}
