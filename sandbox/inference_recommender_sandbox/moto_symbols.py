"""Makes sure that the installed moto has what the sandbox overrides or reaches into."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from operator import attrgetter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_USED: Final[Mapping[str, Sequence[str]]] = {
    "moto.applicationautoscaling.models": (
        "ApplicationAutoscalingBackend.describe_scalable_targets",
        "applicationautoscaling_backends",
    ),
    "moto.applicationautoscaling.responses": (
        "ApplicationAutoScalingResponse.applicationautoscaling_backend",
        "ApplicationAutoScalingResponse.delete_scaling_policy",
        "ApplicationAutoScalingResponse.deregister_scalable_target",
        "ApplicationAutoScalingResponse.put_scaling_policy",
        "ApplicationAutoScalingResponse.register_scalable_target",
    ),
    "moto.awslambda.models": (
        "LambdaBackend.create_function",
        "LambdaBackend.delete_function",
        "LambdaBackend.list_functions",
        "LambdaFunction.update_configuration",
        "LambdaFunction.update_function_code",
        "lambda_backends",
    ),
    "moto.awslambda.exceptions": ("InvalidParameterValueException",),
    "moto.awslambda.responses": (
        "LambdaResponse.create_function",
        "LambdaResponse.delete_function",
        "LambdaResponse.invoke",
        "LambdaResponse.update_function_configuration",
    ),
    "moto.cloudtrail.responses": ("CloudTrailResponse",),
    "moto.core.base_backend": ("BackendDict.reset",),
    "moto.core.model_instances": ("reset_model_data",),
    "moto.core.common_models": (
        "CloudFormationModel.delete_from_cloudformation_json",
        "CloudFormationModel.update_from_cloudformation_json",
    ),
    "moto.core.request": ("Request",),
    "moto.core.responses": (
        "ActionResult.execute_result",
        "BaseResponse._dispatch",
        "EmptyResult",
        "method_names_from_class",
    ),
    "moto.core.routing": ("ServiceOperationRouter.match", "get_service_router"),
    "moto.core.serialize": ("DefaultAttributePicker",),
    "moto.core.utils": ("convert_to_flask_response", "method_names_from_class"),
    "moto.ec2.exceptions": ("EC2ClientError",),
    "moto.ecr.models": ("ecr_backends",),
    "moto.iam.models": ("AWSManagedPolicy.from_data", "aws_managed_policies_data", "iam_backends"),
    "moto.kms.models": (
        "KmsBackend.get_alias_name",
        "KmsBackend.get_key_id",
        "KmsBackend.get_key_id_from_alias",
        "kms_backends",
    ),
    "moto.logs.models": (
        "LogGroup.create_log_stream",
        "LogGroup.put_log_events",
        "LogsBackend.create_log_group",
        "logs_backends",
    ),
    "moto.moto_server.werkzeug_app": (
        "DomainDispatcherApplication.get_backend_for_host",
        "MotoRequestHandler",
        "create_backend_app",
    ),
    "moto.s3.models": ("s3_backends",),
    "moto.ssm.exceptions": ("ValidationException",),
    "moto.ssm.responses": ("SimpleSystemManagerResponse.put_parameter",),
    "moto.ssm.models": ("SimpleSystemManagerBackend.get_parameter", "ssm_backends"),
    "moto.utilities.docker_utilities": ("DockerModel.docker_client",),
    "moto.stepfunctions.models": ("StepFunctionBackend.describe_state_machine", "stepfunctions_backends"),
    "moto.stepfunctions.responses": (
        "StepFunctionResponse._describe_state_machine",
        "StepFunctionResponse.create_state_machine",
        "StepFunctionResponse.delete_state_machine",
        "StepFunctionResponse.stepfunction_backend",
        "StepFunctionResponse.update_state_machine",
    ),
}

USED_ON_DEMAND: Final[Mapping[str, Sequence[str]]] = {"moto.cloudformation.parsing": ("get_model_map",)}
"""What few stacks need. Its import takes a fifth of the sandbox's start, for the validators of OpenAPI."""


def check_moto(used: Mapping[str, Sequence[str]] = _USED) -> None:
    """Look up every symbol.

    Args:
        used: Names in modules. Default: all that a start of the sandbox needs.

    Raises:
        RuntimeError: If one is missing; the message names them and moto's version.
    """
    missing = [f"{module}.{name}" for module, names in used.items() for name in names if not _exists(module, name)]
    if missing:
        raise RuntimeError(
            f"moto {version('moto')} lacks {', '.join(missing)}, which the sandbox needs; install the version of moto "
            "that the extra cdk-inference-recommender[sandbox] names"
        )


def _exists(module: str, name: str) -> bool:
    try:
        attrgetter(name)(import_module(module))
    except (ImportError, AttributeError):
        return False
    return True
