"""Python's folding of Terraform's functions is held against the real Terraform."""

from __future__ import annotations

import math
import os
import runpy
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tapforge.lang.call import call
from tapforge.lang.evaluate import MODULES
from tapforge.lang.expression import Expression, Failure, describe, hcl
from tapforge.lang.value import (
    RefusedError,
    UnfoldedError,
    convert,
    equal,
    is_number,
    type_of,
    unify,
)
from tapforge.local.console import Value, console, evaluate

pytestmark = pytest.mark.terraform

PROVE = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
CALLS_PER_FUNCTION = 500 if PROVE else 80


# --- arguments --------------------------------------------------------------------------------------


def nfc(text: str) -> str:
    """Give text as Terraform keeps it."""
    return unicodedata.normalize("NFC", text)


def some(*values: Any) -> st.SearchStrategy[Any]:
    """One of a few values."""
    return st.sampled_from(values)


def rarely(usual: st.SearchStrategy[Any], other: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The other one time in eight."""
    return st.integers(0, 7).flatmap(lambda n: usual if n else other)


small = st.integers(-3, 12)
integers = st.one_of(small, st.integers(-(10**25), 10**25), st.integers(2**62, 2**65))
dyadic = st.integers(-4000, 4000).map(lambda n: n / 64)
decimals = st.decimals(-1000, 1000, places=3, allow_nan=False).map(float).filter(lambda f: f != 0)
numerals = st.one_of(
    integers.map(str), decimals.map(str), some("", "1e3", "-.5", "5.", " 1", "x", "0x1")
)
numbers = st.one_of(integers, dyadic.filter(bool), decimals)
wordy = st.text("abcA1_-., /\n", max_size=8)
texts = st.one_of(
    wordy,
    st.text('ab\r\n\t"<&>%${}\\\u2028\x7f\x01é日İ🙂👩\u200d\u0301ÿ', max_size=8).map(nfc),
    st.text(max_size=6, alphabet=st.characters(exclude_categories=["Cs", "Cn"])).map(nfc),
)
scalars = st.one_of(wordy, texts, small, numbers, st.booleans(), st.none())
few = some("a", "b", "c", "", 1, 2, "1", True, "true", None)
values = st.recursive(
    rarely(few, scalars),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(some("a", "b", "<k>"), inner, max_size=3)
    ),
    max_leaves=6,
)
sets = st.one_of(st.sets(some("a", "b", "c", "é", "B")), st.sets(st.integers(-2, 3)))
string_lists = st.lists(some("a", "b", "c", "", "é", "a-b"), max_size=5)
lists = st.one_of(
    string_lists,
    st.lists(st.integers(-2, 3), max_size=5),
    st.lists(few, max_size=4),
    st.lists(values, max_size=3),
    sets,
)
maps = st.one_of(
    st.dictionaries(some("a", "b", "c", "B"), few, max_size=4),
    st.dictionaries(some("a", "b", "c", "B"), small, max_size=4),
    st.dictionaries(some("a", "b"), values, max_size=2),
)


def number(usual: st.SearchStrategy[Any] = numbers) -> st.SearchStrategy[Any]:
    """What a parameter of type number may be given."""
    return rarely(usual, st.one_of(numerals, scalars))


def text(usual: st.SearchStrategy[Any] = texts) -> st.SearchStrategy[Any]:
    """What a parameter of type string may be given."""
    return rarely(usual, st.one_of(scalars, lists))


def collection(usual: st.SearchStrategy[Any] = lists) -> st.SearchStrategy[Any]:
    """What a parameter of a collection type may be given."""
    return rarely(usual, st.one_of(lists, maps, scalars))


def several(strategy: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    """What a variadic parameter may be given."""
    return st.lists(strategy, max_size=most).map(tuple)


def with_rest(
    rest: st.SearchStrategy[tuple[Any, ...]], *first: st.SearchStrategy[Any]
) -> st.SearchStrategy[tuple[Any, ...]]:
    """Fixed parameters and a variadic one."""
    return st.tuples(st.tuples(*first), rest).map(lambda both: (*both[0], *both[1]))


octets = st.integers(0, 255).map(str)
ipv4 = st.lists(octets, min_size=4, max_size=4).map(".".join)
ipv6 = st.one_of(
    some("::", "::1", "fd00::", "2001:db8::", "fd00:1:2:3:4:5:6:7", "::ffff:1.2.3.4", "1::2:0:0:3"),
    st.lists(st.integers(0, 0xFFFF).map("{:x}".format), min_size=8, max_size=8).map(":".join),
)
prefixes = st.one_of(
    st.tuples(ipv4, st.integers(0, 32)).map(lambda p: f"{p[0]}/{p[1]}"),
    st.tuples(ipv6, st.integers(0, 128)).map(lambda p: f"{p[0]}/{p[1]}"),
    rarely(
        some("10.0.0.0/8", "192.168.0.0/24", "fd00::/48"),
        some("", "10.0.0.0", "010.0.0.0/08", "1.2.3/8", "1.2.3.4/33", "::1/129", "a::b::c/3", "/8"),
    ),
)
timestamps = rarely(
    st.tuples(
        st.datetimes().map(lambda d: d.isoformat(timespec="seconds")),
        some("", ".5", ".123456789", ".000"),
        some("Z", "+00:00", "-00:00", "+02:00", "-11:30", "+14:45"),
    ).map("".join),
    some("", "2020-01-01", "2020-01-01 00:00:00Z", "2020-02-30T00:00:00Z", "2020-01-01T24:00:00Z")
    | some("2020-01-01T00:00:60Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00"),
)
durations = rarely(
    st.lists(
        st.tuples(
            st.one_of(small.map(abs).map(str), dyadic.map(abs).map(str), some(".5", "1.", "10")),
            some("h", "m", "s", "ms", "us", "µs", "ns"),
        ).map("".join),
        min_size=1,
        max_size=3,
    ).map("".join)
    | some("-1h30m", "+5m", "0", "-0s"),
    some("", "1", "1d", "h", "1h-5m", "-", "1.5.5h", "99999999h", ".s"),
)
DATE_VERBS = (
    *("YYYY", "YY", "MMMM", "MMM", "MM", "M", "DD", "D", "EEEE", "EEE", "hh", "h", "HH", "H"),
    *("AA", "aa", "mm", "m", "ss", "s", "ZZZZZ", "ZZZZ", "ZZZ", "Z"),
)
layouts = st.lists(
    rarely(
        some(*DATE_VERBS)
        | some("-", " ", "/", ":", "é", "1", "'at'", "'it''s'")
        | some("''", "''''", "'''a'", "'a'''"),
        some("Y", "YYY", "x", "'", "ZZ", "A", "EE", "T"),
    ),
    max_size=5,
).flatmap(lambda verbs: some("", " ").map(lambda gap: gap.join(verbs)))
verbs = st.builds(
    "%{}{}{}{}{}".format,
    rarely(some("", "", "-", "0", "+"), some(" ", "#", "-0", "+0", " +")),
    rarely(some("", "", "3", "8"), some("12", "201")),
    rarely(some("", "", ".2"), some(".", ".0", ".9")),
    rarely(some(""), some("[1]", "[2]", "[9]")),
    rarely(some(*"svdqtxfgbeoXEG"), some("z", "%", "")),
)
formats = st.lists(rarely(verbs, some("%%", "é", "-", "%", "text ")), min_size=1, max_size=3).map(
    "".join
)
whole_floats = st.integers(-(10**8), 10**8).map(lambda n: n / 10**4).filter(bool)
formatted = rarely(
    st.one_of(small, numbers, whole_floats, some("a", "5", "é", "0.15", True)), values
)
atoms = some(
    *("a", "b", ".", r"\d", r"\w", r"\s", r"\S", "[a-c]", "[^a]", r"[\w.-]", "[[:alpha:]]"),
    *(r"[^\s]", "(a)", "(b|c)", "(?:ab)", "(?P<n>a)", "é"),
)
quantifiers = rarely(
    some("", "", "*", "+", "?", "{2}", "{1,2}"), some("*?", "{,2}", "+?", "++", "{1001}")
)
patterns = st.one_of(
    st.lists(st.builds("{}{}".format, atoms, quantifiers), max_size=4).map("".join),
    st.builds(
        "{}{}{}".format,
        some("", "^", "(?i)", "(?m)^", r"\b", r"\A"),
        st.lists(atoms, max_size=2).map("".join),
        some("", "$", "|a", r"\b", r"\z", "|"),
    ),
    some(
        "",
        "(",
        "a**",
        "(?=a)",
        r"\q",
        "[z-a]",
        "(a*)*",
        "(|a)*",
        "()",
        "x{3",
        "[]a]",
        r"\x{61}",
        r"\Z",
    )
    | some(r"\pL", "(?U)a+", "a(?i)B", r"\Qa.b\E", "[a-]", r"[\]]", "^*", "(?P<n>a)(b)", "a{2}{3}"),
)
subjects = st.text("aabbccABC.-_ 1\n\v\té", max_size=8)
json_texts = st.one_of(
    values.map(lambda value: call("jsonencode", (value,))),
    some(
        "", " 1 ", "01", "[1,]", "NaN", "1e3", "0.10", "-0", '"\\u0065\\u0301"', '"\\ud800"', "1 2"
    )
    | some('{"a":1,"a":2}', '"a\nb"', "1.0", "[[", "nul", '{"e\\u0301":1}', "1e500", "null"),
)
base64_texts = st.one_of(
    texts.map(lambda value: call("base64encode", (value,))),
    some("w6k", "/w==", "YQ==\n", "Y Q==", "YR==", "ZcyB", "_w==", "=", "YQ=", "YQ===", "YQ==YQ=="),
)
tables = st.lists(
    st.lists(some("a", "b", "c", " d", "", "é", '"x"', "1"), min_size=1, max_size=3).map(",".join),
    max_size=4,
).flatmap(lambda lines: some("\n", "\r\n").map(lambda end: end.join(lines)))
encodings = some("UTF-8", "utf-8", "UTF-16LE", "utf-16be", "UTF-16", "ISO-8859-1", "nothing")
types = some(
    "string",
    "number",
    "bool",
    ["list", "string"],
    ["set", "string"],
    ["set", "number"],
    ["map", "string"],
    ["list", ["list", "string"]],
    ["tuple", ["string", "number"]],
    ["object", {"a": "string"}],
    ["list", ["object", {"a": "number", "b": "string"}]],
)

_one_text = st.tuples(text())
_two_texts = st.tuples(text(wordy), text(wordy))
_one_number = st.tuples(number())
_one_list = st.tuples(collection())
_one_map = st.tuples(collection(maps))
_set_lists = with_rest(several(collection(), 2), collection())

ARGUMENTS: dict[str, st.SearchStrategy[tuple[Any, ...]]] = {
    "abs": _one_number,
    "alltrue": st.tuples(collection(st.lists(some(True, True, "true", False, None), max_size=4))),
    "anytrue": st.tuples(collection(st.lists(some(True, False, "false", None), max_size=4))),
    "base64decode": st.tuples(text(base64_texts)),
    "base64encode": _one_text,
    "base64sha256": _one_text,
    "base64sha512": _one_text,
    "basename": st.tuples(text(st.text("ab./", max_size=8))),
    "ceil": _one_number,
    "chomp": st.tuples(text(st.text("a \r\n", max_size=6))),
    "chunklist": st.tuples(collection(), number(small)),
    "cidrhost": st.tuples(text(prefixes), number(integers)),
    "cidrnetmask": st.tuples(text(prefixes)),
    "cidrsubnet": st.tuples(text(prefixes), number(small), number(st.integers(-1, 300))),
    "cidrsubnets": with_rest(several(number(small), 4), text(prefixes)),
    "coalesce": several(rarely(some("", None, "a", "b"), values)),
    "coalescelist": several(collection(), 3),
    "compact": _one_list,
    "concat": several(collection(), 3),
    "contains": st.tuples(collection(), rarely(few, values)),
    "convert": st.tuples(values, types),
    "csvdecode": st.tuples(text(tables)),
    "dirname": st.tuples(text(st.text("ab./", max_size=8))),
    "distinct": _one_list,
    "element": st.tuples(collection(), number(small)),
    "endswith": _two_texts,
    "flatten": _one_list,
    "floor": _one_number,
    "format": with_rest(several(formatted), text(formats)),
    "formatdate": st.tuples(text(layouts), text(timestamps)),
    "formatlist": with_rest(
        several(st.one_of(st.lists(formatted, max_size=2), formatted), 2), text(formats)
    ),
    # Not any number: Terraform would run out of memory.
    "indent": st.tuples(rarely(small, some("2", "x", None, 1.5, True, "")), text()),
    "index": st.tuples(collection(), rarely(few, values)),
    "join": with_rest(several(collection(string_lists), 2), text(wordy)),
    "jsondecode": st.tuples(text(json_texts)),
    "jsonencode": st.tuples(st.one_of(values, scalars, sets)),
    "keys": _one_map,
    "length": st.tuples(st.one_of(texts, lists, maps, scalars)),
    "log": st.tuples(number(some(1, 2, 8, 10, 1000, 1024, 65536, 3, 0.5)), number(some(2, 10, 3))),
    "lookup": with_rest(
        several(rarely(few, values), 2), collection(maps), text(some("a", "b", "z"))
    ),
    "lower": _one_text,
    "matchkeys": st.integers(0, 3).flatmap(
        lambda n: st.tuples(
            collection(st.lists(few, min_size=n, max_size=n)),
            collection(st.lists(some("a", "b", "1", 1), min_size=n, max_size=n)),
            collection(st.lists(some("a", "1", 1), max_size=2)),
        )
    ),
    "max": several(number()),
    "md5": _one_text,
    "merge": several(collection(st.one_of(maps, st.none()))),
    "min": several(number()),
    "nonsensitive": st.tuples(values),
    "one": st.tuples(collection(st.one_of(st.lists(few, max_size=2), sets))),
    "parseint": st.tuples(
        rarely(st.text("019afFzZ+-_", max_size=5), scalars), number(some(2, 8, 10, 16, 36, 37, 62))
    ),
    "pow": st.tuples(number(small), number(st.integers(1, 20))),
    "range": rarely(
        st.tuples(number(small)) | st.tuples(number(small), number(small)),
        several(number(st.one_of(small, dyadic)), 3),
    ),
    "regex": st.tuples(text(patterns), text(subjects)),
    "regexall": st.tuples(text(patterns), text(subjects)),
    "replace": st.tuples(
        text(subjects),
        text(st.one_of(some("a", "", "b", "/", "ab"), patterns.map("/{}/".format))),
        text(some("", "-", "$0", "${1}x", "$n", "$1y", "$$", "$", "é", "\\n", "$01")),
    ),
    "reverse": _one_list,
    "setintersection": _set_lists,
    "setproduct": several(collection(), 3),
    "setsubtract": st.tuples(collection(), collection()),
    "setunion": _set_lists,
    "sha1": _one_text,
    "sha256": _one_text,
    "sha512": _one_text,
    "signum": _one_number,
    "slice": st.tuples(collection(), number(small), number(small)),
    "sort": st.tuples(collection(string_lists)),
    "split": st.tuples(text(some(",", "", "a", "é", "-", "\n")), text()),
    "startswith": _two_texts,
    "strcontains": _two_texts,
    "strrev": _one_text,
    "substr": st.tuples(text(), number(small), number(small)),
    "sum": st.tuples(collection(st.lists(number(), min_size=1, max_size=4))),
    "textdecodebase64": st.tuples(text(base64_texts), text(encodings)),
    "textencodebase64": st.tuples(text(), text(encodings)),
    "timeadd": st.tuples(text(timestamps), text(durations)),
    "timecmp": st.tuples(text(timestamps), text(timestamps)),
    "title": _one_text,
    "tobool": st.tuples(st.one_of(few, scalars, values)),
    "tolist": _one_list,
    "tomap": _one_map,
    "tonumber": st.tuples(st.one_of(numerals, scalars, values)),
    "toset": _one_list,
    "tostring": st.tuples(st.one_of(numbers, scalars, values)),
    "transpose": st.tuples(
        collection(st.dictionaries(some("a", "b", "c"), rarely(string_lists, values), max_size=3))
    ),
    "trim": st.tuples(text(wordy), text(some("", "a", "ab", "\n", " "))),
    "trimprefix": _two_texts,
    "trimspace": st.tuples(text(st.text("a \t\n\v\x1c\x85\xa0\u2003\u200b", max_size=6))),
    "trimsuffix": _two_texts,
    "upper": _one_text,
    "urlencode": _one_text,
    "uuidv5": st.tuples(
        text(some("dns", "url", "oid", "x500", "DNS", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "")),
        text(),
    ),
    "values": _one_map,
    "zipmap": st.integers(0, 3).flatmap(
        lambda n: st.tuples(
            collection(st.lists(some("a", "b", "c", 1), min_size=n, max_size=n)),
            collection(st.lists(few, min_size=n, max_size=n)),
        )
    ),
}

# Of these most of the drawn calls are such as only Terraform can answer.
SELDOM_FOLDED = frozenset(
    ("csvdecode", "length", "log", "lower", "strrev", "substr", "textdecodebase64")
) | frozenset(("textencodebase64", "upper"))


# --- the comparison ---------------------------------------------------------------------------------


def drawn(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """Draw values, the same in every run unless it is to prove more."""
    found: list[Any] = []

    @settings(max_examples=count, derandomize=not PROVE, database=None, phases=[Phase.generate])
    @given(strategy)
    def draw(value: Any) -> None:
        found.append(value)

    draw()
    return found


def collection_type(value: Any) -> Any:
    """Give the type of a value if lists are lists and dicts maps, instead of tuples and objects."""
    if isinstance(value, Mapping):
        return ["map", unify(map(collection_type, value.values()))]
    if isinstance(value, (list, tuple)):
        return ["list", unify(map(collection_type, value))]
    return type_of(value)


def variants(value: Any) -> list[str]:
    """Write a value in each way in which a Python value may stand in Terraform."""
    written = [hcl(value)]
    if isinstance(value, (list, Mapping)):
        try:
            type_ = collection_type(value)
            # What an empty map in a list of maps is, only its declaration could tell.
            if "any" not in describe(type_[1]) and equal(convert(value, type_), value):
                written.append(f"convert({written[0]}, {describe(type_)})")
        except (RefusedError, UnfoldedError):
            pass
    return written


def questions(function: str, arguments: tuple[Any, ...]) -> list[str]:
    """Write a call with values as they are, and once more with lists and maps for all of them."""
    if function == "convert":
        return [f"convert({v}, {describe(arguments[1])})" for v in variants(arguments[0])]
    written = [variants(argument) for argument in arguments]
    calls = {
        f"{function}({', '.join(choice(ways) for ways in written)})" for choice in (_first, _last)
    }
    if function in ("log", "pow"):
        # Infinity has no JSON, so that Terraform can't answer.
        calls = {f'jsonencode({call}) == "" ? null : {call}' for call in calls}
    return sorted(calls)


def _first(ways: list[str]) -> str:
    return ways[0]


def _last(ways: list[str]) -> str:
    return ways[-1]


def agrees(result: Any, value: Any, type_: Any) -> bool:
    """Tell whether Python's result is Terraform's value."""
    if isinstance(result, (set, frozenset)):
        return (
            type_[0] == "set"
            and all(any(agrees(r, v, type_[1]) for v in value) for r in result)
            and len(result) == len(value)
        )
    if isinstance(result, (list, tuple)):
        if not isinstance(value, list) or len(result) != len(value) or type_[0] == "set":
            return False
        types = type_[1] if type_[0] == "tuple" else [type_[1]] * len(value)
        return all(map(agrees, result, value, types))
    if isinstance(result, Mapping):
        if not isinstance(value, dict) or result.keys() != value.keys():
            return False
        types = type_[1] if type_[0] == "object" else dict.fromkeys(value, type_[1])
        return all(agrees(result[key], value[key], types[key]) for key in value)
    if is_number(result) and is_number(value):
        # The state writes a number through a float.
        whole = result == int(result) and isinstance(value, int)
        return (
            result == value if whole else math.isclose(float(result), float(value), rel_tol=1e-15)
        )
    return type(result) is type(value) and result == value


Outcomes = dict[str, Value]


@pytest.fixture(scope="module")
def calls() -> dict[str, list[tuple[Any, ...]]]:
    """Give the drawn arguments of every function."""
    return {name: drawn(strategy, CALLS_PER_FUNCTION) for name, strategy in ARGUMENTS.items()}


@pytest.fixture(scope="module")
def outcomes(calls: dict[str, list[tuple[Any, ...]]]) -> Outcomes:
    """Ask one Terraform for all of them: a list of the value, or null where it refuses the call."""
    asked = sorted({q for name, drawn in calls.items() for a in drawn for q in questions(name, a)})
    # Thousands of errors, each quoted with its source, would take Terraform minutes.
    templates = ["${try([" + question + "], null)}" for question in asked]
    return dict(zip(asked, evaluate(templates), strict=True))  # type: ignore[arg-type]


def test_every_evaluator_is_compared() -> None:
    """No function is folded that is not held against Terraform."""
    assert set(ARGUMENTS) == set(MODULES)


@pytest.mark.parametrize("function", sorted(ARGUMENTS))
def test_folds_as_terraform(
    function: str, calls: dict[str, list[tuple[Any, ...]]], outcomes: Outcomes
) -> None:
    """What a call folds to is what Terraform makes of it, whatever types the values have there."""
    wrong, folded = [], 0
    for arguments in calls[function]:
        result = call(function, arguments)
        if is_open(result):
            continue
        refused = isinstance(result, Failure)
        folded += 1
        for question in questions(function, arguments):
            outcome = outcomes[question]
            if outcome.value is None:
                if not refused:
                    wrong.append(f"{question}: {result!r}, but Terraform refuses it")
            elif refused:
                wrong.append(f"{question}: {result._reason}, but Terraform: {outcome.value[0]!r}")
            elif not agrees(result, outcome.value[0], outcome.type[1][0]):
                wrong.append(f"{question}: {result!r}, but Terraform: {outcome.value[0]!r}")
    assert not wrong, "\n".join(wrong)
    if function not in SELDOM_FOLDED:
        assert folded > len(calls[function]) / 2, f"only {folded} calls were folded"


def test_table_of_known_calls_is_what_terraform_answers() -> None:
    """What the unit tests expect of Python is what Terraform says."""
    tests = runpy.run_path(str(Path(__file__).parents[1] / "unit" / "lang" / "test_evaluate.py"))
    table = [entry for entry in tests["CALLS"] if entry[2] is not tests["OPEN"]]
    asked = [questions(function, arguments)[0] for function, arguments, _ in table]
    answers = evaluate(["${try([" + question + "], null)}" for question in asked])
    for question, (_, _, expected), answer in zip(asked, table, answers, strict=True):
        assert isinstance(answer, Value)
        if answer.value is None or expected is tests["REFUSED"]:
            assert answer.value is None, question
            assert expected is tests["REFUSED"], question
        else:
            assert agrees(expected, answer.value[0], answer.type[1][0]), question


@pytest.mark.parametrize("base", [2, 10])
def test_logarithms_of_powers_agree(base: int) -> None:
    """Every logarithm that Python folds has the very same digits in Terraform."""
    powers = [base**power for power in range(16)]
    folded = [n for n in (*range(1, 2000), *powers) if not is_open(call("log", (n, base)))]
    (answer,) = console([f"[for n in {hcl(folded)} : log(n, {base})]"])
    assert [call("log", (n, base)) for n in folded] == answer
    assert set(powers) <= set(folded)


def test_case_changes_agree_for_all_latin_letters() -> None:
    """Every single character that Python changes the case of is changed alike."""
    letters = [chr(code) for code in range(1, 0x180)]
    answer = console(
        [f"[for c in {hcl(letters)} : [{name}(c)]]" for name in ("upper", "lower", "title")]
    )
    for name, changed in zip(("upper", "lower", "title"), answer, strict=True):
        for letter, (expected,) in zip(letters, changed, strict=True):
            result = call(name, (letter,))
            assert is_open(result) or result == expected, letter


def test_every_character_that_python_counts_is_counted_alike() -> None:
    """Where Python takes each code point for one character, Terraform does."""
    counted = [
        chr(code)
        for code in range(1, 0xA000)
        if not 0xD800 <= code < 0xE000 and not is_open(call("length", (chr(code),)))
    ]
    text = nfc("".join(counted))
    (length,) = console([f"length({hcl(text)})"])
    assert call("length", (text,)) == length > 20_000


def is_open(result: Any) -> bool:
    """Tell whether a call was left to Terraform."""
    return isinstance(result, Expression) and not isinstance(result, Failure)
