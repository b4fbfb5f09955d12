"""Database servers of a configuration: what each is, and what it uses."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import attrs

from tapforge.facts import instance_classes, limits, parameters, postgres, regions
from tapforge.facts.parameters import Level, Parameter
from tapforge.lang.expression import Expression, addresses, hcl
from tapforge.rules.resource import Block, Configuration, Finding, Resource, Unknown

DATABASES = ("aws_db_instance", "aws_rds_cluster", "aws_rds_cluster_instance")
INSTANCES = ("aws_db_instance", "aws_rds_cluster_instance")
SERVERS = ("aws_db_instance", "aws_rds_cluster")
COPIES = ("replicate_source_db", "replication_source_identifier")
PARAMETER_GROUPS = ("aws_db_parameter_group", "aws_rds_cluster_parameter_group")
PARAMETER_GROUP = {
    "aws_db_instance": ("parameter_group_name", "aws_db_parameter_group"),
    "aws_rds_cluster": ("db_cluster_parameter_group_name", "aws_rds_cluster_parameter_group"),
    "aws_rds_cluster_instance": ("db_parameter_group_name", "aws_db_parameter_group"),
}
"""By type of database: the argument that names its parameter group, and that group's type."""

_FAMILY = re.compile(r"(aurora-postgresql|postgres)(\d+)")
REGIONS = ("aws_region", "region")
_ARN = re.compile(r"arn:[^:]+:rds:([^:]+):[^:]*:(?:db|cluster):(.+)")


def present(block: Block, argument: str) -> bool:
    """Tell whether an argument was given: the provider writes "" and [] for what was not."""
    return not block.left_out(argument)


def is_copy(resource: Resource) -> bool:
    """Tell whether a database is a read replica, or a cluster that is one."""
    return any(present(resource, each) for each in COPIES)


def exists(resource: Resource) -> bool:
    """Tell whether AWS has made a database or its like already: its ARN is known.

    A plan of it holds what the provider read back, and lacks what AWS tells nobody.
    """
    arns = ("arn", "replication_instance_arn")
    return any(isinstance(resource.given(each), str) for each in arns)


def same(left: Any, right: Any) -> bool | None:
    """Tell whether two values are the same; None where only Terraform will know."""
    if isinstance(left, Expression) and isinstance(right, Expression):
        origins, others = set(addresses(left)), set(addresses(right))
        if not origins or not others:
            return None
        if hcl(left) == hcl(right):
            return True
        return False if origins.isdisjoint(others) else None
    if isinstance(left, Expression) or isinstance(right, Expression):
        return None
    return bool(left == right)


def attribute(value: Any) -> str:
    """Give the attribute that an expression refers to: ``arn`` for ``aws_db_instance.main.arn``.

    Returns:
        "" for anything but a plain reference, and where a plan does not tell the attribute.
    """
    if not isinstance(value, Expression):
        return ""
    roots, text = addresses(value), hcl(value)
    if len(roots) != 1 or not text.startswith(f"{roots[0]}."):
        return ""
    return text.removeprefix(f"{roots[0]}.")


def advice(problem: str) -> tuple[str, str]:
    """Take what was expected, and what to do, out of what a fact says is wrong.

    Args:
        problem: Such as ``... interval is 20 s; expected 0, 1 or 5; take 15``.
    """
    expected, _, fix = problem.partition("; expected ")[2].partition("; ")
    return expected, fix


def limit(resource: Resource, block: Block, argument: str, name: str) -> Iterator[Finding]:
    """Find an argument whose plain value is beyond a limit of AWS; "" stands for what was left out.

    Args:
        resource: The resource.
        block: The resource itself, or a block of it.
        argument: The argument.
        name: The limit.
    """
    value = block.known(argument)
    problem = None if value is None or value == "" else limits.check(name, value)
    if problem:
        yield resource.finding(f"{block.place}{argument}", value, *advice(problem))


