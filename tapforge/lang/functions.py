"""Terraform's functions: on known values they give the value, else the call as an expression.

Written by `tapforge.codegen.functions` from ``terraform metadata functions -json``; do not edit.
"""
# mypy: disable-error-code="no-any-return"
# ruff: noqa: A001, A002

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from tapforge.lang.call import call, can, convert, try_

__all__ = [
    "abs",
    "abspath",
    "alltrue",
    "anytrue",
    "base64decode",
    "base64encode",
    "base64gzip",
    "base64sha256",
    "base64sha512",
    "basename",
    "bcrypt",
    "can",
    "ceil",
    "chomp",
    "chunklist",
    "cidrhost",
    "cidrnetmask",
    "cidrsubnet",
    "cidrsubnets",
    "coalesce",
    "coalescelist",
    "compact",
    "concat",
    "contains",
    "convert",
    "csvdecode",
    "dirname",
    "distinct",
    "element",
    "endswith",
    "ephemeralasnull",
    "file",
    "filebase64",
    "filebase64sha256",
    "filebase64sha512",
    "fileexists",
    "filemd5",
    "fileset",
    "filesha1",
    "filesha256",
    "filesha512",
    "flatten",
    "floor",
    "format",
    "formatdate",
    "formatlist",
    "indent",
    "index",
    "issensitive",
    "join",
    "jsondecode",
    "jsonencode",
    "keys",
    "length",
    "log",
    "lookup",
    "lower",
    "matchkeys",
    "max",
    "md5",
    "merge",
    "min",
    "nonsensitive",
    "one",
    "parseint",
    "pathexpand",
    "plantimestamp",
    "pow",
    "range",
    "regex",
    "regexall",
    "replace",
    "reverse",
    "rsadecrypt",
    "sensitive",
    "setintersection",
    "setproduct",
    "setsubtract",
    "setunion",
    "sha1",
    "sha256",
    "sha512",
    "signum",
    "slice",
    "sort",
    "split",
    "startswith",
    "strcontains",
    "strrev",
    "substr",
    "sum",
    "templatefile",
    "templatestring",
    "textdecodebase64",
    "textencodebase64",
    "timeadd",
    "timecmp",
    "timestamp",
    "title",
    "tobool",
    "tolist",
    "tomap",
    "tonumber",
    "toset",
    "tostring",
    "transpose",
    "trim",
    "trimprefix",
    "trimspace",
    "trimsuffix",
    "try_",
    "upper",
    "urlencode",
    "uuid",
    "uuidv5",
    "values",
    "yamldecode",
    "yamlencode",
    "zipmap",
]

T = TypeVar("T")


def abs(num: float, /) -> float:
    """Call ``abs(num)``.

    https://developer.hashicorp.com/terraform/language/functions/abs
    """
    return call("abs", (num,), "number")


def abspath(path: str, /) -> str:
    """Call ``abspath(path)``.

    https://developer.hashicorp.com/terraform/language/functions/abspath
    """
    return call("abspath", (path,), "string")


def alltrue(list: Sequence[bool], /) -> bool:
    """Call ``alltrue(list)``.

    https://developer.hashicorp.com/terraform/language/functions/alltrue
    """
    return call("alltrue", (list,), "bool")


def anytrue(list: Sequence[bool], /) -> bool:
    """Call ``anytrue(list)``.

    https://developer.hashicorp.com/terraform/language/functions/anytrue
    """
    return call("anytrue", (list,), "bool")


def base64decode(str: str, /) -> str:
    """Call ``base64decode(str)``.

    https://developer.hashicorp.com/terraform/language/functions/base64decode
    """
    return call("base64decode", (str,), "string")


def base64encode(str: str, /) -> str:
    """Call ``base64encode(str)``.

    https://developer.hashicorp.com/terraform/language/functions/base64encode
    """
    return call("base64encode", (str,), "string")


def base64gzip(str: str, /) -> str:
    """Call ``base64gzip(str)``.

    https://developer.hashicorp.com/terraform/language/functions/base64gzip
    """
    return call("base64gzip", (str,), "string")


