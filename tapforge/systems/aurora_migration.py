"""The system aurora-migration: payments move from a PostgreSQL elsewhere to Aurora, and lose nothing."""

from __future__ import annotations

from typing import Any

from tapforge.facts import networks
from tapforge.facts import postgres as versions
from tapforge.lang import functions as fn
from tapforge.lang.expression import (
    conditional,
    count,
    eq,
    for_list,
    for_map,
    ge,
    le,
    ne,
    not_,
    or_,
)
from tapforge.lang.inputs import Valid, inputs, output, outputs, variable
from tapforge.lang.module import Body
from tapforge.modules import cutover_dns as names
from tapforge.modules import parameters, valid
from tapforge.modules.alarm import AlarmInputs, AlarmOutputs, alarm
from tapforge.modules.application import ApplicationInputs, application
from tapforge.modules.aurora import ENGINE, AuroraInputs, aurora
from tapforge.modules.backup import BackupInputs, backup
from tapforge.modules.cutover import CutoverInputs, cutover, reader_steps
from tapforge.modules.cutover_dns import CutoverDnsInputs, cutover_dns
from tapforge.modules.dashboard import DashboardInputs, dashboard
from tapforge.modules.dms import DmsInputs, dms
from tapforge.modules.dms import instance_class as of_replication
from tapforge.modules.dms_account import DmsAccountInputs, dms_account
from tapforge.modules.encryption_key import EncryptionKeyInputs, encryption_key
from tapforge.modules.network import NetworkInputs, network
from tapforge.modules.notifications import NotificationsInputs, notifications
from tapforge.modules.peering import PeeringInputs, apart, peering
from tapforge.modules.rotation import RotationInputs, rotation
from tapforge.systems.inputs import TieredInputs, subnet_cidrs, zones
from tapforge.systems.system import system

NAME = "migration"
MASTER = "migration"
DATABASE = "payments"
SENTINEL = "tapforge_cutover.sentinel"
"""The table whose row the cutover function writes last, and looks for on the other side."""

_PUBLIC, _PRIVATE = 0, 1
_OF_DMS = ("AWS/DMS",)
_LAG_SECONDS, _LAG_PERIOD = 60, 60
_REPLICATION = {
    # From the beginning: it takes a reboot, and the way back needs it at once.
    "rds.logical_replication": "1",
    "max_replication_slots": "20",
    "max_wal_senders": "20",
    "max_logical_replication_workers": "8",
    # A slow read of the log is no lost reader.
    "wal_sender_timeout": "300000",
}
_WORKERS = {
    # At least those of logical replication, autovacuum and parallel queries together.
    "max_worker_processes": "24",
    "max_parallel_workers": "8",
}
_GRAPHS_OF_CLUSTER = {
    "Connections of Aurora": "DatabaseConnections",
    "CPU of Aurora (percent)": "CPUUtilization",
    "Lag of the readers (milliseconds)": "AuroraReplicaLag",
}
_GRAPHS_OF_TASKS = {
    "Lag of replication (seconds)": ["CDCLatencySource", "CDCLatencyTarget"],
    "Changes (number)": ["CDCIncomingChanges", "CDCChangesMemorySource", "CDCChangesDiskSource"],
    "Throughput of changes (rows per second)": [
        "CDCThroughputRowsSource",
        "CDCThroughputRowsTarget",
    ],
    "Throughput of the load (rows per second)": [
        "FullLoadThroughputRowsSource",
        "FullLoadThroughputRowsTarget",
    ],
}
_GRAPHS_OF_INSTANCE = {
    "Replication instance: free memory (bytes)": "FreeableMemory",
    "Replication instance: free storage (bytes)": "FreeStorageSpace",
}

_IDENTIFIER = "^[a-z_][a-z0-9_]{0,62}$"
_DOMAIN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?$"


_of_production = valid.of_vpc("production_vpc_id")
_room_for_stand_in = Valid(
    # What is no block at all is told by its own rule.
    lambda value, inputs: or_(
        ne(inputs.production_vpc_id, None),
        fn.try_(le(fn.tonumber(fn.element(fn.split("/", value), 1)), 24), True),
    ),
    lambda value, _: (
        f"{value} has no room for a subnet: the VPC that stands in for production needs /24 or larger."
    ),
)