def region(resource: Resource, configuration: Configuration) -> str | None:
    """Give the region a resource is in, as far as the resource or the root's variables say it."""
    given = resource.given("region")
    if given is None and not resource.provider:
        values = (configuration.variables.get(name) for name in REGIONS)
        given = next((value for value in values if isinstance(value, str)), None)
    return given if isinstance(given, str) and given in regions.names() else None


def arn_region(value: Any) -> str | None:
    """Give the region in a plain ARN of a database; None for anything else."""
    match = _ARN.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else None


@functools.cache
def family(name: str) -> tuple[str, int] | None:
    """Give the engine and major version of a parameter group family; None for what is not known."""
    match = _FAMILY.fullmatch(name)
    if match is None or int(match[2]) not in postgres.majors(match[1]):
        return None
    return match[1], int(match[2])


class Setting(NamedTuple):
    """A parameter in a parameter group.

    Attributes:
        name: Its name, in lower case as AWS writes it.
        value: Its value; None where Terraform alone will know it.
        method: Its ``apply_method``; None where Terraform alone will know it.
        place: The path of its block.
    """

    name: str
    value: str | None
    method: str | None
    place: str


@attrs.define(eq=False)
class ParameterGroup:
    """A parameter group as rules read it.

    Attributes:
        resource: The group.
        engine: The engine of its family; "" where that is not known, or no PostgreSQL.
        major: The major version of its family.
        level: Whose parameters it holds.
        settings: Its parameters, as far as their names are known.
        complete: Whether those are all.
    """

    resource: Resource
    engine: str
    major: int
    level: Level
    settings: tuple[Setting, ...]
    complete: bool
    # Fields, as a cached property would slow every attribute of the class down.
    _by_name: dict[str, Setting] = attrs.field(init=False, repr=False)
    _known: tuple[tuple[Setting, Parameter], ...] | None = attrs.field(
        init=False, repr=False, default=None
    )

    def __attrs_post_init__(self) -> None:
        self._by_name = {each.name: each for each in reversed(self.settings)}

    def parameter(self, setting: Setting) -> Parameter | None:
        """Give what is known of a parameter in this family."""
        return parameters.get(self.engine, self.major, setting.name) if self.engine else None

    def setting(self, name: str) -> Setting | None:
        """Give what the group sets for a parameter."""
        return self._by_name.get(name)

    @property
    def known(self) -> tuple[tuple[Setting, Parameter], ...]:
        """The parameters that the family has, with what is known of them."""
        if self._known is None:
            found = ((each, self.parameter(each)) for each in self.settings)
            self._known = tuple((each, parameter) for each, parameter in found if parameter)
        return self._known

    def finding(
        self, setting: Setting, argument: str, found: str | None, expected: str, fix: str = ""
    ) -> Finding:
        """Make a finding about a parameter; its name is told beside its place.

        Args:
            setting: The parameter.
            argument: The argument of its block.
            found: The argument's value, or what it comes to in words.
            expected: What should be, in words.
            fix: What to do, where that is more than the rule's own fix says.
        """
        plain = found in (setting.name, setting.value, setting.method)
        text = f'"{found}"' if plain else found
        if argument != "name":
            text = f"{text} ({setting.name})"
        return Finding(self.resource, f"{setting.place}{argument}", str(text), expected, fix)


def parameter_group(resource: Resource) -> ParameterGroup:
    """Read a parameter group."""
    return resource.once(_parameter_group)


def _parameter_group(resource: Resource) -> ParameterGroup:
    blocks = resource.blocks("parameter")
    settings = [
        Setting(name.lower(), _text(block.known("value")), _method(block), block.place)
        for block in blocks
        if isinstance(name := block.known("name"), str)
    ]
    engine, major = family(str(resource.known("family"))) or ("", 0)
    # A Multi-AZ DB cluster of RDS keeps parameters of its instances in its cluster group.
    cluster = resource.type.startswith("aws_rds_cluster") and engine != "postgres"
    return ParameterGroup(
        resource=resource,
        engine=engine,
        major=major,
        level="cluster" if cluster else "instance",
        settings=tuple(settings),
        complete=len(settings) == len(blocks) and not resource.unknown("parameter"),
    )


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "1" if value else "0"
    return None if value is None else str(value)