def base64sha256(str: str, /) -> str:
    """Call ``base64sha256(str)``.

    https://developer.hashicorp.com/terraform/language/functions/base64sha256
    """
    return call("base64sha256", (str,), "string")


def base64sha512(str: str, /) -> str:
    """Call ``base64sha512(str)``.

    https://developer.hashicorp.com/terraform/language/functions/base64sha512
    """
    return call("base64sha512", (str,), "string")


def basename(path: str, /) -> str:
    """Call ``basename(path)``.

    https://developer.hashicorp.com/terraform/language/functions/basename
    """
    return call("basename", (path,), "string")


def bcrypt(str: str, /, *cost: float) -> str:
    """Call ``bcrypt(str, cost...)``.

    https://developer.hashicorp.com/terraform/language/functions/bcrypt
    """
    return call("bcrypt", (str, *cost), "string")


def ceil(num: float, /) -> int:
    """Call ``ceil(num)``.

    https://developer.hashicorp.com/terraform/language/functions/ceil
    """
    return call("ceil", (num,), "number")


def chomp(str: str, /) -> str:
    """Call ``chomp(str)``.

    https://developer.hashicorp.com/terraform/language/functions/chomp
    """
    return call("chomp", (str,), "string")


def chunklist(list: Sequence[T], size: float, /) -> list[list[T]]:
    """Call ``chunklist(list, size)``.

    https://developer.hashicorp.com/terraform/language/functions/chunklist
    """
    return call("chunklist", (list, size), ["list", ["list", "dynamic"]])


def cidrhost(prefix: str, hostnum: float, /) -> str:
    """Call ``cidrhost(prefix, hostnum)``.

    https://developer.hashicorp.com/terraform/language/functions/cidrhost
    """
    return call("cidrhost", (prefix, hostnum), "string")


def cidrnetmask(prefix: str, /) -> str:
    """Call ``cidrnetmask(prefix)``.

    https://developer.hashicorp.com/terraform/language/functions/cidrnetmask
    """
    return call("cidrnetmask", (prefix,), "string")


def cidrsubnet(prefix: str, newbits: float, netnum: float, /) -> str:
    """Call ``cidrsubnet(prefix, newbits, netnum)``.

    https://developer.hashicorp.com/terraform/language/functions/cidrsubnet
    """
    return call("cidrsubnet", (prefix, newbits, netnum), "string")


def cidrsubnets(prefix: str, /, *newbits: float) -> list[str]:
    """Call ``cidrsubnets(prefix, newbits...)``.

    https://developer.hashicorp.com/terraform/language/functions/cidrsubnets
    """
    return call("cidrsubnets", (prefix, *newbits), ["list", "string"])


def coalesce(*vals: T | None) -> T:
    """Call ``coalesce(vals...)``.

    https://developer.hashicorp.com/terraform/language/functions/coalesce
    """
    return call("coalesce", vals)


def coalescelist(*vals: Sequence[T]) -> list[T]:
    """Call ``coalescelist(vals...)``.

    https://developer.hashicorp.com/terraform/language/functions/coalescelist
    """
    return call("coalescelist", vals)


def compact(list: Sequence[str], /) -> list[str]:
    """Call ``compact(list)``.

    https://developer.hashicorp.com/terraform/language/functions/compact
    """
    return call("compact", (list,), ["list", "string"])


def concat(*seqs: Sequence[T]) -> list[T]:
    """Call ``concat(seqs...)``.

    https://developer.hashicorp.com/terraform/language/functions/concat
    """
    return call("concat", seqs)


def contains(list: Iterable[Any], value: Any, /) -> bool:
    """Call ``contains(list, value)``.

    https://developer.hashicorp.com/terraform/language/functions/contains
    """
    return call("contains", (list, value), "bool")


def csvdecode(str: str, /) -> list[dict[str, str]]:
    """Call ``csvdecode(str)``.

    https://developer.hashicorp.com/terraform/language/functions/csvdecode
    """
    return call("csvdecode", (str,), ["list", "dynamic"])