_source_cidrs = (
    Valid(
        lambda value, _: ge(fn.length(value), 1),
        lambda _value, _: "the old database is nowhere: give the IPv4 block of its subnet.",
        {"minItems": 1},
    ),
    valid.each_matches(networks.BLOCK_PATTERN, "IPv4 blocks of subnets"),
    Valid(
        # What is no block at all is told by its own rule.
        lambda value, inputs: fn.try_(
            fn.alltrue(for_list(value, lambda cidr: not_(valid.overlap(cidr, inputs.vpc_cidr)))),
            True,
        ),
        lambda value, inputs: (
            f"{fn.jsonencode(value)} shares addresses with {inputs.vpc_cidr}: what is sent there never"
            " leaves the VPC; give the VPC another block."
        ),
    ),
)


@inputs
class AuroraMigrationInputs(TieredInputs):
    """What an environment of aurora-migration decides."""

    zone_count: int = variable(
        "Availability zones of the network; the instances are spread over them.",
        default=3,
        valid=[zones],
    )

    # The old database
    source_host: str = variable(
        "Host name of the old database.", valid=[names.host], example="payments.corp.example.com"
    )
    source_reader_host: str | None = variable(
        "Host name that reads of the old database go to; null for the same.",
        default=None,
        valid=[names.host],
    )
    source_port: int = variable(
        "Port of the old database.", default=5432, valid=[valid.between(1150, 65535)]
    )
    source_cidrs: list[str] = variable(
        "IPv4 blocks of the old database's subnets; a VPN or Direct Connect leads from this VPC there.",
        valid=_source_cidrs,
        example=["192.168.10.0/24"],
    )
    source_database_name: str = variable(
        "Name of the old database.",
        default=DATABASE,
        valid=[valid.pattern(_IDENTIFIER, "a name of PostgreSQL in lower case")],
    )
    source_secret_arn: str = variable(
        "Full ARN of the existing secret of the old database: host, port, dbname, username, password.",
        valid=[valid.secret_arn, valid.secret_of_region],
        example="arn:aws:secretsmanager:us-east-1:123456789012:secret:payments/old-AbCdEf",
    )
    source_cutover_secret_arn: str | None = variable(
        "Full ARN of the existing secret by which the cutover function reaches the old database, with"
        " the same keys; null for that of DMS.",
        default=None,
        valid=[valid.secret_arn, valid.secret_of_region],
    )
    source_replication_role: str = variable(
        "Role of the old database that DMS connects as: the user of source_secret_arn, and of no"
        " application.",
        default="dms",
        valid=[valid.pattern(_IDENTIFIER, "a role of PostgreSQL in lower case")],
    )
    source_certificate_arn: str | None = variable(
        "ARN of the certificate of DMS that the old database's is checked by; null encrypts and checks"
        " not.",
        default=None,
        valid=[valid.dms_certificate_arn],
    )
    schemas: list[str] = variable(
        "Schemas that move.",
        default=["public"],
        valid=[
            Valid(
                lambda value, _: ge(fn.length(value), 1),
                lambda _value, _: "no schema: there is nothing to move; give one such as public.",
                {"minItems": 1},
            ),
            valid.each_matches(_IDENTIFIER, "names of PostgreSQL in lower case"),
        ],
    )
    lob_max_kb: int = variable(
        "Size in kB of the largest text, JSON or bytea value; the task stops at a larger one.",
        default=1024,
        valid=[valid.between(1, 102_400)],
    )

    # Production
    production_vpc_id: str | None = variable(
        "Id of the VPC of the applications; null makes one that stands in for it.",
        default=None,
        valid=[valid.vpc_id],
    )
    production_vpc_cidr: str = variable(
        "IPv4 block of that VPC.",
        default="10.1.0.0/16",
        valid=[valid.vpc_cidr, apart, _room_for_stand_in],
    )
    production_route_table_ids: list[str] = variable(
        "Ids of all of its route tables; none where one stands in for it.",
        default=[],
        valid=[_of_production, valid.route_table_ids],
    )
    production_security_groups: dict[str, str] = variable(
        "Ids of its applications' security groups, each by a name that says whose it is.",
        default={},
        valid=[_of_production, *valid.client_security_groups],
    )
    domain: str = variable(
        "Ends the name of the private zone.",
        default="internal",
        valid=[valid.length(1, 150), valid.pattern(_DOMAIN, "a domain such as internal")],
    )
    ttl: int = variable(
        "Seconds that resolvers keep the names of writer and reader.",
        default=10,
        valid=[names.ttl],
    )

    # Aurora
    engine_version: str = variable(
        "Aurora PostgreSQL version.",
        default=versions.newest(ENGINE, 17),
        valid=[valid.creatable(ENGINE)],
    )
    instance_class: str = variable(
        "Class of the cluster's instances.",
        default="db.r6g.large",
        valid=[*valid.offered(ENGINE), valid.sold(ENGINE)],
    )
    reader_count: int = variable(
        "Readers beside the writer.", default=2, valid=[valid.limit("aurora_reader_count")]
    )
    cluster_parameters: dict[str, str] = variable(
        "PostgreSQL parameters of the whole cluster, beside those of replication.",
        default={},
        valid=parameters.valid(ENGINE, "cluster"),
    )
    instance_parameters: dict[str, str] = variable(
        "PostgreSQL parameters of each instance, beside those of replication.",
        default={},
        valid=parameters.valid(ENGINE, "instance"),
    )
    target_secret_arn: str | None = variable(
        "Full ARN of the existing secret of a user of DMS and the cutover function in Aurora, with the"
        " same keys; RDS then manages the master password. Null makes a secret of the master user.",
        default=None,
        valid=[
            valid.secret_arn,
            valid.secret_of_region,
        ],
    )
    target_cutover_secret_arn: str | None = variable(
        "Full ARN of the existing secret by which the cutover function reaches Aurora, with the same"
        " keys; null for that of DMS.",
        default=None,
        valid=[valid.secret_arn, valid.secret_of_region],
    )
    target_replication_role: str = variable(
        "Role of Aurora that DMS connects as where target_secret_arn is given: that secret's user.",
        default="dms",
        valid=[valid.pattern(_IDENTIFIER, "a role of PostgreSQL in lower case")],
    )
    target_certificate_arn: str | None = variable(
        "ARN of the certificate of DMS that Aurora's is checked by; null encrypts and checks not.",
        default=None,
        valid=[valid.dms_certificate_arn],
    )
    secret_key_arns: list[str] = variable(
        "ARNs of the keys of the existing secrets; none for AWS's own key of Secrets Manager.",
        default=[],
        valid=[
            valid.each_matches(
                "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", "ARNs of KMS keys"
            )
        ],
    )
    rotation_days: int = variable(
        "Days between two rotations of the made password.",
        default=30,
        valid=[valid.between(1, 1000)],
    )
    password_version: int = variable(
        "Raise it to write the made password anew.", default=1, valid=[valid.between(1, 1_000_000)]
    )
    backup_retention_days: int = variable(
        "Days back that the cluster can be restored to any point in time.",
        default=7,
        valid=[valid.limit("aurora_backup_retention_period"), valid.kept_backups],
    )
    backup_window: str = variable(
        "Daily time for backups, in UTC.", default="03:00-04:00", valid=valid.backup_window
    )
    maintenance_window: str = variable(
        "Weekly time for maintenance, in UTC; keep a cutover away from it.",
        default="sun:05:00-sun:06:00",
        valid=valid.maintenance_window,
    )
    flow_log_retention_days: int = variable(
        "Days that CloudWatch keeps the log of the VPC's flows; 0 logs none.",
        default=14,
        valid=[valid.limit("log_retention_in_days")],
    )

    # DMS and the cutover
    create_dms_roles: bool = variable(
        "Whether the account's roles of DMS are made here, as an account without them needs once; the"
        " environment that does so has to be destroyed last.",
        default=False,
    )
    replication: bool = variable(
        "Whether all stands that only the migration needs: DMS, the cutover function, alarms and"
        " dashboard. False once the migration is COMMITTED, and never before, takes it down; the outputs"
        " that tell of it are null then.",
        default=True,
    )
    replication_instance_class: str = variable(
        "Class of the replication instance.",
        default="dms.r6i.large",
        valid=[of_replication],
    )
    replication_storage_gb: int = variable(
        "Storage of the replication instance in GB.",
        default=100,
        valid=[valid.between(5, 6144)],
    )
    replication_multi_az: bool = variable(
        "Whether the replication instance has a standby in another zone.", default=True
    )
    reader_steps: list[int] = variable(
        "Percent of the reads on Aurora, step by step, before writes move.",
        default=[10, 50, 100],
        valid=[reader_steps],
    )
    max_lag_seconds: int = variable(
        "Lag up to which a cutover begins.", default=5, valid=[valid.between(1, 60)]
    )
    healthy_minutes: int = variable(
        "Minutes that everything was well before a cutover begins.",
        default=10,
        valid=[valid.between(1, 1440)],
    )
    drain_seconds: int = variable(
        "How long the last changes may take to arrive before the old database writes again.",
        default=60,
        valid=[valid.between(1, 600)],
    )
    prove_reverse: bool = variable(
        "Whether the task back must run before applications write to Aurora: the pause then lasts as"
        " long as DMS needs to stop one task and to start another, a minute or more each. If not, its"
        " slot is there, and it starts right after.",
        default=True,
    )
    authorities_layer_arn: str | None = variable(
        "ARN of a layer of Lambda with authorities.pem, the certificates of the authorities of both"
        " databases' servers; null where the system's authorities do.",
        default=None,
        valid=[valid.layer_arn],
    )


