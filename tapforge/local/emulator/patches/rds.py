"""Gaps of moto's RDS and Aurora."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapforge.local.emulator.patches import add, gap, stored, wrap, wrap_property

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_PERFORMANCE_INSIGHTS = (
    "enable_performance_insights",
    "performance_insights_kms_key_id",
    "performance_insights_retention_period",
)


@gap(
    "Parameters of a group come without Source, so the provider, which asks for Source=user, takes "
    "every one of them for removed: permanent drift on `parameter`."
)
def parameter_source() -> None:
    """Say that the parameters moto knows were set by the user; there are no others to list."""
    from moto.core.responses import ActionResult
    from moto.rds.responses import RDSResponse

    def describe(original: Callable[..., Any], self: Any) -> Any:
        parameters = original(self).result["Parameters"]
        asked = self.params.get("Source") in (None, "user")
        set_by_user = {"Source": "user", "IsModifiable": True}
        return ActionResult({"Parameters": [p | set_by_user for p in parameters] if asked else []})

    wrap(RDSResponse, "describe_db_parameters")(describe)
    wrap(RDSResponse, "describe_db_cluster_parameters")(describe)


@gap(
    "ResetDBParameterGroup and ResetDBClusterParameterGroup are not implemented: a parameter cannot "
    "be taken out of a group."
)
def parameter_reset() -> None:
    """Forget the parameters that are named, or all of them."""
    from moto.core.responses import ActionResult
    from moto.rds.exceptions import DBParameterGroupNotFoundError
    from moto.rds.responses import RDSResponse

    def reset(self: Any, groups: Mapping[str, Any], key: str) -> Any:
        name = self.params[key]
        if name not in groups:
            raise DBParameterGroupNotFoundError(name)
        parameters = groups[name].parameters
        if self.params.get("ResetAllParameters"):
            parameters.clear()
        for parameter in self.params.get("Parameters", []):
            parameters.pop(parameter["ParameterName"], None)
        return ActionResult({key: name})

    def reset_db_parameter_group(self: Any) -> Any:
        return reset(self, self.backend.db_parameter_groups, "DBParameterGroupName")

    def reset_db_cluster_parameter_group(self: Any) -> Any:
        return reset(self, self.backend.db_cluster_parameter_groups, "DBClusterParameterGroupName")

    add(
        RDSResponse,
        reset_db_parameter_group=reset_db_parameter_group,
        reset_db_cluster_parameter_group=reset_db_cluster_parameter_group,
    )


@gap("Instances lose their Performance Insights settings: permanent drift on all three of them.")
def performance_insights() -> None:
    """Keep them; the retention is 7 days when none is given.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    """
    from moto.rds.models import DBInstance

    def complete(instance: Any) -> None:
        if (
            instance.enable_performance_insights
            and not instance.performance_insights_retention_period
        ):
            instance.performance_insights_retention_period = 7

    @wrap(DBInstance, "__init__")
    def create(original: Callable[..., None], self: Any, *given: Any, **options: Any) -> None:
        original(self, *given, **options)
        for name in _PERFORMANCE_INSIGHTS:
            setattr(self, name, options.get(name))
        complete(self)

    @wrap(DBInstance, "update")
    def update(original: Callable[..., None], self: Any, *given: Any, **options: Any) -> None:
        original(self, *given, **options)
        complete(self)

    add(
        DBInstance,
        performance_insights_enabled=property(
            lambda self: bool(self.enable_performance_insights),
        ),
    )


@gap(
    "A backup window and a maintenance window that only touch count as overlapping: an instance "
    "with 03:00-04:00 and sun:04:00-sun:05:00 is refused."
)
def touching_windows() -> None:
    """Let windows overlap only when they have time in common."""
    from moto.rds import utils

    @wrap(utils, "get_overlap_between_two_date_ranges")
    def overlap(original: Callable[..., int], *ranges: Any) -> int:
        return original(*ranges) or -1


@gap("An instance has gp2 storage where nothing is said of it; RDS makes gp3 then.")
def storage_default() -> None:
    """Give gp3 to whoever asks for an amount of storage and says no more.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    """
    from moto.rds.models import RDSBackend

    @wrap(RDSBackend, "create_db_instance")
    def create(original: Callable[..., Any], self: Any, db_kwargs: dict[str, Any]) -> Any:
        said = ("storage_type", "iops", "db_cluster_identifier")
        if db_kwargs.get("allocated_storage") and not any(map(db_kwargs.get, said)):
            db_kwargs["storage_type"] = "gp3"
        return original(self, db_kwargs)


@gap(
    "A read replica is a shallow copy of its source and shares its lists and settings: drift on "
    "what the source has and the replica does not, and a change to the replica changes the source."
)
def read_replicas() -> None:
    """Give a replica what AWS gives it: only what was asked for it, and lists of its own.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstanceReadReplica.html
    """
    from moto.rds.models import RDSBackend

    not_inherited: dict[str, Any] = {
        "multi_az": False,
        "enable_iam_database_authentication": False,
        "copy_tags_to_snapshot": False,
        "deletion_protection": False,
        "enable_performance_insights": False,
        "performance_insights_kms_key_id": None,
        "performance_insights_retention_period": None,
        "monitoring_interval": 0,
        "monitoring_role_arn": None,
        "backup_retention_period": 0,
        "tags": (),
    }

    @wrap(RDSBackend, "create_db_instance_read_replica")
    def create(original: Callable[..., Any], self: Any, db_kwargs: Mapping[str, Any]) -> Any:
        replica = original(self, db_kwargs)
        for name, default in not_inherited.items():
            setattr(replica, name, default)
        replica.update(**{name: db_kwargs[name] for name in not_inherited if name in db_kwargs})
        replica.max_allocated_storage = (
            db_kwargs.get("max_allocated_storage") or replica.allocated_storage
        )
        replica.enabled_cloudwatch_logs_exports = list(
            db_kwargs.get("enable_cloudwatch_logs_exports") or ()
        )
        replica.manage_master_user_password = False
        vars(replica).pop("master_user_secret", None)
        return replica


@gap(
    "A provisioned cluster reports an empty ScalingConfigurationInfo, which only Aurora Serverless "
    "v1 has: drift on `scaling_configuration`."
)
def scaling_configuration() -> None:
    """Report it for serverless clusters only."""
    from moto.rds.models import DBCluster

    @wrap_property(DBCluster, "scaling_configuration_info")
    def info(original: Callable[..., dict[str, Any]], self: Any) -> dict[str, Any] | None:
        return original(self) if self.engine_mode == "serverless" else None


@gap(
    "ModifyDBCluster ignores changes of the log exports and of IAM authentication: drift after "
    "changing either on an existing cluster."
)
def cluster_changes() -> None:
    """Hand both to the fields in which moto keeps them."""
    from moto.rds.exceptions import DBClusterNotFoundError
    from moto.rds.models import RDSBackend

    @wrap(RDSBackend, "modify_db_cluster")
    def modify(original: Callable[..., Any], self: Any, kwargs: dict[str, Any]) -> Any:
        exports = kwargs.pop("cloudwatch_logs_export_configuration", None) or {}
        authentication = kwargs.pop("enable_iam_database_authentication", None)
        cluster = self.clusters.get(kwargs["db_cluster_identifier"])
        if cluster is None:
            raise DBClusterNotFoundError(kwargs["db_cluster_identifier"])
        kept = set(cluster.enabled_cloudwatch_logs_exports)
        kept -= set(exports.get("DisableLogTypes", ()))
        kept |= set(exports.get("EnableLogTypes", ()))
        cluster.enabled_cloudwatch_logs_exports = sorted(kept)
        if authentication is not None:
            cluster.iam_auth = authentication
        return original(self, kwargs)


@gap("Custom endpoints of a cluster are not implemented: `aws_rds_cluster_endpoint` fails.")
def cluster_endpoints() -> None:
    """Create, change, describe, tag and delete custom endpoints."""
    from moto.rds.models import RDSBackend
    from moto.rds.responses import RDSResponse

    add(
        RDSResponse,
        create_db_cluster_endpoint=_create_endpoint,
        modify_db_cluster_endpoint=_modify_endpoint,
        delete_db_cluster_endpoint=_delete_endpoint,
        describe_db_cluster_endpoints=_describe_endpoints,
    )

    @wrap(RDSBackend, "_get_resource_for_tagging")
    def tagged(original: Callable[..., Any], self: Any, arn: str) -> Any:
        _, custom, identifier = arn.partition(":cluster-endpoint:")
        return stored(self, "cluster_endpoints").get(identifier) if custom else original(self, arn)


class _Endpoint:
    """A custom endpoint; `shown` is how the API describes it."""

    def __init__(self, shown: dict[str, Any], request: Mapping[str, Any]) -> None:
        self.shown = shown
        self._tags: dict[str, str] = {}
        self.add_tags(request.get("Tags", []))
        self.change(request)

    def change(self, request: Mapping[str, Any]) -> None:
        for key in ("StaticMembers", "ExcludedMembers"):
            if key in request:
                self.shown[key] = list(request[key])
        if "EndpointType" in request:
            self.shown["CustomEndpointType"] = request["EndpointType"]

    def get_tags(self) -> list[dict[str, str]]:
        return [{"Key": key, "Value": value} for key, value in self._tags.items()]

    def add_tags(self, tags: Iterable[Mapping[str, str]]) -> None:
        self._tags |= {tag["Key"]: tag["Value"] for tag in tags}

    def remove_tags(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._tags.pop(key, None)


def _create_endpoint(self: Any) -> Any:
    from moto.core.responses import ActionResult
    from moto.rds.exceptions import DBClusterNotFoundError, RDSClientError

    endpoints = stored(self.backend, "cluster_endpoints")
    identifier = self.params["DBClusterEndpointIdentifier"].lower()
    cluster = self.backend.clusters.get(self.params["DBClusterIdentifier"])
    if cluster is None:
        raise DBClusterNotFoundError(self.params["DBClusterIdentifier"])
    if identifier in endpoints:
        raise RDSClientError(
            "DBClusterEndpointAlreadyExistsFault",
            f"DB cluster endpoint {identifier} already exists",
        )
    of_region = f"{cluster.url_identifier}.{self.region}.rds.amazonaws.com"
    shown = {
        "DBClusterEndpointIdentifier": identifier,
        "DBClusterIdentifier": cluster.db_cluster_identifier,
        "DBClusterEndpointResourceIdentifier": f"cluster-endpoint-{identifier.upper()}",
        "DBClusterEndpointArn": (
            f"arn:{self.partition}:rds:{self.region}:{self.current_account}"
            f":cluster-endpoint:{identifier}"
        ),
        "Endpoint": f"{identifier}.cluster-custom-{of_region}",
        "EndpointType": "CUSTOM",
        "Status": "available",
    }
    endpoints[identifier] = _Endpoint(shown, self.params)
    return ActionResult(shown | {"Status": "creating"})


def _modify_endpoint(self: Any) -> Any:
    from moto.core.responses import ActionResult

    endpoint = _endpoint(self)
    endpoint.change(self.params)
    return ActionResult(endpoint.shown)


def _delete_endpoint(self: Any) -> Any:
    from moto.core.responses import ActionResult

    shown = _endpoint(self).shown
    del stored(self.backend, "cluster_endpoints")[shown["DBClusterEndpointIdentifier"]]
    return ActionResult(shown | {"Status": "deleting"})


def _describe_endpoints(self: Any) -> Any:
    from moto.core.responses import ActionResult

    asked = {
        key: self.params[key].lower()
        for key in ("DBClusterEndpointIdentifier", "DBClusterIdentifier")
        if key in self.params
    }
    every = [endpoint.shown for endpoint in stored(self.backend, "cluster_endpoints").values()]
    return ActionResult(
        {"DBClusterEndpoints": [shown for shown in every if asked.items() <= shown.items()]}
    )


def _endpoint(self: Any) -> _Endpoint:
    from moto.rds.exceptions import RDSClientError

    identifier = self.params["DBClusterEndpointIdentifier"].lower()
    try:
        endpoint: _Endpoint = stored(self.backend, "cluster_endpoints")[identifier]
    except KeyError:
        raise RDSClientError(
            "DBClusterEndpointNotFoundFault", f"DB cluster endpoint {identifier} not found"
        ) from None
    return endpoint


@gap("DescribeDBEngineVersions is not implemented: `data.aws_rds_engine_version` fails.")
def engine_versions() -> None:
    """Describe the version that is asked for: here, every PostgreSQL version exists.

    The family of an engine since PostgreSQL 10 is its name and the major version:
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html
    """
    from moto.core.responses import ActionResult
    from moto.rds.responses import RDSResponse

    def describe_db_engine_versions(self: Any) -> Any:
        engine, version = (self.params.get(key) for key in ("Engine", "EngineVersion"))
        if engine not in {"postgres", "aurora-postgresql"} or not version:
            raise NotImplementedError(
                "DescribeDBEngineVersions without a version of postgres or aurora-postgresql"
            )
        description = {
            "Engine": engine,
            "EngineVersion": version,
            "DBParameterGroupFamily": f"{engine}{version.partition('.')[0]}",
            "DBEngineVersionDescription": f"{engine} {version}",
            "Status": "available",
        }
        return ActionResult({"DBEngineVersions": [description]})

    add(RDSResponse, describe_db_engine_versions=describe_db_engine_versions)