def dirname(path: str, /) -> str:
    """Call ``dirname(path)``.

    https://developer.hashicorp.com/terraform/language/functions/dirname
    """
    return call("dirname", (path,), "string")


def distinct(list: Sequence[T], /) -> list[T]:
    """Call ``distinct(list)``.

    https://developer.hashicorp.com/terraform/language/functions/distinct
    """
    return call("distinct", (list,), ["list", "dynamic"])


def element(list: Sequence[T], index: float, /) -> T:
    """Call ``element(list, index)``.

    https://developer.hashicorp.com/terraform/language/functions/element
    """
    return call("element", (list, index))


def endswith(str: str, suffix: str, /) -> bool:
    """Call ``endswith(str, suffix)``.

    https://developer.hashicorp.com/terraform/language/functions/endswith
    """
    return call("endswith", (str, suffix), "bool")


def ephemeralasnull(value: T, /) -> T | None:
    """Call ``ephemeralasnull(value)``.

    https://developer.hashicorp.com/terraform/language/functions/ephemeralasnull
    """
    return call("ephemeralasnull", (value,))


def file(path: str, /) -> str:
    """Call ``file(path)``.

    https://developer.hashicorp.com/terraform/language/functions/file
    """
    return call("file", (path,), "string")


def filebase64(path: str, /) -> str:
    """Call ``filebase64(path)``.

    https://developer.hashicorp.com/terraform/language/functions/filebase64
    """
    return call("filebase64", (path,), "string")


def filebase64sha256(path: str, /) -> str:
    """Call ``filebase64sha256(path)``.

    https://developer.hashicorp.com/terraform/language/functions/filebase64sha256
    """
    return call("filebase64sha256", (path,), "string")


def filebase64sha512(path: str, /) -> str:
    """Call ``filebase64sha512(path)``.

    https://developer.hashicorp.com/terraform/language/functions/filebase64sha512
    """
    return call("filebase64sha512", (path,), "string")


def fileexists(path: str, /) -> bool:
    """Call ``fileexists(path)``.

    https://developer.hashicorp.com/terraform/language/functions/fileexists
    """
    return call("fileexists", (path,), "bool")


def filemd5(path: str, /) -> str:
    """Call ``filemd5(path)``.

    https://developer.hashicorp.com/terraform/language/functions/filemd5
    """
    return call("filemd5", (path,), "string")


def fileset(path: str, pattern: str, /) -> set[str]:
    """Call ``fileset(path, pattern)``.

    https://developer.hashicorp.com/terraform/language/functions/fileset
    """
    return call("fileset", (path, pattern), ["set", "string"])


def filesha1(path: str, /) -> str:
    """Call ``filesha1(path)``.

    https://developer.hashicorp.com/terraform/language/functions/filesha1
    """
    return call("filesha1", (path,), "string")


def filesha256(path: str, /) -> str:
    """Call ``filesha256(path)``.

    https://developer.hashicorp.com/terraform/language/functions/filesha256
    """
    return call("filesha256", (path,), "string")


def filesha512(path: str, /) -> str:
    """Call ``filesha512(path)``.

    https://developer.hashicorp.com/terraform/language/functions/filesha512
    """
    return call("filesha512", (path,), "string")


def flatten(list: Iterable[Any], /) -> list[Any]:
    """Call ``flatten(list)``.

    https://developer.hashicorp.com/terraform/language/functions/flatten
    """
    return call("flatten", (list,))


def floor(num: float, /) -> int:
    """Call ``floor(num)``.

    https://developer.hashicorp.com/terraform/language/functions/floor
    """
    return call("floor", (num,), "number")


def format(format: str, /, *args: Any) -> str:
    """Call ``format(format, args...)``.

    https://developer.hashicorp.com/terraform/language/functions/format
    """
    return call("format", (format, *args), "string")


def formatdate(format: str, time: str, /) -> str:
    """Call ``formatdate(format, time)``.

    https://developer.hashicorp.com/terraform/language/functions/formatdate
    """
    return call("formatdate", (format, time), "string")


