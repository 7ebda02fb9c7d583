"""The sandbox's HTTP server: moto's, with the sandbox's own services in front."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, Protocol

from moto.core.utils import convert_to_flask_response
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Request, Response

from inference_recommender_sandbox.cloudformation.response_urls import PATH_PREFIX, ResponseUrls

from .dashboard import DATA_PATH, without_docker
from .error_response import ErrorCodes, error_response
from .moto_lock import MOTO_LOCK
from .regions import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from moto.core.responses import BaseResponse

    from inference_recommender_sandbox.iam.call_authorization import CallAuthorization

    from .clock import Clock

ADMIN_PREFIX: Final = "/_sandbox"
_AWS: Final = ".amazonaws.com"
_NO_SERVICE: Final = "it has none of this service"
_ROUTES: Final = {"cloudformation": "cloudtrail"}
"""Services that get the routes of another one with the same. moto's CloudFormation imports every service that has a
resource type, and the validators of OpenAPI: a fifth of the time until the first stack is created."""
_LOG: Final = logging.getLogger(__name__)
_FAILED: Final = ErrorCodes(
    s3="InternalError", ec2="InternalError", query="InternalFailure", json="InternalFailure", status=500
)
_MISSING: Final = ErrorCodes(
    s3="NotImplemented", ec2="Unsupported", query="NotImplemented", json="NotImplemented", status=501
)
"""SDKs retry status 500, and not 501."""


class Admin(Protocol):
    """The API under `/_sandbox/...`."""

    def respond(self, request: Request) -> Response:
        """Respond to a request."""


class _Dispatcher(DomainDispatcherApplication):
    """moto's own, except that it doesn't list the installed services anew at every request."""

    def __init__(self, create_app: Any) -> None:
        super().__init__(create_app)
        self._backends: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        """Return the service of a host; called under moto's lock."""
        if host not in self._backends:
            # moto prints advice for its own developers where none of its services has a host of AWS.
            unknown = host is not None and host.endswith(_AWS) and not self._is_known(host)
            self._backends[host] = None if unknown else super().get_backend_for_host(host)
        return self._backends[host]

    def _is_known(self, host: str) -> bool:
        return any(pattern.match(f"http://{host}") for _, pattern in self.backend_url_patterns)


class SandboxApplication:
    """A WSGI application: the admin API, the responses of custom resources, and AWS.

    Args:
        services: Make the services that replace moto's, by moto's name of the service.
        locking: moto's names of the services whose operations may wait. They take moto's lock themselves, for as long
            as they use moto; any other service holds it while it handles a request.
        urls: Takes the responses of custom resources.
        admin: Handles the admin API.
        clock: Held at real time while a request is handled.
        calls: Authorises functions' calls of the services that don't do it themselves.
    """

    def __init__(
        self,
        *,
        services: Mapping[str, Callable[[], BaseResponse]],
        locking: frozenset[str],
        urls: ResponseUrls,
        admin: Admin,
        clock: Clock,
        calls: CallAuthorization,
    ) -> None:
        self._clock = clock
        self._calls = calls
        self._services = services
        self._locking = locking
        self._urls = urls
        self._admin = admin
        self._moto = _Dispatcher(self._create_application)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Respond to a request; the clock runs at real time meanwhile."""
        with self._clock.busy():
            return self._respond(environ, start_response)

    def _respond(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        try:
            response = self._own_response(request)
            if response is None:
                environ["wsgi.input"] = BytesIO(request.get_data())
                with without_docker() if request.path == DATA_PATH else nullcontext():
                    return self._moto(environ, start_response)
        except NotImplementedError as missing:
            response = error_response(request, _MISSING, f"The sandbox doesn't have this operation: {missing}")
        except Exception:  # noqa: BLE001 - whatever it is, an SDK needs a response that it can read
            _LOG.exception("The sandbox failed to handle %s %s", request.method, request.path)
            response = error_response(
                request, _FAILED, "The sandbox failed to handle the request; its log has the cause."
            )
        return response(environ, start_response)

    def _own_response(self, request: Request) -> Response | None:
        """Return the response of the sandbox itself; None for a request that a service of AWS handles."""
        if request.path.startswith(ADMIN_PREFIX):
            return self._admin.respond(request)
        if request.path.startswith(PATH_PREFIX):
            return self._custom_resource_response(request)
        # The body is read before anything is locked, since a client may send slowly.
        request.get_data(parse_form_data=False)
        return refusal(request) or self._calls.refusal(request)

    def _custom_resource_response(self, request: Request) -> Response:
        if request.method != "PUT":
            return Response("", status=405)
        status = self._urls.put(request.path, request.args.get("X-Amz-Signature", ""), request.get_data())
        return Response("" if status == HTTPStatus.OK else "<Error><Code>AccessDenied</Code></Error>", status=status)

    def _create_application(self, service: Any) -> Any:
        if service is None:
            raise NotImplementedError(_NO_SERVICE)
        with MOTO_LOCK:
            # It creates the service's backend, which uses those of others.
            application = create_backend_app(_ROUTES.get(service, service))
        make_service = self._services.get(service)
        if make_service is not None:

            def dispatch(request: Any, url: str, headers: Any) -> Any:
                return make_service()._dispatch(request, url, headers)  # noqa: SLF001 - as moto's own views call it

            view = convert_to_flask_response(dispatch)
            application.view_functions = dict.fromkeys(application.view_functions, view)
        if service in self._locking:
            return application

        def locked(environ: dict[str, Any], start_response: Any) -> Any:
            with MOTO_LOCK:
                return application(environ, start_response)

        return locked