@outputs
class AuroraMigrationOutputs:
    """What an application, a test or an operator needs."""

    vpc_id: str = output("Id of the VPC.")
    public_subnet_ids: list[str] = output("Ids of the public subnets.")
    private_subnet_ids: list[str] = output("Ids of the private subnets.")
    route_table_ids: list[str] = output("Ids of all route tables.")
    nat_public_ips: list[str] = output("Address that private subnets reach the internet from.")
    production_vpc_id: str = output("Id of the applications' VPC.")
    production_route_table_ids: list[str] = output("Ids of all route tables of that VPC.")
    production_security_groups: dict[str, str] = output(
        "Ids of the applications' security groups, by their names."
    )
    peering_connection_id: str = output("Id of the peering connection of the two.")
    zone_id: str = output("Id of the private zone.")
    writer_name: str = output("Name that applications write to.")
    reader_name: str = output("Name that applications read from.")
    cluster_identifier: str = output("Identifier of the Aurora cluster.")
    cluster_arn: str = output("ARN of the Aurora cluster.")
    cluster_endpoint: str = output("Host name of the writer.")
    cluster_reader_endpoint: str = output("Host name that spreads over the readers.")
    cluster_port: int = output("Port of the cluster.")
    database_name: str = output("Name of the database.")
    master_username: str = output("Master user.")
    instance_identifiers: list[str] = output("Identifiers of the instances, the writer's first.")
    cluster_parameter_group_name: str = output("Name of the cluster parameter group.")
    instance_parameter_group_name: str = output("Name of the instances' parameter group.")
    security_group_id: str = output("Id of the cluster's security group.")
    subnet_group_name: str = output("Name of the DB subnet group.")
    target_secret_arn: str = output("ARN of the secret that Aurora is reached by.")
    kms_key_arn: str = output("ARN of the encryption key.")
    replication_instance_arn: str = output("ARN of the replication instance.")
    replication_instance_identifier: str = output("Identifier of the replication instance.")
    replication_subnet_group_name: str = output("Name of its subnet group.")
    replication_security_group_id: str = output("Id of its security group.")
    replication_secret_role_arn: str = output("ARN of the role by which DMS reads the secrets.")
    endpoint_arns: dict[str, str] = output("ARNs of the endpoints, by direction and side.")
    forward_task_arn: str = output("ARN of the task to Aurora.")
    reverse_task_arn: str = output("ARN of the task back from Aurora.")
    replication_log_group_name: str = output("CloudWatch log group of the tasks.")
    snapshot_identifier: str = output(
        "Name of the snapshot that the cutover function asks for before writes move."
    )
    state_parameter: str = output("Name of the parameter with the checkpoint.")
    cutover_function_name: str = output("Name of the cutover function.")
    cutover_function_arn: str = output("ARN of the cutover function.")
    cutover_role_arn: str = output("ARN of the cutover function's role.")
    cutover_security_group_id: str = output("Id of the cutover function's security group.")
    cutover_log_group_name: str = output("CloudWatch log group of the cutover function.")
    cutover_rule_names: list[str] = output("Names of the rules that call the cutover function.")
    topic_arn: str = output("ARN of the topic that is told of everything.")
    alarm_names: dict[str, str] = output("Names of the alarms, by what they watch.")
    dashboard_name: str = output("Name of the dashboard.")
    backup_vault_name: str = output("Name of the backup vault.")
    backup_plan_id: str = output("Id of the backup plan.")