def _method(block: Block) -> str | None:
    return block.known("apply_method") or (None if block.unknown("apply_method") else "immediate")


@attrs.frozen(eq=False)
class Database:
    """A database server.

    Attributes:
        resource: An RDS instance, a cluster, or an instance of a cluster.
        engine: Its engine; None where that is not known.
        version: Its version; None where that is not known.
        cluster: The cluster that it is an instance of, where that is known.
        source: The database that it is a read replica of, where that is known.
        replica: Whether it is a read replica.
    """

    resource: Resource
    engine: str | None
    version: str | None
    cluster: Resource | None = None
    source: Resource | None = None
    replica: bool = False

    @property
    def postgres(self) -> str:
        """The engine, where it is one of PostgreSQL; else ""."""
        return self.engine if self.engine in postgres.ENGINES else ""

    @property
    def major(self) -> int | None:
        """The major version; None where it is not known, or not one of PostgreSQL."""
        try:
            return postgres.major(self.version) if self.version and self.postgres else None
        except ValueError:
            return None

    @property
    def instance_class(self) -> str | None:
        """The class of its instances, where it is plain and its own."""
        value = self.resource.known("instance_class")
        return value if isinstance(value, str) else None


class Databases:
    """The databases of a configuration."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._known: dict[str, Database] = {}

    def get(self, resource: Resource) -> Database:
        """Give what is known of a database."""
        if resource.address not in self._known:
            # A replica of itself, through whatever mistake, would have no end.
            self._known[resource.address] = Database(resource, None, None)
            self._known[resource.address] = self._read(resource)
        return self._known[resource.address]

    @functools.cached_property
    def all(self) -> tuple[Database, ...]:
        """The databases, clusters among them."""
        return tuple(map(self.get, self._configuration.of(*DATABASES)))

    def instances(self, cluster: Resource) -> list[Database]:
        """Give the instances of a cluster."""
        return self._instances.get(cluster.address, [])

    @functools.cached_property
    def instances_are_known(self) -> bool:
        """Whether it is sure of every instance which cluster it is in."""
        members = self._configuration.of("aws_rds_cluster_instance")
        return all(self._configuration.traced(each.given("cluster_identifier")) for each in members)

    def replicas(self, source: Resource) -> list[Database]:
        """Give the read replicas of a database."""
        return self._replicas.get(source.address, [])

    def using(self, group: Resource) -> list[Database]:
        """Give the databases that use a parameter group."""
        return self._users.get(group.address, [])

    def classes(self, group: Resource) -> list[tuple[str, str, int]]:
        """Give the engine, name and memory in bytes of the classes that a group's values are for."""
        found = set()
        for user in self.using(group):
            members = self.instances(user.resource) or [user]
            for member in members:
                known = instance_classes.get(member.instance_class or "")
                if known and known.memory_bytes is not None and user.postgres:
                    found.add((user.postgres, known.name, known.memory_bytes))
        return sorted(found, key=lambda each: (each[2], each[1]))

    def groups(self, database: Database) -> tuple[list[ParameterGroup], bool]:
        """Give the parameter groups of a database, whose values count from the first on.

        Returns:
            The groups, and whether it is sure that those are all but default groups.
        """
        own, sure = self._group(database.resource)
        if database.cluster is None:
            return own, sure
        others, others_sure = self._group(database.cluster)
        return [*own, *others], sure and others_sure

    def parameter(self, database: Database, name: str) -> Any:
        """Give the value of a parameter on a database.

        Returns:
            The text; None where it is left to its default; an expression where that is not known.
        """
        groups, sure = self.groups(database)
        for group in groups:
            setting = group.setting(name)
            if setting:
                return Unknown() if setting.value is None else setting.value
            sure = sure and group.complete
        return None if sure else Unknown()

    def _group(
        self, resource: Resource, replicas: frozenset[str] = frozenset()
    ) -> tuple[list[ParameterGroup], bool]:
        argument, type_ = PARAMETER_GROUP[resource.type]
        value = resource.given(argument)
        if not present(resource, argument):
            replica = present(resource, "replicate_source_db")
            return self._inherited(resource, replicas) if replica else ([], True)
        if str(resource.known(argument, "")).startswith("default."):
            return [], True
        found = self._configuration.targets(value, type_)
        return list(map(parameter_group, found)), len(found) == 1

    def _inherited(
        self, replica: Resource, replicas: frozenset[str]
    ) -> tuple[list[ParameterGroup], bool]:
        """Give the group of a replica without one: its source's, or in another region the default."""
        source = self.get(replica).source
        arn = arn_region(replica.given("replicate_source_db"))
        here = region(replica, self._configuration)
        there = arn or (source and region(source, self._configuration))
        if here and there and here != there:
            return [], True
        unsure = source is None or source.provider != replica.provider or (arn and not here)
        if unsure or source is None or replica.address in replicas:
            return [], False
        return self._group(source, replicas | {replica.address})

    @functools.cached_property
    def _instances(self) -> dict[str, list[Database]]:
        return _by_address((each.cluster, each) for each in self.all)

    @functools.cached_property
    def _replicas(self) -> dict[str, list[Database]]:
        return _by_address((each.source, each) for each in self.all)

    @functools.cached_property
    def _users(self) -> dict[str, list[Database]]:
        found: dict[str, list[Database]] = {}
        for database in self.all:
            for group in self._group(database.resource)[0]:
                found.setdefault(group.resource.address, []).append(database)
        return found

    def _read(self, resource: Resource) -> Database:
        engine, version = _word(resource, "engine"), _word(resource, "engine_version")
        cluster = source = None
        if resource.type == "aws_rds_cluster_instance":
            cluster = self._one(resource.given("cluster_identifier"), "aws_rds_cluster")
        replica = present(resource, "replicate_source_db")
        if replica:
            source = self._source(resource)
        origin = cluster or source
        if origin and not (engine and version):
            inherited = self.get(origin)
            engine = engine or (None if resource.unknown("engine") else inherited.engine)
            version = version or (None if resource.unknown("engine_version") else inherited.version)
        return Database(resource, engine, version, cluster, source, replica)

    def _source(self, replica: Resource) -> Resource | None:
        value = replica.given("replicate_source_db")
        arn = _ARN.fullmatch(value) if isinstance(value, str) else None
        named = self._configuration.targets(arn[2] if arn else value, *SERVERS)
        if isinstance(value, str):
            # Databases of several regions may have one name; without an ARN it is one of the same.
            named = [
                each
                for each in named
                if each is not replica and (arn or each.provider == replica.provider)
            ]
        return named[0] if len(named) == 1 else None

    def _one(self, value: Any, *types: str) -> Resource | None:
        found = self._configuration.targets(value, *types)
        return found[0] if len(found) == 1 else None


def _by_address(pairs: Iterable[tuple[Resource | None, Database]]) -> dict[str, list[Database]]:
    found: dict[str, list[Database]] = {}
    for resource, database in pairs:
        if resource is not None:
            found.setdefault(resource.address, []).append(database)
    return found


def _word(resource: Resource, argument: str) -> str | None:
    value = resource.known(argument)
    return value if isinstance(value, str) and value else None


def databases(configuration: Configuration) -> Databases:
    """Give the databases of a configuration."""
    return configuration.once(Databases)


def settings(group: Resource) -> Iterator[tuple[ParameterGroup, Setting, Parameter]]:
    """Give the parameters of a group that its family has."""
    known = parameter_group(group)
    for setting, parameter in known.known:
        yield known, setting, parameter
