"""Puts the sandbox's SageMaker in the place of moto's, without touching moto's files."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from moto.applicationautoscaling.models import ApplicationAutoscalingBackend
from moto.ec2.models import EC2Backend, ec2_backends
from moto.iam.models import IAMBackend, iam_backends
from moto.sagemaker.models import FakeEndpoint, FakeEndpointConfig, SageMakerModelBackend, sagemaker_backends

from inference_recommender_sandbox.iam.authorization import Authorizer
from inference_recommender_sandbox.iam.identity_quotas import IdentityQuotasBackend
from inference_recommender_sandbox.moto_lock import MOTO_LOCK

from .faults import FaultRegistry
from .models import InferenceRecommenderBackend
from .network_interfaces import InterfaceDemand, NetworkInterfaceBackend
from .service import MAX_CONCURRENT_JOBS, Clock, Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

SEEDED_MODEL_PACKAGES: Final = ("image-classifier",)
"""Model package groups that every account and Region of the sandbox has, with version 1."""

_OVERRIDDEN: Final[Sequence[tuple[type, Sequence[str]]]] = (
    (
        SageMakerModelBackend,
        (
            "create_endpoint",
            "create_endpoint_config",
            "create_model_package",
            "create_model_package_group",
            "delete_endpoint",
            "describe_endpoint",
            "describe_endpoint_config",
            "describe_model",
            "update_endpoint_weights_and_capacities",
            "validate_production_variants",
            "_get_resource_from_arn",
            "add_tags",
        ),
    ),
    (ApplicationAutoscalingBackend, ("describe_scalable_targets",)),
    (FakeEndpoint, ("_process_production_variants", "arn_formatter")),
    (FakeEndpointConfig, ("validate_instance_type",)),
    (
        EC2Backend,
        (
            "_url_module",
            "create_network_interface",
            "delete_network_interface",
            "delete_security_group",
            "delete_subnet",
            "get_all_network_interfaces",
            "get_security_group_from_id",
            "get_subnet",
            "_load_amis",
        ),
    ),
    (
        IAMBackend,
        (
            "_url_module",
            "attach_group_policy",
            "attach_role_policy",
            "attach_user_policy",
            "create_policy",
            "create_policy_version",
            "create_role",
            "put_group_policy",
            "put_role_permissions_boundary",
            "put_role_policy",
            "put_user_policy",
            "update_assume_role_policy",
        ),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Installation:
    """The sandbox's SageMaker at work."""

    service: Service

    @property
    def faults(self) -> FaultRegistry:
        """Where faults are ordered."""
        return self.service.faults

    def seed(self, *, account_id: str, region: str) -> None:
        """Add the model packages to an account and Region at once, instead of with the first request there."""
        with MOTO_LOCK:
            sagemaker_backends[account_id][region]

    def received_requests(self) -> list[dict[str, Any]]:
        """Every `CreateInferenceRecommendationsJob` request as it arrived, accepted or refused, oldest first."""
        return [received.as_json() for received in list(self.service.received)]

    def running_jobs(self) -> list[dict[str, Any]]:
        """Jobs of all accounts and Regions that have reached no terminal status: they would cost money."""
        with MOTO_LOCK:
            return [
                {"jobArn": job.arn, "status": job.status(backend.now()).value}
                for backend in _backends(sagemaker_backends)
                for job in backend.running_jobs()
            ]

    def uninstall(self) -> None:
        """Give moto its own backends back, empty."""
        _replace(sagemaker_backends, SageMakerModelBackend)
        _replace(ec2_backends, EC2Backend)
        _replace(iam_backends, IAMBackend)


def install(
    *,
    clock: Clock,
    authorizer: Authorizer | None = None,
    faults: FaultRegistry | None = None,
    max_concurrent_jobs: int = MAX_CONCURRENT_JOBS,
    model_packages: Sequence[str] = SEEDED_MODEL_PACKAGES,
) -> Installation:
    """Replace moto's SageMaker, EC2 and IAM backends, and forget whatever they hold.

    Args:
        clock: The sandbox's time.
        authorizer: Knows the sessions of functions; without one everything is allowed.
        faults: Where faults are ordered; by default a new registry.
        max_concurrent_jobs: How many jobs may run at a time in one account and Region.
        model_packages: Groups to be there from the start, each with version 1.

    Raises:
        RuntimeError: The installed moto lacks something that is overridden here.
    """
    check_moto()
    service = Service(
        clock=clock,
        authorizer=authorizer or Authorizer(),
        faults=faults or FaultRegistry(),
        max_concurrent_jobs=max_concurrent_jobs,
        model_packages=tuple(model_packages),
    )
    sagemaker = type(
        "InstalledInferenceRecommenderBackend",
        (InferenceRecommenderBackend,),
        {"service": service, "__module__": InferenceRecommenderBackend.__module__},
    )
    ec2 = type("InstalledNetworkInterfaceBackend", (NetworkInterfaceBackend,), {"demands": staticmethod(_demands)})
    _replace(sagemaker_backends, sagemaker)
    _replace(ec2_backends, ec2)
    _replace(iam_backends, IdentityQuotasBackend)
    return Installation(service=service)


def check_moto() -> None:
    """Make sure that the installed moto has what is overridden here.

    Raises:
        RuntimeError: It hasn't; the message says what is missing from which version.
    """
    missing = [
        f"{owner.__module__}.{owner.__name__}.{name}"
        for owner, names in _OVERRIDDEN
        for name in names
        if not hasattr(owner, name)
    ]
    if missing:
        raise RuntimeError(
            f"moto {version('moto')} lacks {', '.join(missing)}, which the sandbox overrides; install the version of "
            "moto that the extra cdk-inference-recommender[sandbox] names"
        )


def _replace(backends: Any, backend: type) -> None:
    with MOTO_LOCK:
        backends.clear()
        backends.backend = backend


def _demands(account_id: str, region: str) -> Iterable[InterfaceDemand]:
    if region not in sagemaker_backends[account_id].keys():  # noqa: SIM118 - moto's `in` is true for every Region
        return []
    demands: Callable[[], list[InterfaceDemand]] = sagemaker_backends[account_id][region].interface_demands
    return demands()


def _backends(backends: Any) -> list[InferenceRecommenderBackend]:
    return [backend for _, _, backend in backends.iter_backends()]
