"""CloudFormation's API for functions, which need the permissions that AWS requires."""

from __future__ import annotations

from abc import abstractmethod
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from moto.core.responses import BaseResponse

from inference_recommender_sandbox.iam.authorization import AccessDenied

from .errors import ValidationError

if TYPE_CHECKING:
    from inference_recommender_sandbox.iam.authorization import Authorizer

_DENIED: Final = (
    "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>{}</Message></Error></ErrorResponse>"
)


class AuthorizedResponse(BaseResponse):
    """Authorises every call of a function's session, on the stack that it names.

    Args:
        authorizer: Asked what the session may do.
    """

    def __init__(self, authorizer: Authorizer) -> None:
        super().__init__(service_name="cloudformation")
        self.automated_parameter_parsing = True
        self._authorizer = authorizer

    def call_action(self) -> Any:
        """Authorise the call before it is handled."""
        try:
            self._authorizer.authorize(
                account_id=self.current_account,
                access_key_id=self.access_key,
                action=f"cloudformation:{self._get_action()}",
                resource=self._resource(),
                context={},
                partition=self.partition,
            )
        except AccessDenied as denied:
            return HTTPStatus.FORBIDDEN.value, self.response_headers, _DENIED.format(escape(str(denied)))
        return super().call_action()

    @abstractmethod
    def _stack_arn(self, name: str) -> str:
        """The ARN of a stack by its name or ARN.

        Raises:
            ValidationError: If there is none.
        """

    def _resource(self) -> str:
        name = self._get_param("StackName")
        if not name:
            return "*"
        try:
            return self._stack_arn(name)
        except ValidationError:
            return str(name)
