"""Parameter groups: family, parameters, their levels, values and ways to apply."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tapforge.facts import instance_classes, limits, parameter_values, parameters, postgres
from tapforge.facts.parameters import Parameter
from tapforge.rules.databases import (
    DATABASES,
    PARAMETER_GROUP,
    PARAMETER_GROUPS,
    ParameterGroup,
    Setting,
    advice,
    databases,
    parameter_group,
    settings,
)
from tapforge.rules.resource import Configuration, Finding, Resource
from tapforge.rules.rule import rule

_MANUAL = "PostgreSQL manual, Server Configuration"
_GIB = 1024**3
# A name is taken for a misspelling of another when it is that alike.
_ALMOST = 0.9


def _parameter(name: str, value: str, method: str = "immediate") -> dict[str, str]:
    return {"name": name, "value": value, "apply_method": method}


def _static(name: str, value: str) -> dict[str, str]:
    return _parameter(name, value, "pending-reboot")


def _group(*settings: Mapping[str, str], family: str = "postgres16") -> dict[str, Any]:
    group = {"family": family, "parameter": list(settings)}
    return {"resource": {"aws_db_parameter_group": {"main": group}}}


def _cluster_group(*settings: Mapping[str, str]) -> dict[str, Any]:
    group = {"family": "aurora-postgresql16", "parameter": list(settings)}
    return {"resource": {"aws_rds_cluster_parameter_group": {"main": group}}}


def _used(*settings: Mapping[str, str]) -> dict[str, Any]:
    """Give a group that a server with 8 GiB of memory uses."""
    return {
        "resource": {
            **_group(*settings)["resource"],
            "aws_db_instance": {
                "main": {
                    "engine": "postgres",
                    "engine_version": "16.9",
                    "instance_class": "db.m6g.large",
                    "parameter_group_name": "${aws_db_parameter_group.main.name}",
                }
            },
        }
    }


_CLUSTER = {
    "engine": "aurora-postgresql",
    "engine_version": "16.9",
    "db_cluster_parameter_group_name": "${aws_rds_cluster_parameter_group.main.name}",
}


@rule(
    "parameter-group-family",
    on=DATABASES,
    severity="error",
    source="Amazon RDS User Guide: Parameter groups; a group fits one engine and one major version",
    fix="derive the family from the engine and the major version of its version",
    good={
        "resource": {
            "aws_rds_cluster": {"main": _CLUSTER},
            "aws_rds_cluster_parameter_group": {"main": {"family": "aurora-postgresql16"}},
        }
    },
    bad={
        "resource": {
            "aws_rds_cluster": {"main": _CLUSTER},
            "aws_rds_cluster_parameter_group": {"main": {"family": "aurora-postgresql15"}},
        }
    },
)
def parameter_group_family(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A parameter group's family is that of the engine and major version that use it.

    RDS refuses a group of another family when the database is made or upgraded, halfway through an
    apply.
    """
    database = databases(configuration).get(resource)
    if database.major is None or database.major not in postgres.majors(database.postgres):
        return
    expected = postgres.family(database.postgres, str(database.major))
    argument, type_ = PARAMETER_GROUP[resource.type]
    for group in configuration.targets(resource.given(argument), type_):
        family = group.known("family")
        if family is not None and family != expected:
            why = f"{expected}, as {resource.address} runs {database.engine} {database.version}"
            yield group.finding("family", family, why)
    name = resource.known(argument)
    if isinstance(name, str) and name.startswith("default.") and name != f"default.{expected}":
        yield resource.finding(argument, name, f"default.{expected}")


@rule(
    "parameter-group-family-name",
    on=PARAMETER_GROUPS,
    severity="error",
    source="Amazon RDS User Guide: Parameter groups; describe-db-engine-versions, DBParameterGroupFamily",
    fix="write the engine and its major version, such as postgres16 or aurora-postgresql16",
    good=_group(),
    bad=_group(family="postgres16.9"),
)
def parameter_group_family_name(group: Resource) -> Iterator[Finding]:
    """A family of PostgreSQL is the engine's name and a major version.

    Any other name is refused when the group is made.
    """
    family = group.known("family")
    if not isinstance(family, str) or not _is_misnamed(family):
        return
    engine = "aurora-postgresql" if "aurora" in family else "postgres"
    majors = postgres.majors(engine)
    expected = f"one of {engine}{majors[0]} to {engine}{majors[-1]}"
    yield group.finding("family", family, expected)


