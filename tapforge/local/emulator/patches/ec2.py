"""Gaps of moto's EC2."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from tapforge.local.emulator.patches import gap, wrap, wrap_property

if TYPE_CHECKING:
    from collections.abc import Callable


@gap("MonitorInstances and UnmonitorInstances are not implemented: `monitoring = true` fails.")
def detailed_monitoring() -> None:
    """Record the state on the instances."""
    from moto.core.responses import ActionResult
    from moto.ec2.responses.monitoring import Monitoring

    def set_to(state: str) -> Callable[..., Any]:
        def monitor(_: Callable[..., Any], self: Any) -> Any:
            instances = self.ec2_backend.get_multi_instances_by_id(self._get_param("InstanceIds"))
            for instance in instances:
                instance.monitoring_state = state
            return ActionResult(
                {
                    "InstanceMonitorings": [
                        {"InstanceId": instance.id, "Monitoring": {"State": state}}
                        for instance in instances
                    ]
                }
            )

        return monitor

    wrap(Monitoring, "monitor_instances")(set_to("enabled"))
    wrap(Monitoring, "unmonitor_instances")(set_to("disabled"))


@gap(
    "An instance whose security groups come with its network interface reports none of its own: "
    "permanent drift on `vpc_security_group_ids`."
)
def groups_of_first_interface() -> None:
    """Give an instance the groups of its first interface, as a VPC does."""
    from moto.ec2.models.instances import Instance

    @wrap(Instance, "attach_eni")
    def attach_eni(original: Callable[..., str], self: Any, eni: Any, device_index: int) -> str:
        attachment = original(self, eni, device_index)
        if int(device_index) == 0 and not self.security_groups:
            self.security_groups = list(eni.group_set)
        return attachment


@gap(
    "A network interface without a public address is told to have an empty association: an instance "
    "with `associate_public_ip_address = false` is replaced by each plan."
)
def no_public_address() -> None:
    """Give an interface an association only if there is a public address."""
    from moto.ec2.models.elastic_network_interfaces import NetworkInterface

    @wrap_property(NetworkInterface, "association")
    def association(original: Callable[[Any], Any], self: Any) -> Any:
        return original(self) or None


@gap(
    "A root device without a size is refused with MissingParameter, though its image has one: "
    "`root_block_device` needs a `volume_size` that AWS does not ask for."
)
def size_of_root_device() -> None:
    """Take the size that the image has for the device.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html
    """
    from moto.ec2.responses.instances import InstanceResponse

    @wrap(InstanceResponse, "_parse_block_device_mapping")
    def parse(original: Callable[..., list[dict[str, Any]]], self: Any) -> list[dict[str, Any]]:
        for mapping in self._get_param("BlockDeviceMappings", []):
            device = mapping.get("Ebs", {})
            if device and not device.get("VolumeSize") and not device.get("SnapshotId"):
                (image,) = self.ec2_backend.describe_images([self._get_param("ImageId")])
                for of_image in image.block_device_mappings:
                    if of_image["DeviceName"] == mapping.get("DeviceName"):
                        device["VolumeSize"] = of_image["Ebs"]["VolumeSize"]
        return original(self)


@gap(
    "Only the few images that moto ships exist: an instance with any other AMI id fails with "
    "InvalidAMIID.NotFound."
)
def any_image() -> None:
    """Make a well-formed image id that is asked for an image like Amazon Linux."""
    from moto.ec2.models.amis import AmiBackend

    @wrap(AmiBackend, "describe_images")
    def describe_images(
        original: Callable[..., list[Any]],
        self: Any,
        ami_ids: list[str] | None = None,
        filters: dict[str, Any] | None = None,
        exec_users: list[str] | None = None,
        owners: list[str] | None = None,
    ) -> list[Any]:
        for image in ami_ids or ():
            if (
                image not in self.amis
                and image not in self.deleted_amis
                and self.AMI_REGEX.fullmatch(image)
            ):
                self.amis[image] = _amazon_linux(self.amis.values(), image)
        return original(self, ami_ids, filters, exec_users, owners)


def _amazon_linux(images: Any, image_id: str) -> Any:
    linux = next(
        image
        for image in images
        if image.owner_alias == "amazon"
        and not image.platform
        and image.virtualization_type == "hvm"
        and image.architecture == "x86_64"
    )
    image = copy.copy(linux)
    image.id = image_id
    return image
