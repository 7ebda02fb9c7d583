"""Step Functions' API: moto's for state machines, the sandbox's own for executions."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from moto.core.responses import EmptyResult
from moto.stepfunctions.exceptions import InvalidName, InvalidToken
from moto.stepfunctions.models import stepfunctions_backends
from moto.stepfunctions.responses import StepFunctionResponse

from inference_recommender_sandbox.iam.authorization import AccessDenied, Authorizer, trusts_service
from inference_recommender_sandbox.named_result import NamedResult

from .definition import parse_definition
from .errors import AccessDeniedError, NotInSandboxError
from .request_constraints import check_constraints, input_shape

if TYPE_CHECKING:
    from moto.core.responses import ActionResult

    from .execution import Execution
    from .executions import Executions

_MAX_RESULTS: Final = 100
_WHOLE: Final = {"includeExecutionData": True, "includedData": "ALL_DATA", "type": "STANDARD"}
"""Members of requests whose other value the sandbox doesn't have."""
_BAD_NAME: Final = re.compile(r"[\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
"""Source: the API reference of StartExecution."""


class StepFunctionsService(StepFunctionResponse):
    """Step Functions' operations.

    Args:
        executions: Holds the executions.
        authorizer: Asked what a function's session may do.
    """

    def __init__(self, executions: Executions, authorizer: Authorizer) -> None:
        super().__init__()
        self._executions = executions
        self._authorizer = authorizer

    @property
    def stepfunction_backend(self) -> Any:
        """Where moto keeps the state machines."""
        return stepfunctions_backends[self.current_account][self.region]

    def create_state_machine(self) -> ActionResult:
        """Create a state machine, if the sandbox can run it and Step Functions may assume its role."""
        self._check("CreateStateMachine")
        parse_definition(self._get_param("definition"))
        self._check_role(self._get_param("roleArn"))
        return super().create_state_machine()

    def update_state_machine(self) -> ActionResult:
        """Update a state machine; running executions keep the old definition."""
        self._check("UpdateStateMachine")
        if self._get_param("definition"):
            parse_definition(self._get_param("definition"))
        if self._get_param("roleArn"):
            self._check_role(self._get_param("roleArn"))
        return super().update_state_machine()

    def delete_state_machine(self) -> ActionResult:
        """Delete a state machine and abort what runs of it."""
        super().delete_state_machine()
        self._executions.abort_all(self._get_param("stateMachineArn"))
        return EmptyResult()

    def start_execution(self) -> ActionResult:
        """Start an execution."""
        self._check("StartExecution")
        arn, name = self._get_param("stateMachineArn"), self._get_param("name")
        self._authorize("states:StartExecution", arn)
        if name is not None and _BAD_NAME.search(name):
            raise InvalidName(f"Invalid Name: '{name}'")
        machine = self.stepfunction_backend.describe_state_machine(arn)
        execution = self._executions.start(machine, name, self._get_param("input"))
        return NamedResult({"executionArn": execution.arn, "startDate": _time(execution.started_at)})

    def stop_execution(self) -> ActionResult:
        """Abort an execution."""
        self._check("StopExecution")
        arn = self._get_param("executionArn")
        self._authorize("states:StopExecution", arn)
        error, cause = self._get_param("error"), self._get_param("cause")
        execution = self._executions.stop(arn, error=error, cause=cause)
        return NamedResult({"stopDate": _time(execution.stopped_at)})

    def describe_execution(self) -> ActionResult:
        """Describe an execution."""
        self._check("DescribeExecution")
        arn = self._get_param("executionArn")
        self._authorize("states:DescribeExecution", arn)
        execution = self._executions.get(arn)
        found = {
            "output": execution.output,
            "outputDetails": None if execution.output is None else {"included": True},
            "error": execution.error,
            "cause": execution.cause,
        }
        return NamedResult(
            _summary(execution)
            | {"input": execution.input, "inputDetails": {"included": True}}
            | {name: value for name, value in found.items() if value is not None}
        )

    def list_executions(self) -> ActionResult:
        """List a state machine's executions, the newest first."""
        self._check("ListExecutions")
        arn = self._get_param("stateMachineArn")
        self._authorize("states:ListExecutions", arn)
        self.stepfunction_backend.describe_state_machine(arn)
        found = self._executions.of(arn, status=self._get_param("statusFilter"))
        page, following = self._page(found)
        return NamedResult({"executions": [_summary(execution) for execution in page], "nextToken": following})

    def describe_state_machine_for_execution(self) -> ActionResult:
        """Describe the state machine of an execution."""
        arn = self._get_param("executionArn")
        self._authorize("states:DescribeStateMachineForExecution", arn)
        execution = self._executions.get(arn)
        return self._describe_state_machine(execution.state_machine_arn)

    def get_execution_history(self) -> ActionResult:
        """Return an execution's events."""
        self._check("GetExecutionHistory")
        arn = self._get_param("executionArn")
        self._authorize("states:GetExecutionHistory", arn)
        events = list(self._executions.get(arn).history.events)
        if self._get_bool_param("reverseOrder", if_none=False):
            events.reverse()
        page, following = self._page(events)
        return NamedResult({"events": page, "nextToken": following})

    def _page(self, items: list[Any]) -> tuple[list[Any], str | None]:
        token = self._get_param("nextToken") or "0"
        if not token.isdecimal():
            raise InvalidToken
        start = int(token)
        end = start + int(self._get_param("maxResults") or _MAX_RESULTS)
        return items[start:end], str(end) if end < len(items) else None

    def _check(self, operation: str) -> None:
        request = {name: self._get_param(name) for name in input_shape(operation).members}
        check_constraints(operation, request)
        for name, whole in _WHOLE.items():
            if request.get(name) not in (None, whole):
                raise NotInSandboxError(f"The sandbox doesn't have {name}={request[name]}")

    def _authorize(self, action: str, resource: str) -> None:
        try:
            self._authorizer.authorize(
                account_id=self.current_account,
                access_key_id=self.access_key,
                action=action,
                resource=resource,
                context={},
            )
        except AccessDenied as error:
            raise AccessDeniedError(str(error)) from error

    def _check_role(self, role_arn: str) -> None:
        account_id, service = self.current_account, "states.amazonaws.com"
        name = self._get_param("name") or str(self._get_param("stateMachineArn")).rsplit(":", 1)[-1]
        context = {
            "aws:SourceAccount": account_id,
            "aws:SourceArn": f"arn:{self.partition}:states:{self.region}:{account_id}:stateMachine:{name}",
        }
        if not trusts_service(account_id=account_id, role_arn=role_arn, service=service, context=context):
            raise AccessDeniedError(
                f"Neither the global service principal {service}, nor the regional one is authorized to assume the "
                "provided role."
            )


def _summary(execution: Execution) -> dict[str, Any]:
    return {
        "executionArn": execution.arn,
        "name": execution.name,
        "stateMachineArn": execution.state_machine_arn,
        "status": execution.status,
        "startDate": _time(execution.started_at),
        "stopDate": _time(execution.stopped_at),
    }


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
