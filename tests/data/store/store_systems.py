"""A system about which everything holds."""

from tapforge import aws
from tapforge.lang import functions as fn
from tapforge.lang.expression import count
from tapforge.lang.inputs import inputs, outputs, variable
from tapforge.lang.module import Body
from tapforge.modules import valid
from tapforge.modules.private_bucket import PrivateBucketInputs, private_bucket
from tapforge.systems.system import SystemInputs, system


@inputs
class StoreInputs(SystemInputs):
    """What an environment of the store decides."""

    destroyable: bool = variable("Whether it may be destroyed.", default=True)
    shelf_count: int = variable("Shelves.", default=1, valid=[valid.between(0, 20)])
    motto: str = variable("Shown to everybody.", default="Open.", valid=[valid.length(1, 60)])
    token: str | None = variable("Opens the store.", default=None, sensitive=True)


@outputs
class StoreOutputs:
    """Nothing."""


@system("store")
def store(s: Body, v: StoreInputs) -> StoreOutputs:
    """A bucket, and a parameter for each shelf."""
    s.call(
        "bucket",
        private_bucket,
        PrivateBucketInputs(bucket=f"store-{v.environment_suffix}", destroyable=v.destroyable),
    )
    s.add(
        aws.SsmParameter(
            "shelf",
            count=v.shelf_count,
            name=f"/store/{v.environment_suffix}/shelf-{count.index}",
            type="String",
            value=fn.jsonencode({"motto": v.motto}),
        )
    )
    return StoreOutputs()