def formatlist(format: str, /, *args: Any) -> list[str]:
    """Call ``formatlist(format, args...)``.

    https://developer.hashicorp.com/terraform/language/functions/formatlist
    """
    return call("formatlist", (format, *args), ["list", "string"])


def indent(spaces: float, str: str, /) -> str:
    """Call ``indent(spaces, str)``.

    https://developer.hashicorp.com/terraform/language/functions/indent
    """
    return call("indent", (spaces, str), "string")


def index(list: Sequence[Any], value: Any, /) -> int:
    """Call ``index(list, value)``.

    https://developer.hashicorp.com/terraform/language/functions/index
    """
    return call("index", (list, value), "number")


def issensitive(value: Any, /) -> bool:
    """Call ``issensitive(value)``.

    https://developer.hashicorp.com/terraform/language/functions/issensitive
    """
    return call("issensitive", (value,), "bool")


def join(separator: str, /, *lists: Sequence[str]) -> str:
    """Call ``join(separator, lists...)``.

    https://developer.hashicorp.com/terraform/language/functions/join
    """
    return call("join", (separator, *lists), "string")


def jsondecode(str: str, /) -> Any:
    """Call ``jsondecode(str)``.

    https://developer.hashicorp.com/terraform/language/functions/jsondecode
    """
    return call("jsondecode", (str,))


def jsonencode(val: Any, /) -> str:
    """Call ``jsonencode(val)``.

    https://developer.hashicorp.com/terraform/language/functions/jsonencode
    """
    return call("jsonencode", (val,), "string")


def keys(input_map: Mapping[str, Any], /) -> list[str]:
    """Call ``keys(input_map)``.

    https://developer.hashicorp.com/terraform/language/functions/keys
    """
    return call("keys", (input_map,), ["list", "string"])


def length(value: str | Collection[Any], /) -> int:
    """Call ``length(value)``.

    https://developer.hashicorp.com/terraform/language/functions/length
    """
    return call("length", (value,), "number")


def log(num: float, base: float, /) -> float:
    """Call ``log(num, base)``.

    https://developer.hashicorp.com/terraform/language/functions/log
    """
    return call("log", (num, base), "number")


def lookup(input_map: Mapping[str, T], key: str, /, *default: T) -> T:
    """Call ``lookup(input_map, key, default...)``.

    https://developer.hashicorp.com/terraform/language/functions/lookup
    """
    return call("lookup", (input_map, key, *default))


def lower(str: str, /) -> str:
    """Call ``lower(str)``.

    https://developer.hashicorp.com/terraform/language/functions/lower
    """
    return call("lower", (str,), "string")


def matchkeys(values: Sequence[T], keys: Sequence[Any], searchset: Sequence[Any], /) -> list[T]:
    """Call ``matchkeys(values, keys, searchset)``.

    https://developer.hashicorp.com/terraform/language/functions/matchkeys
    """
    return call("matchkeys", (values, keys, searchset), ["list", "dynamic"])


def max(*numbers: float) -> float:
    """Call ``max(numbers...)``.

    https://developer.hashicorp.com/terraform/language/functions/max
    """
    return call("max", numbers, "number")


def md5(str: str, /) -> str:
    """Call ``md5(str)``.

    https://developer.hashicorp.com/terraform/language/functions/md5
    """
    return call("md5", (str,), "string")


def merge(*maps: Mapping[str, T] | None) -> dict[str, T]:
    """Call ``merge(maps...)``.

    https://developer.hashicorp.com/terraform/language/functions/merge
    """
    return call("merge", maps)


def min(*numbers: float) -> float:
    """Call ``min(numbers...)``.

    https://developer.hashicorp.com/terraform/language/functions/min
    """
    return call("min", numbers, "number")


def nonsensitive(value: T, /) -> T:
    """Call ``nonsensitive(value)``.

    https://developer.hashicorp.com/terraform/language/functions/nonsensitive
    """
    return call("nonsensitive", (value,))


def one(list: Collection[T], /) -> T | None:
    """Call ``one(list)``.

    https://developer.hashicorp.com/terraform/language/functions/one
    """
    return call("one", (list,))


