"""Systems that are wrong, each in the way that one proof is about."""

from store_systems import StoreInputs, StoreOutputs

from tapforge import aws
from tapforge.lang import functions as fn
from tapforge.lang.expression import conditional, count, gt, le
from tapforge.lang.inputs import inputs, variable
from tapforge.lang.meta import Condition, Lifecycle
from tapforge.lang.module import Body
from tapforge.modules import valid
from tapforge.modules.private_bucket import PrivateBucketInputs, private_bucket
from tapforge.systems.system import system


def _bucket(s: Body, v: StoreInputs, *, name: str = "store", destroyable: bool = True) -> None:
    bucket = f"{name}-{v.environment_suffix}"
    s.call("bucket", private_bucket, PrivateBucketInputs(bucket=bucket, destroyable=destroyable))


@system("refuses")
def refuses(s: Body, v: StoreInputs) -> StoreOutputs:
    """A module refuses the name that a long suffix makes."""
    _bucket(
        s, v, name="the-store-whose-name-is-so-long-that-little-is-left", destroyable=v.destroyable
    )
    return StoreOutputs()


@system("opens")
def opens(s: Body, v: StoreInputs) -> StoreOutputs:
    """With many shelves everybody reaches the database."""
    s.add(
        aws.VpcSecurityGroupIngressRule(
            "door",
            security_group_id="sg-0123456789abcdef0",
            ip_protocol="tcp",
            from_port=5432,
            to_port=5432,
            cidr_ipv4=conditional(gt(v.shelf_count, 12), "0.0.0.0/0", "10.0.0.0/16"),
        )
    )
    return StoreOutputs()


@system("sticks")
def sticks(s: Body, v: StoreInputs) -> StoreOutputs:
    """The bucket is protected also in the form that may be destroyed."""
    _bucket(s, v, destroyable=False)
    return StoreOutputs()


@system("loses")
def loses(s: Body, v: StoreInputs) -> StoreOutputs:
    """The bucket may go also in the form that is protected."""
    _bucket(s, v)
    return StoreOutputs()


@system("collides")
def collides(s: Body, v: StoreInputs) -> StoreOutputs:
    """With many shelves the name is that of every environment."""
    name = conditional(gt(v.shelf_count, 12), "/store/all", f"/store/{v.environment_suffix}")
    s.add(aws.SsmParameter("a", name=name, type="String"))
    return StoreOutputs()


@system("misnames")
def misnames(s: Body, v: StoreInputs) -> StoreOutputs:
    """A long suffix makes a name that AWS refuses, and no rule is asked."""
    s.add(aws.S3Bucket("main", bucket=f"{fn.join('-', ['long'] * 10)}-{v.environment_suffix}"))
    return StoreOutputs()


@inputs
class VersionInputs(StoreInputs):
    """What an environment with a database decides."""

    engine_version: str = variable(
        "Version.", default="16.9", valid=[valid.creatable("aurora-postgresql")]
    )


@system("outdates")
def outdates(s: Body, v: VersionInputs) -> StoreOutputs:
    """The family of the parameter group is that of one version."""
    group = s.add(aws.RdsClusterParameterGroup("main", family="aurora-postgresql16"))
    s.add(
        aws.RdsCluster(
            "main",
            engine="aurora-postgresql",
            engine_version=v.engine_version,
            db_cluster_parameter_group_name=group.name,
        )
    )
    return StoreOutputs()


@system("mangles")
def mangles(s: Body, v: StoreInputs) -> StoreOutputs:
    """The motto loses the spaces around it."""
    s.add(
        aws.SsmParameter(
            "motto",
            name=f"/motto/{v.environment_suffix}",
            type="String",
            value=fn.trimspace(v.motto),
        )
    )
    return StoreOutputs()


@system("tells")
def tells(s: Body, v: StoreInputs) -> StoreOutputs:
    """The token can be read in the plan."""
    s.add(
        aws.SsmParameter(
            "token",
            name=f"/{v.environment_suffix}",
            type="String",
            value=fn.coalesce(v.token, "none"),
        )
    )
    return StoreOutputs()


@inputs
class LeakyInputs(StoreInputs):
    """What an environment that leaks decides."""

    pin: str = variable("Opens the back door.", default="0000", sensitive=True)


@system("leaks")
def leaks(s: Body, v: LeakyInputs) -> StoreOutputs:
    """The password is in the text of the system."""
    address = f"postgres://shop:Hq2-correct@{v.environment_suffix}"
    s.add(
        aws.SsmParameter(
            "address", name=f"/address/{v.environment_suffix}", type="String", value=address
        )
    )
    return StoreOutputs()


@system("wavers")
def wavers(s: Body, v: StoreInputs) -> StoreOutputs:
    """The order of the tags depends on the process."""
    tags = "".join({"a", "b", "c", "d", "e", "f"})
    s.add(aws.SsmParameter("tags", name=f"/{v.environment_suffix}", type="String", value=tags))
    return StoreOutputs()


@inputs
class PairInputs(StoreInputs):
    """What an environment whose inputs must fit each other decides."""

    least: int = variable("A number.", default=0, valid=[valid.between(0, 9)])
    most: int = variable("One that is not below it.", default=9, valid=[valid.between(0, 9)])


@system("conditions")
def conditions(s: Body, v: PairInputs) -> StoreOutputs:
    """Some environments break a condition of the system; of the others everything holds."""
    fits = Condition(condition=le(v.least, v.most), error_message="least must not be above most.")
    s.add(
        aws.SsmParameter(
            "range",
            count=2,
            name=f"/store/{v.environment_suffix}/{count.index}",
            type="String",
            value=f"{v.least} to {v.most}",
            lifecycle=Lifecycle(precondition=[fits]),
        )
    )
    return StoreOutputs()


@system("impossible")
def impossible(s: Body, v: PairInputs) -> StoreOutputs:
    """No environment fits its condition."""
    fits = Condition(condition=gt(v.least, 9), error_message="least must be above 9.")
    s.add(aws.SsmParameter("a", name="/a", type="String", lifecycle=Lifecycle(precondition=[fits])))
    return StoreOutputs()
