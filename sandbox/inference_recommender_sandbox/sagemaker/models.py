"""moto's SageMaker with Inference Recommender's jobs. moto wants the backend in a module of this name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from inference_recommender_sandbox.sagemaker.jobs.inference_recommendations_job import (
    InferenceRecommendationsJob,
    JobStatus,
)

from .endpoint_backend import EndpointBackend
from .endpoint_config import EndpointConfig
from .errors import ResourceNotFound, ValidationException
from .model_registry import ModelRegistryBackend
from .network_interfaces import RELEASE_SECONDS, InterfaceDemand
from .resource_tags import ResourceTagsBackend
from .seeded_package import add_model_package
from .taken_names import is_taken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .service import Service


class InferenceRecommenderBackend(EndpointBackend, ModelRegistryBackend, ResourceTagsBackend):
    """SageMaker of one account in one Region."""

    service: ClassVar[Service]
    """Set on the subclass that the installation makes."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.role_first_named_at: dict[str, float] = {}
        self._jobs: dict[str, InferenceRecommendationsJob] = {}
        for group in self.service.model_packages:
            add_model_package(self, group)

    def job_arn(self, name: str) -> str:
        """Return the ARN of a job, whether it exists or not: the name is in lower case there, unlike in `JobName`.

        Reported of endpoints (philschmid/cdk-samples issue 2, yet-another-cloudwatch-exporter pull request 1178) and of
        tuning jobs (boto3 issue 4606).
        """
        prefix = f"arn:{self.partition}:sagemaker:{self.region_name}:{self.account_id}"
        return f"{prefix}:inference-recommendations-job/{name.lower()}"

    def now(self) -> float:
        """Epoch seconds of the sandbox's clock."""
        return self.service.clock.now()

    def name_is_taken(self, name: str) -> bool:
        """Return whether a job of the name was ever created: the service frees none."""
        return is_taken(name, self._jobs)

    def running_jobs(self) -> list[InferenceRecommendationsJob]:
        """Jobs that have reached no terminal status."""
        now = self.now()
        return [job for job in self._jobs.values() if not job.status(now).terminal]

    def jobs(self) -> list[InferenceRecommendationsJob]:
        """Every job that can be seen, oldest first."""
        return [job for job in self._jobs.values() if not self.service.faults.has_vanished(job.name)]

    def add_job(self, job: InferenceRecommendationsJob, tags: Sequence[Mapping[str, str]]) -> None:
        """Take in an admitted job."""
        self._jobs[job.name] = job
        self.note_created(job.arn)
        self.add_job_tags(job.arn, tags)

    def job(self, name: str) -> InferenceRecommendationsJob:
        """Return a job by its name, with the capitals that it was created with.

        Whether other capitals would do isn't documented; here they don't, as with InvokeEndpoint (API reference of
        CreateEndpoint, `EndpointName`).

        Raises:
            ResourceNotFound: No such job, or it has vanished.
        """
        job = self._jobs.get(name)
        if job is None or self.service.faults.has_vanished(name):
            raise ResourceNotFound(f"Could not find Inference Recommendations Job with name {name}.")
        return job

    def stop_job(self, name: str) -> None:
        """Ask a job to stop; asking again while it stops does nothing.

        Raises:
            ResourceNotFound: No such job.
            ValidationException: The job has ended.
        """
        job = self.job(name)
        status = job.status(self.now())
        if status.terminal:
            raise ValidationException(
                f"Cannot stop a non-running Inference Recommendations Job: {job.arn} is in status {status}."
            )
        if status is not JobStatus.STOPPING:
            self._jobs[name] = replace(job, stop_requested_at=self.now())

    def create_endpoint_config(  # noqa: PLR0917 - moto's signature
        self,
        endpoint_config_name: str,
        production_variants: list[dict[str, Any]],
        data_capture_config: dict[str, Any],
        async_inference_config: dict[str, Any],
        tags: list[dict[str, str]],
        kms_key_id: str,
    ) -> EndpointConfig:
        """As moto's, on every instance type that the service model knows.

        Raises:
            ValidationException: If the name is taken.
        """
        if is_taken(endpoint_config_name, self.endpoint_configs):
            arn = EndpointConfig.arn_formatter(endpoint_config_name.lower(), self.account_id, self.region_name)
            raise ValidationException(f'Cannot create already existing endpoint configuration "{arn}".')
        self.validate_production_variants(production_variants)
        configuration = EndpointConfig(
            account_id=self.account_id,
            region_name=self.region_name,
            endpoint_config_name=endpoint_config_name,
            production_variants=production_variants,
            async_inference_config=async_inference_config,
            data_capture_config=data_capture_config,
            tags=tags,
            kms_key_id=kms_key_id,
        )
        self.endpoint_configs[endpoint_config_name] = configuration
        return configuration

    def interface_demands(self) -> list[InterfaceDemand]:
        """Network interfaces that jobs hold now: from their start until a while after their end."""
        now = self.now()
        return [
            InterfaceDemand(
                job_arn=job.arn,
                subnet_ids=tuple(network["Subnets"]),
                security_group_ids=tuple(network["SecurityGroupIds"]),
            )
            for job in self._jobs.values()
            if (network := job.request["InputConfig"].get("VpcConfig"))
            and job.starts_at <= now < job.ends_at + RELEASE_SECONDS
        ]