def parseint(number: str, base: float, /) -> int:
    """Call ``parseint(number, base)``.

    https://developer.hashicorp.com/terraform/language/functions/parseint
    """
    return call("parseint", (number, base), "number")


def pathexpand(path: str, /) -> str:
    """Call ``pathexpand(path)``.

    https://developer.hashicorp.com/terraform/language/functions/pathexpand
    """
    return call("pathexpand", (path,), "string")


def plantimestamp() -> str:
    """Call ``plantimestamp()``.

    https://developer.hashicorp.com/terraform/language/functions/plantimestamp
    """
    return call("plantimestamp", (), "string")


def pow(num: float, power: float, /) -> float:
    """Call ``pow(num, power)``.

    https://developer.hashicorp.com/terraform/language/functions/pow
    """
    return call("pow", (num, power), "number")


def range(*params: float) -> list[float]:
    """Call ``range(params...)``.

    https://developer.hashicorp.com/terraform/language/functions/range
    """
    return call("range", params, ["list", "number"])


def regex(pattern: str, string: str, /) -> Any:
    """Call ``regex(pattern, string)``.

    https://developer.hashicorp.com/terraform/language/functions/regex
    """
    return call("regex", (pattern, string))


def regexall(pattern: str, string: str, /) -> list[Any]:
    """Call ``regexall(pattern, string)``.

    https://developer.hashicorp.com/terraform/language/functions/regexall
    """
    return call("regexall", (pattern, string), ["list", "dynamic"])


def replace(str: str, substr: str, replace: str, /) -> str:
    """Call ``replace(str, substr, replace)``.

    https://developer.hashicorp.com/terraform/language/functions/replace
    """
    return call("replace", (str, substr, replace), "string")


def reverse(list: Iterable[T], /) -> list[T]:
    """Call ``reverse(list)``.

    https://developer.hashicorp.com/terraform/language/functions/reverse
    """
    return call("reverse", (list,))


def rsadecrypt(ciphertext: str, privatekey: str, /) -> str:
    """Call ``rsadecrypt(ciphertext, privatekey)``.

    https://developer.hashicorp.com/terraform/language/functions/rsadecrypt
    """
    return call("rsadecrypt", (ciphertext, privatekey), "string")


def sensitive(value: T, /) -> T:
    """Call ``sensitive(value)``.

    https://developer.hashicorp.com/terraform/language/functions/sensitive
    """
    return call("sensitive", (value,))


def setintersection(first_set: Iterable[T], /, *other_sets: Iterable[T]) -> set[T]:
    """Call ``setintersection(first_set, other_sets...)``.

    https://developer.hashicorp.com/terraform/language/functions/setintersection
    """
    return call("setintersection", (first_set, *other_sets), ["set", "dynamic"])


def setproduct(*sets: Iterable[T]) -> list[list[T]]:
    """Call ``setproduct(sets...)``.

    https://developer.hashicorp.com/terraform/language/functions/setproduct
    """
    return call("setproduct", sets)


def setsubtract(a: Iterable[T], b: Iterable[T], /) -> set[T]:
    """Call ``setsubtract(a, b)``.

    https://developer.hashicorp.com/terraform/language/functions/setsubtract
    """
    return call("setsubtract", (a, b), ["set", "dynamic"])


def setunion(first_set: Iterable[T], /, *other_sets: Iterable[T]) -> set[T]:
    """Call ``setunion(first_set, other_sets...)``.

    https://developer.hashicorp.com/terraform/language/functions/setunion
    """
    return call("setunion", (first_set, *other_sets), ["set", "dynamic"])


def sha1(str: str, /) -> str:
    """Call ``sha1(str)``.

    https://developer.hashicorp.com/terraform/language/functions/sha1
    """
    return call("sha1", (str,), "string")


def sha256(str: str, /) -> str:
    """Call ``sha256(str)``.

    https://developer.hashicorp.com/terraform/language/functions/sha256
    """
    return call("sha256", (str,), "string")


def sha512(str: str, /) -> str:
    """Call ``sha512(str)``.

    https://developer.hashicorp.com/terraform/language/functions/sha512
    """
    return call("sha512", (str,), "string")


