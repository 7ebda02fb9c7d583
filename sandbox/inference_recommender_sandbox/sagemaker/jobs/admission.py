"""Admits a valid request as a job, or refuses it for the state that the account is in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from inference_recommender_sandbox.sagemaker.errors import ResourceInUse, ResourceLimitExceeded, ValidationException
from inference_recommender_sandbox.sagemaker.execution_role import (
    RoleNeeds,
    can_be_assumed,
    first_missing_permission,
    first_missing_resource,
)
from inference_recommender_sandbox.sagemaker.named_resources import NamedResources
from inference_recommender_sandbox.sagemaker.resource_tags import check_tags

from .benchmark_plan import plan_benchmarks
from .inference_recommendations_job import Fate, InferenceRecommendationsJob
from .performance_model import Goal, Workload

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inference_recommender_sandbox.sagemaker.models import InferenceRecommenderBackend


@dataclass(frozen=True, kw_only=True)
class _Model:
    """What the request's model source says that the request itself may leave out."""

    fault_name: str
    """The model's or the package group's name, which can order a fault."""
    domain: str | None = None
    task: str | None = None
    framework: str | None = None
    nearest_model_name: str | None = None
    payload_url: str | None = None
    artifact_urls: Sequence[str] = ()
    images: Sequence[str] = ()
    instance_types: Sequence[str] = ()
    specification_names: Sequence[str] = ()


def admit_job(backend: InferenceRecommenderBackend, request: Mapping[str, Any]) -> InferenceRecommendationsJob:
    """Create the job of a valid request.

    Raises:
        ValidationException: The role can't be assumed, something that the request names doesn't exist, or the model
            package lacks what the job needs.
        ResourceInUse: The name was used before.
        ResourceLimitExceeded: As many jobs run as the quota allows.
    """
    tags = request.get("Tags", [])
    check_tags(tags, existing={})
    _refuse_taken_name(backend, request["JobName"])
    _refuse_role(backend, request["RoleArn"])
    model = _model(backend, request["InputConfig"])
    _refuse_incomplete_package(request["InputConfig"], model)
    _refuse_unknown_specification(request["InputConfig"], model)
    endpoint_instance_type = _endpoint_instance_type(backend, request["InputConfig"])
    _refuse_unknown_network(backend, request["InputConfig"])
    _refuse_beyond_quota(backend)
    job = _job(backend, request, model, endpoint_instance_type)
    backend.add_job(job, tags)
    return job


def _refuse_taken_name(backend: InferenceRecommenderBackend, name: str) -> None:
    if not backend.name_is_taken(name):
        return
    arn = backend.job_arn(name)
    if backend.service.faults.is_ordered("duplicate-as-validation"):
        raise ValidationException(f"Cannot create already existing inference recommendations job {arn}")
    raise ResourceInUse(f"Inference Recommendations Job with name {name} already exists: {arn}")


def _refuse_role(backend: InferenceRecommenderBackend, role_arn: str) -> None:
    now = backend.now()
    usable_at = backend.role_first_named_at.setdefault(role_arn, now) + backend.service.faults.seconds(
        "role-propagation"
    )
    if now >= usable_at and can_be_assumed(account_id=backend.account_id, role_arn=role_arn):
        return
    raise ValidationException(
        f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal "
        "'sagemaker.amazonaws.com' to assume the role."
    )


def _refuse_unknown_network(backend: InferenceRecommenderBackend, source: Mapping[str, Any]) -> None:
    resources = NamedResources(account_id=backend.account_id, region=backend.region_name, partition=backend.partition)
    problem = resources.network_problem(source.get("VpcConfig") or {})
    if problem is not None:
        raise ValidationException(problem)


def _refuse_incomplete_package(source: Mapping[str, Any], model: _Model) -> None:
    """Refuse a job that neither its model package nor its `ContainerConfig` gives what is mandatory.

    Developer guide, Troubleshoot Inference Recommender errors, has the words for `Domain` and `Framework`, but not
    whether the job is refused or fails; refusing it is stricter. `Task` and `SamplePayloadUrl` are in Prerequisites and
    are taken to be mandatory, too. `FrameworkVersion` isn't: AWS's own example for scikit-learn leaves it out.
    """
    package_arn = source.get("ModelPackageVersionArn")
    if package_arn is None:
        return
    container = source.get("ContainerConfig", {})
    given = {
        "Domain": container.get("Domain") or model.domain,
        "Task": container.get("Task") or model.task,
        "Framework": container.get("Framework") or model.framework,
        "SamplePayloadUrl": _payload_url(container, model),
    }
    for name, value in given.items():
        if not value:
            version = package_arn.rsplit("/", 1)[-1]
            raise ValidationException(
                f"Specify {name} in the Model Package version {version}. {name} is a mandatory parameter for the job."
            )


def _payload_url(container: Mapping[str, Any], model: _Model) -> str | None:
    requested: str | None = container.get("PayloadConfig", {}).get("SamplePayloadUrl")
    return requested or model.payload_url


