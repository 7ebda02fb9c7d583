"""Network interfaces of jobs in a VPC: they hold on to subnets and security groups for a while after the job has ended.

Deleting a security group in use is refused, as EC2 does; it is what makes a stack with a VPC wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from moto.ec2 import urls as ec2_urls
from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models import EC2Backend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

RELEASE_SECONDS: Final = 180
"""How long the service takes to delete the interfaces of a job that has ended."""


@dataclass(frozen=True, kw_only=True)
class InterfaceDemand:
    """The interfaces that a job holds at present: one in each subnet."""

    job_arn: str
    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]


class NetworkInterfaceBackend(EC2Backend):
    """moto's EC2, in which Inference Recommender jobs own network interfaces."""

    demands: Callable[[str, str], Iterable[InterfaceDemand]]
    """For an account and a Region, what the jobs hold now; set by the installation on a subclass."""

    def __init__(self, region_name: str, account_id: str) -> None:
        self._held: dict[tuple[str, str], str] = {}
        super().__init__(region_name, account_id)

    @property
    def _url_module(self) -> Any:
        return ec2_urls

    def _load_amis(self) -> None:
        """Have no machine images: the sandbox launches no instances, and moto takes long to make its 1,300."""

    def settle(self) -> None:
        """Make the interfaces agree with what the jobs hold now."""
        wanted: Mapping[tuple[str, str], InterfaceDemand] = {
            (demand.job_arn, subnet_id): demand
            for demand in type(self).demands(self.account_id, self.region_name)
            for subnet_id in demand.subnet_ids
        }
        for place in [place for place in self._held if place not in wanted]:
            interface_id = self._held.pop(place)
            if interface_id in self.enis:
                super().delete_network_interface(interface_id)
        for place, demand in wanted.items():
            if place not in self._held:
                interface = self.create_network_interface(
                    place[1],
                    [],
                    group_ids=list(demand.security_group_ids),
                    description=f"[Do not delete] Network Interface created to access resources in your VPC for "
                    f"SageMaker Inference Recommendations Job {demand.job_arn.rsplit('/', 1)[-1]}",
                )
                interface.status = "in-use"
                interface.requester_managed = True
                self._held[place] = interface.id

    def get_all_network_interfaces(self, *args: Any, **kwargs: Any) -> Any:
        """List network interfaces, those of the jobs as they are now."""
        self.settle()
        return super().get_all_network_interfaces(*args, **kwargs)

    def delete_security_group(self, name: str | None = None, group_id: str | None = None) -> None:
        """Delete a security group that no job's network interface uses.

        Raises:
            DependencyViolationError: One does.
        """
        self.settle()
        for interface in self.enis.values():
            if interface.id in self._held.values() and any(group.id == group_id for group in interface.group_set):
                raise DependencyViolationError(f"resource {group_id} has a dependent object")
        super().delete_security_group(name=name, group_id=group_id)

    def delete_subnet(self, subnet_id: str) -> Any:
        """Delete a subnet that no job's network interface is in.

        Raises:
            DependencyViolationError: One is.
        """
        self.settle()
        if any(held_subnet == subnet_id for _, held_subnet in self._held):
            raise DependencyViolationError(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
        return super().delete_subnet(subnet_id)