def signum(num: float, /) -> int:
    """Call ``signum(num)``.

    https://developer.hashicorp.com/terraform/language/functions/signum
    """
    return call("signum", (num,), "number")


def slice(list: Sequence[T], start_index: float, end_index: float, /) -> list[T]:
    """Call ``slice(list, start_index, end_index)``.

    https://developer.hashicorp.com/terraform/language/functions/slice
    """
    return call("slice", (list, start_index, end_index))


def sort(list: Sequence[str], /) -> list[str]:
    """Call ``sort(list)``.

    https://developer.hashicorp.com/terraform/language/functions/sort
    """
    return call("sort", (list,), ["list", "string"])


def split(separator: str, str: str, /) -> list[str]:
    """Call ``split(separator, str)``.

    https://developer.hashicorp.com/terraform/language/functions/split
    """
    return call("split", (separator, str), ["list", "string"])


def startswith(str: str, prefix: str, /) -> bool:
    """Call ``startswith(str, prefix)``.

    https://developer.hashicorp.com/terraform/language/functions/startswith
    """
    return call("startswith", (str, prefix), "bool")


def strcontains(str: str, substr: str, /) -> bool:
    """Call ``strcontains(str, substr)``.

    https://developer.hashicorp.com/terraform/language/functions/strcontains
    """
    return call("strcontains", (str, substr), "bool")


def strrev(str: str, /) -> str:
    """Call ``strrev(str)``.

    https://developer.hashicorp.com/terraform/language/functions/strrev
    """
    return call("strrev", (str,), "string")


def substr(str: str, offset: float, length: float, /) -> str:
    """Call ``substr(str, offset, length)``.

    https://developer.hashicorp.com/terraform/language/functions/substr
    """
    return call("substr", (str, offset, length), "string")


def sum(list: Iterable[float], /) -> float:
    """Call ``sum(list)``.

    https://developer.hashicorp.com/terraform/language/functions/sum
    """
    return call("sum", (list,), "number")


def templatefile(path: str, vars: Mapping[str, Any], /) -> Any:
    """Call ``templatefile(path, vars)``.

    https://developer.hashicorp.com/terraform/language/functions/templatefile
    """
    return call("templatefile", (path, vars))


def templatestring(template: str, vars: Mapping[str, Any], /) -> str:
    """Call ``templatestring(template, vars)``.

    https://developer.hashicorp.com/terraform/language/functions/templatestring
    """
    return call("templatestring", (template, vars), "string")


def textdecodebase64(source: str, encoding: str, /) -> str:
    """Call ``textdecodebase64(source, encoding)``.

    https://developer.hashicorp.com/terraform/language/functions/textdecodebase64
    """
    return call("textdecodebase64", (source, encoding), "string")


def textencodebase64(string: str, encoding: str, /) -> str:
    """Call ``textencodebase64(string, encoding)``.

    https://developer.hashicorp.com/terraform/language/functions/textencodebase64
    """
    return call("textencodebase64", (string, encoding), "string")


def timeadd(timestamp: str, duration: str, /) -> str:
    """Call ``timeadd(timestamp, duration)``.

    https://developer.hashicorp.com/terraform/language/functions/timeadd
    """
    return call("timeadd", (timestamp, duration), "string")


def timecmp(timestamp_a: str, timestamp_b: str, /) -> int:
    """Call ``timecmp(timestamp_a, timestamp_b)``.

    https://developer.hashicorp.com/terraform/language/functions/timecmp
    """
    return call("timecmp", (timestamp_a, timestamp_b), "number")


def timestamp() -> str:
    """Call ``timestamp()``.

    https://developer.hashicorp.com/terraform/language/functions/timestamp
    """
    return call("timestamp", (), "string")


def title(str: str, /) -> str:
    """Call ``title(str)``.

    https://developer.hashicorp.com/terraform/language/functions/title
    """
    return call("title", (str,), "string")


def tobool(v: Any, /) -> bool:
    """Call ``tobool(v)``.

    https://developer.hashicorp.com/terraform/language/functions/tobool
    """
    return call("tobool", (v,), "bool")


