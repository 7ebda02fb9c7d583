"""The Lambda function that handles the custom resources of a stack."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from aws_cdk import Duration, Stack, Stage
from aws_cdk import aws_lambda as lambda_

from cdk_inference_recommender.permissions.acknowledged_findings import (
    NO_DEAD_LETTER_QUEUE,
    NO_DEAD_LETTER_QUEUE_IN_TEMPLATE,
    OLDER_RUNTIME,
    acknowledge,
    acknowledge_in_template,
)
from cdk_inference_recommender.validation.construct_memo import node_of
from cdk_inference_recommender.validation.validation_error import ValidationError
from inference_recommendations_handler.protocol.contract import FUNCTION_TIMEOUT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_logs as logs
    from constructs import Construct

    from .provider_settings import ProviderSettings

_HANDLER_PACKAGE: Final = "inference_recommendations_handler"
_NO_STAGING: Final = "aws:cdk:disable-asset-staging"
"""Context of `cdk --no-staging`; source: the CDK's cx-api."""
_UNSTAGED: Final = "inference-recommender-handler"
_MEMORY_SIZE: Final = 256
_WHY_THIS_RUNTIME: Final = (
    "The handler is tested with this runtime, which is in every Region. configure(runtime=...) sets a newer one."
)
_WHY_NO_DEAD_LETTER_QUEUE: Final = "Lost events go to the destination of failed asynchronous invocations (on_failure)."


class HandlerFunction(lambda_.Function):
    """The Lambda function that handles the custom resources of a stack.

    Its logical id is fixed: CloudFormation rejects another ServiceToken for a custom resource, so the function must not
    be replaced.
    """

    def __init__(
        self, scope: Construct, *, role: iam.IRole, log_group: logs.ILogGroup, settings: ProviderSettings
    ) -> None:
        """Create the function.

        Args:
            scope: The provider.
            role: Its role.
            log_group: Where it logs to.
            settings: What the app has configured.

        Raises:
            ValidationError: The stack's synthesizer takes no assets, and no other code is given.
        """
        with _handler_code(scope, settings) as code:
            super().__init__(
                scope,
                "Handler",
                description="Starts, watches and stops SageMaker Inference Recommender jobs for CloudFormation",
                code=code,
                handler=f"{_HANDLER_PACKAGE}.handler.on_event",
                runtime=settings.runtime or lambda_.Runtime.PYTHON_3_13,
                # In every Region; arm64 isn't.
                architecture=settings.architecture or lambda_.Architecture.X86_64,
                memory_size=settings.memory_size or _MEMORY_SIZE,
                timeout=Duration.seconds(FUNCTION_TIMEOUT_SECONDS),
                role=role,
                log_group=log_group,
                vpc=settings.vpc,
                vpc_subnets=settings.vpc_subnets,
                security_groups=settings.security_groups,
                environment_encryption=settings.environment_encryption,
                reserved_concurrent_executions=settings.reserved_concurrent_executions,
                tracing=settings.tracing,
            )
        resource = node_of(self).default_child
        if isinstance(resource, lambda_.CfnFunction):
            resource.override_logical_id("InferenceRecommenderHandler")
            if settings.on_failure is not None:
                acknowledge(self, dict.fromkeys(NO_DEAD_LETTER_QUEUE, _WHY_NO_DEAD_LETTER_QUEUE))
                acknowledge_in_template(resource, NO_DEAD_LETTER_QUEUE_IN_TEMPLATE, _WHY_NO_DEAD_LETTER_QUEUE)
        acknowledge(self, dict.fromkeys(OLDER_RUNTIME, _WHY_THIS_RUNTIME))

    def configure_async_invoke(self, **_: Any) -> NoReturn:
        """Raise an error: the provider has such a configuration already.

        Raises:
            ValidationError: Always.
        """
        raise ValidationError(
            f"{self.node.path}: the provider has configured the function's asynchronous invocation, and a function has "
            "one such configuration. For a destination of lost events, call "
            "InferenceRecommenderProvider.configure(scope, on_failure=...) before the first job."
        )


@contextmanager
def _handler_code(scope: Construct, settings: ProviderSettings) -> Iterator[lambda_.Code]:
    if settings.code is not None:
        yield settings.code
        return
    try:
        yield lambda_.Code.from_asset(_handler_folder(scope))
    except RuntimeError as error:
        # Its name is all that the CDK's error has in every release.
        if "BootstraplessSynthesizer" not in str(error):
            raise
        raise ValidationError(
            f"{Stack.of(scope).node.path}: the BootstraplessSynthesizer has no bucket for the function's code. "
            "Upload the handler to a bucket in the stack's Region (docs/provider.md says how), and call "
            "InferenceRecommenderProvider.configure(scope, code=lambda_.Code.from_bucket(bucket, key)) before the "
            "first job."
        ) from error


def _handler_folder(scope: Construct) -> str:
    stage = Stage.of(scope)
    if stage is None or not node_of(scope).try_get_context(_NO_STAGING):
        return _temporary_copy()
    # `cdk --no-staging`: the CLI reads the folder itself, after this process.
    return _copy_in(Path(stage.asset_outdir) / _UNSTAGED)


@cache
def _temporary_copy() -> str:
    """Copy the handler's sources once in a process, for the CDK to copy into each cloud assembly."""
    folder = tempfile.mkdtemp(prefix="inference-recommender-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return _copy_in(Path(folder))


@cache
def _copy_in(folder: Path) -> str:
    """Copy the handler's sources, and nothing else, to where the package is a subfolder.

    An installed package has neighbours, and bytecode that differs from machine to machine: either would change the
    asset's hash, and so deploy the function again for nothing.
    """
    package = folder / _HANDLER_PACKAGE
    # Left by an earlier synthesis, perhaps of another release.
    shutil.rmtree(package, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    _copy_sources(files(_HANDLER_PACKAGE), package)
    return str(folder)


def _copy_sources(package: Traversable, target: Path) -> None:
    # One by one: `as_file` takes no folder of a zip before Python 3.12.
    target.mkdir(mode=0o755)
    for source in package.iterdir():
        copy = target / source.name
        if source.is_file() and copy.suffix == ".py":
            copy.write_bytes(source.read_bytes())
            # Lambda runs as another user than the one whose umask this is.
            copy.chmod(0o644)
        elif source.is_dir() and source.name != "__pycache__":
            _copy_sources(source, copy)
