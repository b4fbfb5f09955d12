"""Every data file has the shape that its module reads, so that a malformed edit fails here."""

import json
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from jsonschema import Draft202012Validator

import tapforge.facts
from tapforge.facts import (
    _data,
    dms,
    endpoints,
    iam,
    instance_classes,
    limits,
    metrics,
    parameters,
    ports,
    postgres,
    regions,
    runtimes,
)

TEXT = {"type": "string", "minLength": 1}
TEXTS = {"type": "array", "items": TEXT, "uniqueItems": True}
COUNT = {"type": "integer", "minimum": 0}
NUMBER = {"type": "number"}
TRUE = {"const": True}
DAY = {"type": "string", "pattern": "^20[0-9]{2}-[01][0-9]-[0-3][0-9]$"}
FORM = {"type": ["boolean", "integer", "string", "null"]}
ENGINE = {"enum": ["aurora-postgresql", "postgres"]}
MEMBERSHIP = {"enum": ["absent", "both", "cluster", "instance", "undocumented"]}
TYPE = {"enum": ["bool", "enum", "integer", "list", "real", "string"]}


def record(required: dict, optional: dict | None = None) -> dict:
    """Return the schema of an object with exactly these keys."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def table(row: dict) -> dict:
    """Return the schema of a map of records."""
    return {"type": "object", "additionalProperties": row, "minProperties": 1}


VALUES = {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True}
CLAUSES = {
    "type": "array",
    "minItems": 1,
    "items": {"type": "array", "prefixItems": [TEXT, TEXT], "minItems": 2, "maxItems": 2},
}
CONCERN = {
    "enum": [
        *("backups", "contents", "interfaces", "lifecycle", "lock", "protection", "residue"),
        *("snapshot", "window"),
    ]
}
DESTROY_FORM = {"concern": CONCERN, "destroyable": FORM, "protected": FORM, "effect": TEXT}
DESTROY_EXTRA = {
    "forbidden": TRUE,
    "required_when_protected": TRUE,
    "allowed": TEXT,
    "needs": TEXT,
    "only_with": TEXTS,
}
RUNTIME = record(
    {"deprecated": DAY}, {"creation_blocked": DAY, "update_blocked": DAY, "successor": TEXT}
)
SUCCESSOR = record({"successor": TEXT, "since": TEXT})
SCHEMAS = {
    "deprecations": record(
        {"source": TEXT, "resources": table(SUCCESSOR), "arguments": table(SUCCESSOR)}
    ),
    "destroy_arguments": record(
        {
            "source": TEXT,
            "forms": table(record(DESTROY_FORM, {**DESTROY_EXTRA, "default": FORM})),
            "resources": table(TEXTS),
        }
    ),
    "destroy_rules": record(
        {
            "source": TEXT,
            "rules": {
                "type": "array",
                "items": record(
                    {
                        "resource": {"type": "string", "pattern": r"^(\*|aws_[a-z0-9_]+)$"},
                        "argument": {"type": ["string", "null"]},
                        "default": FORM,
                        **DESTROY_FORM,
                    },
                    DESTROY_EXTRA,
                ),
            },
        }
    ),
    "dms_classes": record(
        {"source": TEXT, "classes": table(record({"vcpu": COUNT, "memory_mib": COUNT}))}
    ),
    "dms_endpoints": record(
        {
            "source": TEXT,
            "engines": table(
                record(
                    {"types": {"type": "array", "items": {"enum": ["source", "target"]}}},
                    {"database": TRUE, "tls": TRUE, "rds": TEXTS},
                )
            ),
        }
    ),
    "singletons": record({"source": TEXT, "types": table(TEXT)}),
    "dns": record({"source": TEXT, "private_domains": TEXTS}),
    "event_patterns": record(
        {
            "source": TEXT,
            "fields": TEXTS,
            "filters": TEXTS,
            "details": table(TEXTS),
        }
    ),
    "dms_settings": record(
        {
            "source": TEXT,
            "groups": table(
                {
                    "type": ["object", "null"],
                    "additionalProperties": {
                        "anyOf": [
                            {"type": "null"},
                            TEXTS,
                            record({"min": {"type": "integer"}}, {"max": COUNT}),
                        ]
                    },
                }
            ),
            "refused": table(TEXTS),
            "mapping_types": TEXTS,
            "selection_actions": TEXTS,
            "versions": table(record({"creation_blocked": DAY, "deprecated": DAY})),
            "oldest_version": TEXT,
        }
    ),
    "engine_versions": record(
        {
            "source": TEXT,
            "as_of": DAY,
            "pausing": record({"source": TEXT, "first": table(TEXT)}),
            "majors": table(
                record(
                    {
                        "family": TEXT,
                        "release": DAY,
                        "end_of_standard_support": DAY,
                        "community_end_of_life": DAY,
                        "creatable": {**TEXTS, "minItems": 1},
                        "deprecated": TEXTS,
                    }
                )
            ),
        }
    ),
    "iam": record(
        {
            "source": TEXT,
            "services": table(record({"source": TEXT}, {"trust": TRUE, "resource": TRUE})),
            "shared_issuers": table(TEXT),
            "topic_writers": table(record({"principal": TEXT, "arguments": TEXTS})),
            "narrowable_actions": table({**TEXTS, "minItems": 1}),
        }
    ),
    "instance_class_regions": record(
        {
            "source": TEXT,
            "absent": table(record({"aurora-postgresql": TEXTS, "postgres": TEXTS})),
        }
    ),
    "instance_classes": record(
        {
            "source": TEXT,
            "version_limits": {
                "type": "array",
                "items": {
                    "oneOf": [
                        record({"engine": ENGINE, "versions": TEXTS, "without_families": TEXTS}),
                        record({"engine": ENGINE, "versions": TEXTS, "only": TEXTS}),
                    ]
                },
            },
            "classes": table(
                record(
                    {
                        "vcpu": {"type": ["integer", "null"]},
                        "memory_mib": {"type": ["integer", "null"]},
                        "architecture": {"enum": ["arm64", "x86_64", None]},
                        "engines": {"type": "array", "items": ENGINE, "uniqueItems": True},
                    },
                    {
                        "multi_az_cluster": TRUE,
                        "burstable": TRUE,
                        "aurora_max_connections": COUNT,
                        "aurora_temp_storage_gib": NUMBER,
                    },
                )
            ),
        }
    ),
    "limits": record(
        {
            "source": TEXT,
            "limits": table(
                record(
                    {"what": TEXT, "source": TEXT},
                    {
                        "unit": TEXT,
                        "values": {"type": "array", "minItems": 2, "uniqueItems": True},
                        "min": NUMBER,
                        "max": NUMBER,
                        "step": NUMBER,
                    },
                )
            ),
            "strings": table(record({"what": TEXT, "value": TEXT, "source": TEXT})),
        }
    ),
    "metrics": record(
        {
            "source": TEXT,
            "namespaces": table(
                record(
                    {
                        "source": TEXT,
                        "dimensions": TEXTS,
                        "metrics": table(
                            record(
                                {"unit": {"enum": list(limits.get("alarm_unit").values)}},
                                {
                                    "level": {"enum": list(get_args(metrics.Level))},
                                    "engines": {"type": "array", "items": ENGINE},
                                    "of": {"const": "replica"},
                                    "needs": {"enum": list(get_args(metrics.Need))},
                                    "every": {"const": 300},
                                    "min": {"const": -1},
                                    "max": NUMBER,
                                    "worse": {"enum": ["high", "low"]},
                                },
                            )
                        ),
                    }
                )
            ),
        }
    ),
    "name_rules": record(
        {
            "source": TEXT,
            "rules": table(
                record(
                    {
                        "what": TEXT,
                        "expected": TEXT,
                        "min": COUNT,
                        "max": {"type": "integer", "minimum": 1},
                        "pattern": {"type": "string", "pattern": r"^\^.*\$$"},
                        "source": TEXT,
                    },
                    {
                        "forbidden": CLAUSES,
                        "discouraged": CLAUSES,
                        "reserved": {"type": "array", "items": {"pattern": "^[a-z0-9_]+$"}},
                        "sql_identifier": TRUE,
                        "secret": TRUE,
                        "also": {"type": "string", "pattern": r"^\^.*\$$"},
                        "also_max": {"type": "integer", "minimum": 1},
                        "scope": {"enum": ["account", "partition", "region"]},
                        "within": {**TEXTS, "minItems": 1},
                        "folded": TRUE,
                        "kept_lower": TRUE,
                        "suffixed": {"const": False},
                        "unique": TEXT,
                        "note": TEXT,
                        "arguments": {
                            "type": "array",
                            "items": {"pattern": "^aws_[a-z0-9_]+[.][a-z0-9_.]+$"},
                        },
                    },
                )
            ),
            "account_wide": {
                "type": "array",
                "items": record({"argument": TEXT, "name": TEXT, "what": TEXT, "source": TEXT}),
            },
            "environment_words": {**TEXTS, "items": {"pattern": "^[a-z]+$"}},
        }
    ),
    "parameters": record(
        {
            "source": TEXT,
            "sources": table(TEXT),
            "libraries": table(TEXT),
            "memory": TEXTS,
            "of_clusters": table(TEXT),
            "parameters": table(
                record(
                    {
                        "type": TYPE,
                        "aurora": MEMBERSHIP,
                        "rds": {"enum": ["absent", "instance", "undocumented"]},
                        "source": TEXT,
                    },
                    {
                        "unit": {"enum": ["8kB", "B", "MB", "kB", "min", "ms", "s"]},
                        "min": NUMBER,
                        "max": NUMBER,
                        "values": VALUES,
                        "static": TRUE,
                        "majors": {"type": "array", "items": COUNT, "minItems": 2, "maxItems": 2},
                        "from": {
                            "type": "object",
                            "propertyNames": {"pattern": "^1[4-8]$"},
                            "additionalProperties": record(
                                {},
                                {
                                    "type": TYPE,
                                    "min": NUMBER,
                                    "max": NUMBER,
                                    "values": VALUES,
                                    "static": {"type": "boolean"},
                                },
                            ),
                        },
                        "on_aurora": record(
                            {},
                            {
                                "type": TYPE,
                                "min": NUMBER,
                                "max": NUMBER,
                                "values": {"anyOf": [VALUES, {"const": None}]},
                            },
                        ),
                        "fixed": {"type": "array", "items": ENGINE, "minItems": 1},
                        "default": {
                            "type": "object",
                            "propertyNames": ENGINE,
                            "additionalProperties": {
                                "type": "object",
                                "propertyNames": {"pattern": "^1[3-8]$"},
                                "additionalProperties": {"type": "string"},
                            },
                        },
                        "hint": TEXT,
                    },
                )
            ),
        }
    ),
    "endpoints": record(
        {
            "source": TEXT,
            "gateway": TEXTS,
            "iam_prefixes": table(TEXT),
            "interface": TEXTS,
        }
    ),
    "ports": record(
        {
            "source": TEXT,
            "ports": {
                "type": "object",
                "propertyNames": {"pattern": "^[1-9][0-9]{0,4}$"},
                "additionalProperties": record(
                    {"what": TEXT, "kind": {"enum": ["admin", "database"]}}
                ),
            },
        }
    ),
    "regions": record(
        {
            "source": TEXT,
            "partitions": table(record({"title": TEXT, "dns_suffix": TEXT})),
            "regions": table(record({"partition": TEXT, "title": TEXT})),
        }
    ),
    "reserved_words": record({"source": TEXT, "since": table(TEXTS)}),
    "sensitive": record(
        {"source": TEXT, "names": {**TEXTS, "minItems": 1}, "arguments": table(TEXTS)}
    ),
    "runtimes": record(
        {
            "source": TEXT,
            "as_of": DAY,
            "lambda": table(RUNTIME),
            "synthetics": table(RUNTIME),
            "images": table(record({"title": TEXT, "deprecated": DAY, "successor": TEXT})),
        }
    ),
    "tags": record(
        {
            "source": TEXT,
            "maximum": COUNT,
            "strict": record({"pattern": TEXT, "services": table(TEXT)}),
            "house": record({"required": TEXTS, "titled": TEXTS}),
        }
    ),
}


def test_every_file_has_a_schema() -> None:
    """A new data file needs a schema here."""
    assert {path.stem for path in _data.DIRECTORY.iterdir()} == set(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_file_matches_its_schema(name: str) -> None:
    """A missing, misspelt or mistyped key is found, with its place."""
    Draft202012Validator.check_schema(SCHEMAS[name])
    errors = Draft202012Validator(SCHEMAS[name]).iter_errors(_data.load(name))
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_file_has_no_key_twice(name: str) -> None:
    """JSON would silently keep the last of two records with the same name."""
    twice = []

    def keep(pairs: list[tuple[str, object]]) -> dict[str, object]:
        keys = [key for key, _ in pairs]
        twice.extend(key for key in set(keys) if keys.count(key) > 1)
        return dict(pairs)

    json.loads((_data.DIRECTORY / f"{name}.json").read_text(), object_pairs_hook=keep)
    assert twice == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_file_stays_reviewable(name: str) -> None:
    """One record a line: no line is longer than a screen of text."""
    lines = (_data.DIRECTORY / f"{name}.json").read_text().splitlines()
    assert max(map(len, lines)) < 1200
    assert len(lines) >= 4


def test_a_file_is_read_once() -> None:
    """Two questions to one table read it once."""
    assert _data.load("regions") is _data.load("regions")


def test_importing_the_modules_reads_no_file() -> None:
    """The cost of a table is paid by the first question, not by the import."""
    modules = [path.stem for path in Path(tapforge.facts.__file__).parent.glob("[a-z]*.py")]
    code = (
        "import importlib\n"
        f"for name in {modules}: importlib.import_module('tapforge.facts.' + name)\n"
        "from tapforge.facts import _data\n"
        "print(_data.load.cache_info().misses)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


@pytest.mark.parametrize(
    "module",
    [dms, endpoints, iam, instance_classes, parameters, ports, postgres, regions, runtimes],
)
def test_tables_name_their_source(module: object) -> None:
    """A reader can find out where a table comes from."""
    assert len(module.source()) > 15


def test_limits_name_their_sources() -> None:
    """Each limit has a source of its own."""
    assert all(limits.get(name).source for name in limits.names())