@functools.cache
def _is_misnamed(family: str) -> bool:
    name = family.lower()
    if "postgres" not in name:
        return False
    engine = family.rstrip("0123456789.")
    version = family.removeprefix(engine)
    # 9.6 and earlier had their minor version in the family.
    old = version.startswith("9.") and version.count(".") == 1
    return engine not in postgres.ENGINES or not (old or version in map(str, range(10, 100)))


@rule(
    "parameter-exists",
    on=PARAMETER_GROUPS,
    severity="error",
    source="pg_settings of PostgreSQL 13 to 18; parameter lists of the RDS and Aurora User Guides; "
    "hashicorp/terraform#10514",
    fix="leave the parameter out",
    good=_group(_parameter("log_checkpoints", "1")),
    bad=_group(_parameter("log_checkpoints", "1"), family="aurora-postgresql16"),
)
def parameter_exists(resource: Resource) -> Iterator[Finding]:
    """The parameters of a group exist in its family.

    What the engine's version does not have is refused by the apply, and not by the plan.
    """
    group = parameter_group(resource)
    for setting in group.settings:
        message = _unheard_of(group.engine, group.major, setting.name) if group.engine else None
        if message:
            why, fix = message.rsplit("; ", 1)
            expected = f"a parameter of {resource.known('family')}: {why}"
            yield group.finding(setting, "name", setting.name, expected, fix)


@functools.lru_cache(maxsize=4096)
def _unheard_of(engine: str, major: int, name: str) -> str | None:
    """Say that a family has no such parameter, where that is sure."""
    if parameters.get(engine, major, name):
        return None
    known = any(
        parameters.get(each, number, name)
        for each in postgres.ENGINES
        for number in postgres.majors(each)
    )
    misspelt = difflib.get_close_matches(name, parameters.names(engine, major), 1, _ALMOST)
    if not (known or misspelt or parameters.is_core(name)):
        return None
    (message,) = parameters.check(engine, major, "instance", name, "")
    return message


@rule(
    "parameter-level",
    on=PARAMETER_GROUPS,
    severity="error",
    source="Amazon Aurora User Guide: Aurora PostgreSQL parameters, cluster and instance level",
    fix="move it to the other group",
    good=_cluster_group(_parameter("rds.force_ssl", "1")),
    bad=_group(_parameter("rds.force_ssl", "1"), family="aurora-postgresql16"),
)
def parameter_level(resource: Resource) -> Iterator[Finding]:
    """A parameter of Aurora stands in a group of the level that has it.

    The cluster group has what the whole cluster shares, the instance group what each instance has of
    its own. The other group refuses it.
    """
    for group, setting, parameter in settings(resource):
        if group.level not in parameter.levels:
            expected = f"a parameter of the {group.level} level"
            fix = f"move it to the {_TYPE[parameter.level]}"
            yield group.finding(setting, "name", setting.name, expected, fix)


_TYPE = {"cluster": "aws_rds_cluster_parameter_group", "instance": "aws_db_parameter_group"}


@rule(
    "parameter-level-choice",
    on=("aws_rds_cluster_parameter_group",),
    severity="note",
    source="Amazon Aurora User Guide: Working with DB cluster parameter groups; an instance group "
    "overrides what the cluster group says",
    fix="set it in the aws_db_parameter_group of the instances",
    good=_group(_parameter("work_mem", "16384"), family="aurora-postgresql16"),
    bad=_cluster_group(_parameter("work_mem", "16384")),
)
def parameter_level_choice(resource: Resource) -> Iterator[Finding]:
    """What the instance group of Aurora can hold is better set there.

    In the cluster group it counts only for instances without a group of their own that sets it. What
    AWS sets for whole clusters, such as the libraries, may stand there.
    """
    for group, setting, parameter in settings(resource):
        both = parameter.documented and set(parameter.levels) == {"cluster", "instance"}
        if both and group.level == "cluster" and setting.name not in parameters.of_clusters():
            expected = "a parameter of the cluster level"
            yield group.finding(setting, "name", setting.name, expected)


@rule(
    "parameter-modifiable",
    on=PARAMETER_GROUPS,
    severity="error",
    source="describe-db-parameters, IsModifiable",
    fix="leave it out",
    good=_group(_parameter("log_connections", "1")),
    bad=_group(_parameter("log_directory", "/tmp")),  # noqa: S108 - a value that RDS refuses
)
def parameter_modifiable(resource: Resource) -> Iterator[Finding]:
    """A group sets only parameters that may be changed.

    RDS keeps some to itself, and refuses any value for them.
    """
    for group, setting, parameter in settings(resource):
        if not parameter.modifiable:
            expected = "a parameter that can be changed"
            yield group.finding(setting, "name", setting.name, expected, parameter.hint)