@system("aurora-migration")
def aurora_migration(s: Body, v: AuroraMigrationInputs) -> AuroraMigrationOutputs:
    """An Aurora cluster, replication to it and back, and the names and the function that switch to it.

    Terraform prepares all of it and switches nothing: the cutover function starts the replication, moves
    readers and writers, and goes back by itself where something is wrong.
    """
    suffix = v.environment_suffix
    given: Any = v  # null is told apart by the conditions below
    key = s.call(
        "key",
        encryption_key,
        EncryptionKeyInputs(
            name=NAME,
            environment_suffix=suffix,
            destroyable=v.destroyable,
            services=["backup", "cloudwatch", "events", "logs"],
        ),
    )
    private_cidrs = subnet_cidrs(v, _PRIVATE)
    net = s.call(
        "network",
        network,
        NetworkInputs(
            name=NAME,
            environment_suffix=suffix,
            destroyable=v.destroyable,
            vpc_cidr=v.vpc_cidr,
            public_subnet_cidrs=subnet_cidrs(v, _PUBLIC),
            private_subnet_cidrs=private_cidrs,
            isolated_subnet_cidrs=[],
            nat_gateways="one",
            flow_log_retention_days=v.flow_log_retention_days,
            kms_key_arn=key.arn,
        ),
    )
    generated = eq(v.target_secret_arn, None)
    cluster = s.call(
        "aurora",
        aurora,
        AuroraInputs(
            name=NAME,
            cluster_name=f"{NAME}-aurora",
            environment_suffix=suffix,
            destroyable=v.destroyable,
            vpc_id=net.vpc_id,
            subnet_ids=net.private_subnet_ids,
            availability_zones=net.availability_zones,
            client_cidrs=private_cidrs,
            engine_version=v.engine_version,
            instance_class=v.instance_class,
            reader_count=v.reader_count,
            database_name=DATABASE,
            master_username=MASTER,
            # DMS takes no password that RDS manages: the secret says neither host nor port.
            credentials=conditional(generated, "generated", "managed"),
            password_version=v.password_version,
            kms_key_arn=key.arn,
            cluster_parameters=fn.merge(_REPLICATION, v.cluster_parameters),
            instance_parameters=fn.merge(_WORKERS, v.instance_parameters),
            backup_retention_days=v.backup_retention_days,
            backup_window=v.backup_window,
            maintenance_window=v.maintenance_window,
            monitoring_role_name=f"{NAME}-monitor",
            log_retention_days=30,
        ),
    )
    s.call(
        "rotation",
        rotation,
        RotationInputs(
            name=NAME,
            environment_suffix=suffix,
            destroyable=v.destroyable,
            secret_arn=cluster.master_user_secret_arn,
            days=v.rotation_days,
            kms_key_arn=key.arn,
            vpc_id=net.vpc_id,
            subnet_ids=net.private_subnet_ids,
            database_security_group_id=cluster.security_group_id,
        ),
        when=generated,
    )
    target_secret_arn: str = conditional(
        generated, cluster.master_user_secret_arn, given.target_secret_arn
    )
    secret_key_arns = fn.concat(v.secret_key_arns, conditional(generated, [key.arn], []))
    target_role = conditional(generated, MASTER, v.target_replication_role)

    # --- production, or what stands in for it ---
    made = conditional(eq(v.production_vpc_id, None), 1, 0)
    production_zone = fn.cidrsubnet(v.production_vpc_cidr, 4, 0)
    stand_in = s.call(
        "production",
        network,
        NetworkInputs(
            name=f"{NAME}-clients",
            environment_suffix=suffix,
            destroyable=v.destroyable,
            vpc_cidr=v.production_vpc_cidr,
            isolated_subnet_cidrs=[production_zone],
        ),
        count=made,
    )
    applications = s.call(
        "application",
        application,
        ApplicationInputs(
            name=NAME,
            environment_suffix=suffix,
            vpc_id=fn.element(stand_in.vpc_id, count.index),
            database_cidrs=v.source_cidrs,
            database_port=v.source_port,
        ),
        count=made,
    )
    production_vpc_id: str = conditional(
        eq(v.production_vpc_id, None), fn.one(stand_in.vpc_id), given.production_vpc_id
    )
    # One of the two is empty: what is given, or the stand-in's, which has subnets of one tier alone.
    production_tables: list[str] = fn.concat(
        v.production_route_table_ids, stand_in.isolated_route_table_id
    )
    production_groups = fn.merge(
        v.production_security_groups,
        for_map(applications.security_group_id, lambda group: ("application", group)),
    )
    peered = s.call(
        "peering",
        peering,
        PeeringInputs(
            name=NAME,
            environment_suffix=suffix,
            vpc_id=net.vpc_id,
            vpc_cidr=v.vpc_cidr,
            route_table_ids=net.route_table_ids,
            database_security_group_id=cluster.security_group_id,
            peer_vpc_id=production_vpc_id,
            peer_vpc_cidr=v.production_vpc_cidr,
            peer_route_table_ids=production_tables,
            client_security_groups=production_groups,
        ),
    )
    dns = s.call(
        "dns",
        cutover_dns,
        CutoverDnsInputs(
            name=NAME,
            environment_suffix=suffix,
            destroyable=v.destroyable,
            zone_name=f"{NAME}-{suffix}.{v.domain}",
            vpc_ids=[net.vpc_id, production_vpc_id],
            ttl=v.ttl,
            old_writer=v.source_host,
            old_reader=fn.coalesce(v.source_reader_host, v.source_host),
            new_writer=cluster.endpoint,
            new_reader=cluster.reader_endpoint,
        ),
    )

    # --- replication ---
    roles = s.call(
        "dms_account",
        dms_account,
        DmsAccountInputs(create=v.create_dms_roles, destroyable=v.destroyable),
        # Other environments may need those that this one makes.
        when=or_(v.replication, v.create_dms_roles),
    )
    copy = s.call(
        "dms",
        dms,
        DmsInputs(
            name=NAME,
            environment_suffix=suffix,
            destroyable=v.destroyable,
            vpc_id=net.vpc_id,
            subnet_ids=net.private_subnet_ids,
            database_cidrs=v.source_cidrs,
            database_port=v.source_port,
            vpc_role_arn=roles.vpc_role_arn,
            logs_role_arn=roles.logs_role_arn,
            instance_class=v.replication_instance_class,
            allocated_storage_gb=v.replication_storage_gb,
            multi_az=v.replication_multi_az,
            maintenance_window=v.maintenance_window,
            kms_key_arn=key.arn,
            source_secret_arn=v.source_secret_arn,
            target_secret_arn=target_secret_arn,
            secret_key_arns=secret_key_arns,
            source_database_name=v.source_database_name,
            target_database_name=cluster.database_name,
            source_certificate_arn=v.source_certificate_arn,
            target_certificate_arn=v.target_certificate_arn,
            target_security_group_id=cluster.security_group_id,
            tables=fn.concat(for_list(v.schemas, lambda schema: f"{schema}.%"), [SENTINEL]),
            lob_max_kb=v.lob_max_kb,
        ),
        when=v.replication,
    )

    # --- who is told ---
    topic = s.call(
        "notifications",
        notifications,
        NotificationsInputs(
            name=f"{NAME}-events",
            environment_suffix=suffix,
            kms_key_arn=key.arn,
            publishers=["cloudwatch.amazonaws.com", "events.amazonaws.com"],
            emails=v.alarm_emails,
        ),
    )

    def lag(
        label: str, metric: str, description: str, task: str, missing: str = "breaching"
    ) -> AlarmOutputs:
        return s.call(
            f"{label}_alarm",
            alarm,
            AlarmInputs(
                name=f"{NAME}-{label.replace('_', '-')}-lag",
                environment_suffix=suffix,
                description=description,
                namespace="AWS/DMS",
                metric_name=metric,
                dimensions={
                    "ReplicationInstanceIdentifier": copy.instance_identifier,
                    "ReplicationTaskIdentifier": task,
                },
                statistic="Maximum",
                breach="above",
                threshold=_LAG_SECONDS,
                period=_LAG_PERIOD,
                evaluation_periods=3,
                treat_missing_data=missing,
                action_arns=[topic.topic_arn],
            ),
            when=v.replication,
        )

    forward, reverse = copy.forward_task_metric_id, copy.reverse_task_metric_id
    # A task without metrics does not run.
    source_lag = lag(
        "source",
        "CDCLatencySource",
        "DMS reads the old database's log late, or the task is down: look at the task's log group."
        " After a cutover it is down for good.",
        forward,
    )
    target_lag = lag(
        "target",
        "CDCLatencyTarget",
        "DMS writes to Aurora late, or the task is down: look at the task's log group, and at Aurora."
        " After a cutover it is down for good.",
        forward,
    )
    # It runs after a cutover alone, and whether it does the function looks at every minute.
    way_back = [
        lag(
            f"reverse_{side}",
            metric,
            f"The old database follows Aurora late ({side} of the task back): a rollback would wait for"
            " it, look at the task's log group.",
            reverse,
            "notBreaching",
        )
        for side, metric in (("source", "CDCLatencySource"), ("target", "CDCLatencyTarget"))
    ]
    switch = s.call(
        "cutover",
        cutover,
        CutoverInputs(
            name=NAME,
            environment_suffix=suffix,
            destroyable=v.destroyable,
            vpc_id=net.vpc_id,
            subnet_ids=net.private_subnet_ids,
            database_cidrs=v.source_cidrs,
            database_port=v.source_port,
            kms_key_arn=key.arn,
            topic_arn=topic.topic_arn,
            alarm_arns=[each.arn for each in (source_lag, target_lag, *way_back)],
            zone_id=dns.zone_id,
            zone_arn=dns.zone_arn,
            writer_name=dns.writer_name,
            reader_name=dns.reader_name,
            target_security_group_id=cluster.security_group_id,
            target_cluster_arn=cluster.cluster_arn,
            target_cluster_identifier=cluster.cluster_identifier,
            source_secret_arn=fn.coalesce(v.source_cutover_secret_arn, v.source_secret_arn),
            target_secret_arn=conditional(
                eq(v.target_cutover_secret_arn, None),
                target_secret_arn,
                given.target_cutover_secret_arn,
            ),
            secret_key_arns=secret_key_arns,
            source_replication_role=v.source_replication_role,
            target_replication_role=target_role,
            schemas=v.schemas,
            forward_task_arn=copy.forward_task_arn,
            reverse_task_arn=copy.reverse_task_arn,
            reader_steps=v.reader_steps,
            max_lag_seconds=v.max_lag_seconds,
            healthy_minutes=v.healthy_minutes,
            drain_seconds=v.drain_seconds,
            prove_reverse=v.prove_reverse,
            authorities_layer_arn=v.authorities_layer_arn,
        ),
        when=v.replication,
    )
    errors = s.call(
        "cutover_alarm",
        alarm,
        AlarmInputs(
            name=f"{NAME}-cutover-errors",
            environment_suffix=suffix,
            description=(
                "The cutover function fails: look at its log group, and at `tapforge cutover status`."
            ),
            namespace="AWS/Lambda",
            metric_name="Errors",
            dimensions={"FunctionName": switch.function_name},
            statistic="Sum",
            breach="above",
            threshold=0,
            period=60,
            # A minute without an invocation is one without an error.
            treat_missing_data="notBreaching",
            action_arns=[topic.topic_arn],
        ),
        when=v.replication,
    )
    tasks = (forward, reverse)
    instance = ("ReplicationInstanceIdentifier", copy.instance_identifier)
    page = s.call(
        "dashboard",
        dashboard,
        DashboardInputs(
            name=NAME,
            environment_suffix=suffix,
            region=v.aws_region,
            graphs={
                **{
                    title: [
                        [*_OF_DMS, metric, *instance, "ReplicationTaskIdentifier", task]
                        for metric in metrics
                        for task in tasks
                    ]
                    for title, metrics in _GRAPHS_OF_TASKS.items()
                },
                **{
                    title: [[*_OF_DMS, metric, *instance]]
                    for title, metric in _GRAPHS_OF_INSTANCE.items()
                },
                **{
                    title: for_list(
                        cluster.instance_identifiers,
                        lambda each, metric=metric: [
                            "AWS/RDS",
                            metric,
                            "DBInstanceIdentifier",
                            each,
                        ],
                    )
                    for title, metric in _GRAPHS_OF_CLUSTER.items()
                },
            },
            alarm_arns=[each.arn for each in (source_lag, target_lag, *way_back, errors)],
        ),
        when=v.replication,
    )
    vault = s.call(
        "backup",
        backup,
        BackupInputs(
            name=NAME,
            environment_suffix=suffix,
            destroyable=v.destroyable,
            resource_arns=[cluster.cluster_arn],
            kms_key_arn=key.arn,
        ),
    )
    return AuroraMigrationOutputs(
        vpc_id=net.vpc_id,
        public_subnet_ids=net.public_subnet_ids,
        private_subnet_ids=net.private_subnet_ids,
        route_table_ids=net.route_table_ids,
        nat_public_ips=net.nat_public_ips,
        production_vpc_id=production_vpc_id,
        production_route_table_ids=production_tables,
        production_security_groups=production_groups,
        peering_connection_id=peered.connection_id,
        zone_id=dns.zone_id,
        writer_name=dns.writer_name,
        reader_name=dns.reader_name,
        cluster_identifier=cluster.cluster_identifier,
        cluster_arn=cluster.cluster_arn,
        cluster_endpoint=cluster.endpoint,
        cluster_reader_endpoint=cluster.reader_endpoint,
        cluster_port=cluster.port,
        database_name=cluster.database_name,
        master_username=cluster.master_username,
        instance_identifiers=cluster.instance_identifiers,
        cluster_parameter_group_name=cluster.cluster_parameter_group_name,
        instance_parameter_group_name=cluster.instance_parameter_group_name,
        security_group_id=cluster.security_group_id,
        subnet_group_name=cluster.subnet_group_name,
        target_secret_arn=target_secret_arn,
        kms_key_arn=key.arn,
        replication_instance_arn=copy.instance_arn,
        replication_instance_identifier=copy.instance_identifier,
        replication_subnet_group_name=copy.subnet_group_name,
        replication_security_group_id=copy.security_group_id,
        replication_secret_role_arn=copy.secret_role_arn,
        endpoint_arns=copy.endpoint_arns,
        forward_task_arn=copy.forward_task_arn,
        reverse_task_arn=copy.reverse_task_arn,
        replication_log_group_name=copy.log_group_name,
        snapshot_identifier=switch.snapshot_identifier,
        state_parameter=switch.state_parameter,
        cutover_function_name=switch.function_name,
        cutover_function_arn=switch.function_arn,
        cutover_role_arn=switch.role_arn,
        cutover_security_group_id=switch.security_group_id,
        cutover_log_group_name=switch.log_group_name,
        cutover_rule_names=switch.rule_names,
        topic_arn=topic.topic_arn,
        alarm_names=conditional(
            v.replication,
            {
                "source lag": source_lag.name,
                "target lag": target_lag.name,
                "reverse source lag": way_back[0].name,
                "reverse target lag": way_back[1].name,
                "cutover": errors.name,
            },
            {},
        ),
        dashboard_name=page.name,
        backup_vault_name=vault.vault_name,
        backup_plan_id=vault.plan_id,
    )