def _refuse_unknown_specification(source: Mapping[str, Any], model: _Model) -> None:
    """Refuse a name that the model package doesn't have; whether the service does so at once isn't documented."""
    for configuration in source.get("EndpointConfigurations", []):
        name = configuration.get("InferenceSpecificationName")
        if name is not None and name not in model.specification_names:
            raise ValidationException(f"The model has no additional inference specification named {name}.")


def _refuse_beyond_quota(backend: InferenceRecommenderBackend) -> None:
    ordered = backend.service.faults.limit("quota")
    quota = backend.service.max_concurrent_jobs if ordered is None else ordered
    running = len(backend.running_jobs())
    if running >= quota:
        raise ResourceLimitExceeded(
            "The account-level service limit 'Number of concurrent Inference Recommender jobs' is "
            f"{quota} Jobs, with current utilization of {running} Jobs and a request delta of 1 Jobs. "
            "Please use AWS Service Quotas to request an increase for this quota. If AWS Service Quotas is not "
            "available, contact AWS support to request an increase for this quota."
        )


def _model(backend: InferenceRecommenderBackend, source: Mapping[str, Any]) -> _Model:
    package_arn = source.get("ModelPackageVersionArn")
    if package_arn is None:
        name = source["ModelName"]
        backend.describe_model(name)  # raises moto's own "Could not find model"
        return _Model(fault_name=name)
    package = backend.model_packages.get(package_arn)
    if package is None:
        raise ValidationException(f"ModelPackage {package_arn} does not exist.")
    specification = package.inference_specification or {}
    containers = specification.get("Containers", [])
    first = containers[0] if containers else {}
    return _Model(
        fault_name=package.model_package_group_name or package.model_package_name,
        domain=package.domain,
        task=package.task,
        framework=first.get("Framework"),
        nearest_model_name=first.get("NearestModelName"),
        payload_url=package.sample_payload_url,
        artifact_urls=tuple(each["ModelDataUrl"] for each in containers if each.get("ModelDataUrl")),
        images=tuple(each["Image"] for each in containers if each.get("Image")),
        instance_types=tuple(specification.get("SupportedRealtimeInferenceInstanceTypes") or ()),
        specification_names=tuple(each["Name"] for each in package.additional_inference_specifications or ()),
    )


def _endpoint_instance_type(backend: InferenceRecommenderBackend, source: Mapping[str, Any]) -> str | None:
    for endpoint in source.get("Endpoints", []):
        name = endpoint["EndpointName"]
        existing = backend.endpoints.get(name)
        if existing is None:
            raise ValidationException(
                f'Could not find endpoint "arn:{backend.partition}:sagemaker:{backend.region_name}:'
                f'{backend.account_id}:endpoint/{name}".'
            )
        if backend.describe_endpoint(name)["EndpointStatus"] != "InService":
            raise ValidationException(f"Endpoint {name} must be in service to be benchmarked.")
        variants = backend.endpoint_configs[existing.endpoint_config_name].production_variants
        if len(variants) != 1 or variants[0].get("ServerlessConfig"):
            raise ValidationException(
                f"Endpoint {name} must have exactly one production variant, on real-time instances."
            )
        return str(variants[0]["InstanceType"])
    return None


def _job(
    backend: InferenceRecommenderBackend, request: Mapping[str, Any], model: _Model, endpoint_instance_type: str | None
) -> InferenceRecommendationsJob:
    source = request["InputConfig"]
    container = source.get("ContainerConfig", {})
    plan = plan_benchmarks(
        request, endpoint_instance_type=endpoint_instance_type, package_instance_types=model.instance_types
    )
    stopping = request.get("StoppingConditions", {})
    thresholds = stopping.get("ModelLatencyThresholds") or [{}]
    return InferenceRecommendationsJob(
        name=request["JobName"],
        arn=backend.job_arn(request["JobName"]),
        request=request,
        created_at=backend.now(),
        plan=plan,
        workload=Workload(
            task=container.get("Task") or model.task or "OTHER",
            framework=container.get("Framework") or model.framework or "",
            nearest_model_name=container.get("NearestModelName") or model.nearest_model_name or "",
        ),
        goal=Goal(
            max_invocations=stopping.get("MaxInvocations"),
            latency_threshold_ms=thresholds[0].get("ValueInMilliseconds"),
        ),
        fate=_with_missing_needs(
            backend.service.faults.fate(request["JobName"], model_name=model.fault_name, benchmarks=plan.benchmarks),
            RoleNeeds(
                partition=backend.partition,
                region=backend.region_name,
                account_id=backend.account_id,
                role_arn=request["RoleArn"],
                job_name=request["JobName"],
                request=request,
                payload_url=_payload_url(container, model),
                artifact_urls=model.artifact_urls,
                images=model.images,
                model_package_arn=source.get("ModelPackageVersionArn"),
            ),
        ),
    )


def _with_missing_needs(fate: Fate, needs: RoleNeeds) -> Fate:
    missing = first_missing_permission(needs) or first_missing_resource(needs)
    return fate if missing is None else replace(fate, failure_reason=missing, step_failures={})