@rule(
    "parameter-value",
    on=PARAMETER_GROUPS,
    severity="error",
    source=f"{_MANUAL}; pg_settings of running servers; describe-db-parameters, AllowedValues",
    fix="write a value that the parameter can have",
    good=_group(_parameter("work_mem", "16384")),
    bad=_group(_parameter("work_mem", "16MB")),
)
def parameter_value(resource: Resource) -> Iterator[Finding]:
    """A parameter has a value of its type, in its range and its unit.

    A parameter group takes numbers without a unit, truth as 0 or 1, and the words of the parameter.
    """
    group = parameter_group(resource)
    for setting in group.settings:
        if setting.value is None or not group.engine:
            continue
        problem = _value_problem(group.engine, group.major, setting.name, setting.value)
        if problem:
            yield group.finding(setting, "value", setting.value, *advice(problem))


@functools.lru_cache(maxsize=4096)
def _value_problem(engine: str, major: int, name: str, value: str) -> str | None:
    parameter = parameters.get(engine, major, name)
    return parameter_values.check_value(parameter, value) if parameter else None


@rule(
    "parameter-apply-method",
    on=PARAMETER_GROUPS,
    severity="error",
    source="botocore 1.44.5 rds ModifyDBParameterGroup; hashicorp/terraform#8018",
    fix="write pending-reboot: it counts after the next reboot",
    good=_group(_static("max_connections", "200")),
    bad=_group(_parameter("max_connections", "200", "immediate")),
)
def parameter_apply_method(resource: Resource) -> Iterator[Finding]:
    """A static parameter waits for a reboot.

    The provider says "immediate" where nothing is said, which RDS refuses for a static parameter.
    """
    for group, setting, parameter in settings(resource):
        if parameter.static and setting.method == "immediate":
            expected = '"pending-reboot" for a static parameter'
            yield group.finding(setting, "apply_method", setting.method, expected)


@rule(
    "parameter-apply-delay",
    on=PARAMETER_GROUPS,
    severity="note",
    source="botocore 1.44.5 rds ModifyDBParameterGroup; cloudposse/terraform-aws-rds-cluster#150",
    fix="write immediate: a dynamic parameter needs no reboot",
    good=_group(_parameter("work_mem", "16384")),
    bad=_group(_static("work_mem", "16384")),
)
def parameter_apply_delay(resource: Resource) -> Iterator[Finding]:
    """A dynamic parameter need not wait for a reboot.

    RDS may apply it at once all the same and then report another method than was written, which every
    later plan shows as a difference.
    """
    for group, setting, parameter in settings(resource):
        if not parameter.static and setting.method == "pending-reboot":
            expected = '"immediate" for a dynamic parameter'
            yield group.finding(setting, "apply_method", setting.method, expected)


@rule(
    "parameter-apply-word",
    on=PARAMETER_GROUPS,
    severity="error",
    source="botocore 1.44.5 rds Parameter.ApplyMethod",
    fix="write one of the two",
    good=_group(_parameter("work_mem", "16384")),
    bad=_group(_parameter("work_mem", "16384", "reboot")),
)
def parameter_apply_word(resource: Resource) -> Iterator[Finding]:
    """A parameter is applied "immediate" or "pending-reboot".

    RDS knows no other method.
    """
    group = parameter_group(resource)
    for setting in group.settings:
        if setting.method and limits.check("parameter_apply_method", setting.method):
            expected = '"immediate" or "pending-reboot"'
            yield group.finding(setting, "apply_method", setting.method, expected)


@rule(
    "parameter-twice",
    on=PARAMETER_GROUPS,
    severity="error",
    source="botocore 1.44.5 rds ModifyDBParameterGroup; names of parameters have no case",
    fix="keep one of them",
    good=_group(_parameter("work_mem", "16384")),
    bad=_group(_parameter("work_mem", "16384"), _parameter("work_mem", "32768")),
)
def parameter_twice(resource: Resource) -> Iterator[Finding]:
    """A group sets a parameter once.

    Of two values one is lost, now this one and now that.
    """
    group = parameter_group(resource)
    first: dict[str, Setting] = {}
    for setting in group.settings:
        other = first.setdefault(setting.name, setting)
        if other is not setting:
            expected = f"one value, and {other.place}value is another"
            yield group.finding(setting, "value", setting.value, expected)