def tolist(v: Iterable[T], /) -> list[T]:
    """Call ``tolist(v)``.

    https://developer.hashicorp.com/terraform/language/functions/tolist
    """
    return call("tolist", (v,), ["list", "dynamic"])


def tomap(v: Mapping[str, T], /) -> dict[str, T]:
    """Call ``tomap(v)``.

    https://developer.hashicorp.com/terraform/language/functions/tomap
    """
    return call("tomap", (v,), ["map", "dynamic"])


def tonumber(v: Any, /) -> float:
    """Call ``tonumber(v)``.

    https://developer.hashicorp.com/terraform/language/functions/tonumber
    """
    return call("tonumber", (v,), "number")


def toset(v: Iterable[T], /) -> set[T]:
    """Call ``toset(v)``.

    https://developer.hashicorp.com/terraform/language/functions/toset
    """
    return call("toset", (v,), ["set", "dynamic"])


def tostring(v: Any, /) -> str:
    """Call ``tostring(v)``.

    https://developer.hashicorp.com/terraform/language/functions/tostring
    """
    return call("tostring", (v,), "string")


def transpose(values: Mapping[str, Sequence[str]], /) -> dict[str, list[str]]:
    """Call ``transpose(values)``.

    https://developer.hashicorp.com/terraform/language/functions/transpose
    """
    return call("transpose", (values,), ["map", ["list", "string"]])


def trim(str: str, cutset: str, /) -> str:
    """Call ``trim(str, cutset)``.

    https://developer.hashicorp.com/terraform/language/functions/trim
    """
    return call("trim", (str, cutset), "string")


def trimprefix(str: str, prefix: str, /) -> str:
    """Call ``trimprefix(str, prefix)``.

    https://developer.hashicorp.com/terraform/language/functions/trimprefix
    """
    return call("trimprefix", (str, prefix), "string")


def trimspace(str: str, /) -> str:
    """Call ``trimspace(str)``.

    https://developer.hashicorp.com/terraform/language/functions/trimspace
    """
    return call("trimspace", (str,), "string")


def trimsuffix(str: str, suffix: str, /) -> str:
    """Call ``trimsuffix(str, suffix)``.

    https://developer.hashicorp.com/terraform/language/functions/trimsuffix
    """
    return call("trimsuffix", (str, suffix), "string")


def upper(str: str, /) -> str:
    """Call ``upper(str)``.

    https://developer.hashicorp.com/terraform/language/functions/upper
    """
    return call("upper", (str,), "string")


def urlencode(str: str, /) -> str:
    """Call ``urlencode(str)``.

    https://developer.hashicorp.com/terraform/language/functions/urlencode
    """
    return call("urlencode", (str,), "string")


def uuid() -> str:
    """Call ``uuid()``.

    https://developer.hashicorp.com/terraform/language/functions/uuid
    """
    return call("uuid", (), "string")


def uuidv5(namespace: str, name: str, /) -> str:
    """Call ``uuidv5(namespace, name)``.

    https://developer.hashicorp.com/terraform/language/functions/uuidv5
    """
    return call("uuidv5", (namespace, name), "string")


def values(mapping: Mapping[str, T], /) -> list[T]:
    """Call ``values(mapping)``.

    https://developer.hashicorp.com/terraform/language/functions/values
    """
    return call("values", (mapping,))


def yamldecode(src: str, /) -> Any:
    """Call ``yamldecode(src)``.

    https://developer.hashicorp.com/terraform/language/functions/yamldecode
    """
    return call("yamldecode", (src,))


def yamlencode(value: Any, /) -> str:
    """Call ``yamlencode(value)``.

    https://developer.hashicorp.com/terraform/language/functions/yamlencode
    """
    return call("yamlencode", (value,), "string")


def zipmap(keys: Sequence[str], values: Sequence[T], /) -> dict[str, T]:
    """Call ``zipmap(keys, values)``.

    https://developer.hashicorp.com/terraform/language/functions/zipmap
    """
    return call("zipmap", (keys, values))