@rule(
    "parameter-library",
    on=PARAMETER_GROUPS,
    severity="warning",
    source="Amazon RDS User Guide: Extensions of PostgreSQL that need shared_preload_libraries",
    fix="add the library to shared_preload_libraries",
    good=_used(
        _static("shared_preload_libraries", "pg_stat_statements,auto_explain"),
        _parameter("auto_explain.log_min_duration", "1000"),
    ),
    bad=_used(
        _static("shared_preload_libraries", "pg_stat_statements"),
        _parameter("auto_explain.log_min_duration", "1000"),
    ),
)
def parameter_library(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """The parameters of a library are set where the library is loaded.

    Without it they are accepted and do nothing.
    """
    group = parameter_group(resource)
    loaded: set[str] | None = None
    for setting in group.settings:
        library = parameters.library(setting.name)
        if library is None or not group.engine:
            continue
        if loaded is None:
            loaded = set(_loaded(group, configuration))
        if library not in loaded and "" not in loaded:
            expected = f"{library} among shared_preload_libraries"
            yield group.finding(setting, "name", setting.name, expected)


def _loaded(group: ParameterGroup, configuration: Configuration) -> Iterator[str]:
    """Give the libraries that are loaded where a group is used; "" where others may be."""
    servers = databases(configuration)
    beside = []
    for user in servers.using(group.resource):
        groups, sure = servers.groups(user)
        beside += groups
        if not sure:
            yield ""
    yield from _libraries((group, *beside))
    if not beside:
        # Nobody knows which other group stands beside it.
        yield from configuration.once(_all_libraries)


def _all_libraries(configuration: Configuration) -> frozenset[str]:
    return frozenset(_libraries(map(parameter_group, configuration.of(*PARAMETER_GROUPS))))


def _libraries(groups: Iterable[ParameterGroup]) -> Iterator[str]:
    """Give the libraries that groups load; "" where others may be."""
    for each in groups:
        setting = each.setting("shared_preload_libraries")
        if not each.complete or (setting and setting.value is None):
            yield ""
        elif setting and setting.value:
            yield from (library.strip() for library in setting.value.split(","))


@rule(
    "parameter-unit",
    on=PARAMETER_GROUPS,
    severity="error",
    source=f"{_MANUAL}: parameter units; pg_settings.unit, equal to the tables of the RDS User Guide",
    fix="count in the parameter's own unit",
    good=_used(_static("shared_buffers", "262144")),
    bad=_used(_static("shared_buffers", "2097152")),
)
def parameter_unit(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """A size is counted in its parameter's own unit.

    shared_buffers and effective_cache_size count pages of 8 kB: a number that was meant as kB asks for
    eight times the memory, and the server does not start.
    """
    for group, setting, parameter, memory, name in _sized(resource, configuration):
        meant = _meant(parameter, setting.value, memory)
        if meant:
            unit, right = meant
            expected = f"a size that fits the {_size(memory)} of {name}"
            fix = f"if {unit} was meant, write {right}"
            yield group.finding(
                setting, "value", _arithmetic(parameter, setting.value), expected, fix
            )


def _meant(parameter: Parameter, value: str | None, memory: int) -> tuple[str, int] | None:
    """Tell which smaller unit a number that does not fit was meant in, and the right number."""
    size = parameter_values.in_bytes(parameter, value or "")
    if size is None or size < memory:
        return None
    own = size // int(value or 0)
    for unit, step in (("kB", 1024), ("B", 1)):
        wanted = int(value or 0) * step
        if step < own and 0 < wanted < memory * parameters.SHARED_BUFFERS_OF_MEMORY:
            return unit, max(wanted // own, 1)
    return None


def _arithmetic(parameter: Parameter, value: str | None) -> str:
    size = parameter_values.in_bytes(parameter, value or "") or 0
    unit = {"8kB": "8 kB"}.get(parameter.unit or "", parameter.unit)
    return f"{value} x {unit} = {_size(size)}"


def _size(size: float) -> str:
    for unit, step in (("GiB", _GIB), ("MiB", 1024**2)):
        if size >= step:
            return f"{size / step:.4g} {unit}"
    return f"{size / 1024:.4g} kB"


def _sized(
    resource: Resource, configuration: Configuration
) -> Iterator[tuple[ParameterGroup, Setting, Parameter, int, str]]:
    """Give the shares of memory that a group sets, with the smallest class that must bear them."""
    smallest = next(iter(databases(configuration).classes(resource)), None)
    if smallest is None:
        return
    _, name, memory = smallest
    for group, setting, parameter in settings(resource):
        if setting.name in parameters.of_memory() and setting.value is not None:
            yield group, setting, parameter, memory, name


@rule(
    "parameter-memory",
    on=PARAMETER_GROUPS,
    severity="error",
    source=f"{_MANUAL}: Resource Consumption; Amazon RDS User Guide: shared_buffers that are too large "
    "keep the server from starting",
    fix="take a quarter of the memory for shared_buffers on RDS, and less for what a session takes",
    good=_used(_static("shared_buffers", "{DBInstanceClassMemory/32768}")),
    bad=_used(_static("shared_buffers", "{DBInstanceClassMemory/9000}")),
)
def parameter_memory(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """No single parameter asks for the memory of the whole instance.

    shared_buffers is taken when the server starts, and may have three quarters; what a session or a
    worker takes must leave room for the others.
    """
    for group, setting, parameter, memory, name in _sized(resource, configuration):
        number = parameter_values.evaluate(setting.value or "", memory)
        unit = parameter_values.in_bytes(parameter, "1") or 0
        most = memory * (
            parameters.SHARED_BUFFERS_OF_MEMORY if setting.name == "shared_buffers" else 1
        )
        if number is None or number * unit <= most or _meant(parameter, setting.value, memory):
            continue
        expected = f"at most {_size(most)} of the {_size(memory)} of {name}"
        found = f"{setting.value} = {_size(number * unit)}"
        yield group.finding(setting, "value", found, expected)


@rule(
    "parameter-memory-sum",
    on=PARAMETER_GROUPS,
    severity="note",
    source=f"{_MANUAL}: work_mem; each sort or hash of each session may take as much",
    fix="lower work_mem or max_connections, or let a pool keep connections",
    good=_used(_parameter("work_mem", "4096"), _static("max_connections", "200")),
    bad=_used(_parameter("work_mem", "65536"), _static("max_connections", "200")),
)
def parameter_memory_sum(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """Sessions that all sort at once fit into memory.

    work_mem is taken by each sort of each session. Where the sum is more than there is, a busy hour
    ends with the server killed for lack of memory.
    """
    group = parameter_group(resource)
    work, most = group.setting("work_mem"), group.setting("max_connections")
    if work is None or most is None:
        return
    for _, name, memory in databases(configuration).classes(resource)[:1]:
        size = parameter_values.evaluate(work.value or "", memory)
        number = parameter_values.evaluate(most.value or "", memory)
        if size is None or number is None or size * 1024 * number <= memory:
            continue
        found = f"{work.value} kB x {number:.0f} connections = {_size(size * 1024 * number)}"
        expected = f"no more than the {_size(memory)} of {name}"
        yield group.finding(work, "value", found, expected)


@rule(
    "parameter-connections",
    on=PARAMETER_GROUPS,
    severity="warning",
    source="Amazon RDS User Guide CHAP_Limits.md: maximum number of database connections",
    fix="keep to the default, and put a pool such as RDS Proxy before the database",
    good=_used(_static("max_connections", "500")),
    bad=_used(_static("max_connections", "5000")),
)
def parameter_connections(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """max_connections is not more than twice what RDS takes for the class.

    Every session is a process with memory of its own; RDS allows about one for each 9 MiB. Many more
    end in swapping or in a server killed for lack of memory, before the limit is reached.
    """
    group = parameter_group(resource)
    setting = group.setting("max_connections")
    if setting is None:
        return
    for engine, name, memory in databases(configuration).classes(resource)[:1]:
        number = parameter_values.evaluate(setting.value or "", memory)
        usual = instance_classes.max_connections(engine, name)
        if number is not None and usual is not None and number > 2 * usual:
            expected = f"about {usual}, the default of {name}, and at most twice that"
            yield group.finding(setting, "value", setting.value, expected)


def _set_to(resource: Resource, name: str, value: str, expected: str) -> Iterator[Finding]:
    """Find a parameter that is set to a certain value."""
    group = parameter_group(resource)
    setting = group.setting(name)
    if setting and setting.value == value:
        yield group.finding(setting, "value", value, expected)


@rule(
    "force-ssl-off",
    on=PARAMETER_GROUPS,
    severity="error",
    source="Amazon RDS User Guide: Using SSL with a PostgreSQL DB instance, rds.force_ssl",
    fix="set rds.force_ssl to 1",
    good=_group(_parameter("rds.force_ssl", "1")),
    bad=_group(_parameter("rds.force_ssl", "0")),
)
def force_ssl_off(resource: Resource) -> Iterator[Finding]:
    """Nobody may connect without TLS.

    With rds.force_ssl = 0 a client that asks for no encryption gets none, and passwords and data pass
    the network in the clear.
    """
    yield from _set_to(resource, "rds.force_ssl", "0", '"1"')


@rule(
    "force-ssl-unset",
    on=("aws_db_instance", "aws_rds_cluster"),
    severity="warning",
    source="Amazon RDS User Guide: rds.force_ssl is 1 by default from 15 on, on Aurora from 17",
    fix="set rds.force_ssl to 1 in its parameter group",
    good=_used(_parameter("rds.force_ssl", "1")),
    bad={
        "resource": {"aws_db_instance": {"db": {"engine": "postgres", "engine_version": "14.24"}}}
    },
)
def force_ssl_unset(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    """TLS is enforced also where the engine's default is not to.

    Older versions let clients choose: what is not set is off.
    """
    servers = databases(configuration)
    database = servers.get(resource)
    if database.major is None or database.major not in postgres.majors(database.postgres):
        return
    parameter = parameters.get(database.postgres, database.major, "rds.force_ssl")
    if parameter is None or parameter.default != "0":
        return
    if servers.parameter(database, "rds.force_ssl") is None:
        argument, _ = PARAMETER_GROUP[resource.type]
        found = (
            f"without rds.force_ssl, which is 0 by default in {database.engine} {database.major}"
        )
        yield Finding(resource, argument, found, "a parameter group with rds.force_ssl = 1")


@rule(
    "statement-log",
    on=PARAMETER_GROUPS,
    severity="note",
    source=f"{_MANUAL}: Error Reporting and Logging, log_statement",
    fix="log ddl, and slow statements by log_min_duration_statement",
    good=_group(_parameter("log_statement", "ddl")),
    bad=_group(_parameter("log_statement", "all")),
)
def statement_log(resource: Resource) -> Iterator[Finding]:
    """The log does not hold the text of every statement.

    Statements carry personal data and passwords, which then lie in CloudWatch, with other readers and
    another retention than the database; and the log costs as much as the work.
    """
    expected = "a setting that does not log every statement"
    yield from _set_to(resource, "log_statement", "all", expected)
    yield from _set_to(resource, "log_min_duration_statement", "0", expected)


@rule(
    "autovacuum-off",
    on=PARAMETER_GROUPS,
    severity="warning",
    source=f"{_MANUAL}: Automatic Vacuuming; Routine Vacuuming: transaction ID wraparound",
    fix="leave autovacuum on, and tune it where it disturbs",
    good=_group(_parameter("autovacuum", "1")),
    bad=_group(_parameter("autovacuum", "0")),
)
def autovacuum_off(resource: Resource) -> Iterator[Finding]:
    """Autovacuum stays on.

    Without it tables grow without end, plans go wrong, and at last the server stops to take writes
    for fear of a wraparound of its transaction ids.
    """
    yield from _set_to(resource, "autovacuum", "0", '"1"')


@rule(
    "commit-durability",
    on=PARAMETER_GROUPS,
    severity="warning",
    source=f"{_MANUAL}: Write Ahead Log, synchronous_commit",
    fix="leave synchronous_commit on; a session that can bear the loss may turn it off for itself",
    good=_group(_parameter("synchronous_commit", "on")),
    bad=_group(_parameter("synchronous_commit", "off")),
)
def commit_durability(resource: Resource) -> Iterator[Finding]:
    """A commit that was confirmed is kept.

    With synchronous_commit off the last transactions before a crash are lost, though their clients
    were told that they are safe.
    """
    yield from _set_to(resource, "synchronous_commit", "off", '"on"')


@rule(
    "password-hash",
    on=PARAMETER_GROUPS,
    severity="warning",
    source=f"{_MANUAL}: Connections and Authentication, password_encryption; md5 is deprecated in 18",
    fix="write scram-sha-256, and set passwords anew",
    good=_group(_parameter("password_encryption", "scram-sha-256")),
    bad=_group(_parameter("password_encryption", "md5")),
)
def password_hash(resource: Resource) -> Iterator[Finding]:
    """Passwords are stored as SCRAM secrets.

    An MD5 hash is as good as the password to whoever reads it, and is cracked in no time.
    """
    yield from _set_to(resource, "password_encryption", "md5", '"scram-sha-256"')
