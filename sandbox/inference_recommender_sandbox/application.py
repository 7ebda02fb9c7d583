"""The sandbox's HTTP server: moto's, with the sandbox's own services in front."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

from moto.core.utils import convert_to_flask_response
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Request, Response

from inference_recommender_sandbox.cloudformation.response_urls import PATH_PREFIX, ResponseUrls
from inference_recommender_sandbox.regions import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from moto.core.responses import BaseResponse

    from inference_recommender_sandbox.call_authorization import CallAuthorization
    from inference_recommender_sandbox.clock import Clock

ADMIN_PREFIX = "/_sandbox"


class Admin(Protocol):
    """Answers `/_sandbox/...`."""

    def respond(self, request: Request) -> Response:
        """Answer a request."""


class _Dispatcher(DomainDispatcherApplication):
    """moto's own, except that it doesn't list the installed services anew at every request."""

    def __init__(self, create_app: Any) -> None:
        super().__init__(create_app)
        self._backends: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        """Return the service of a host; called under moto's lock."""
        if host not in self._backends:
            self._backends[host] = super().get_backend_for_host(host)
        return self._backends[host]


class SandboxApplication:
    """A WSGI application: the admin API, the responses of custom resources, and AWS.

    Args:
        services: Make the services that replace moto's, by moto's name of the service.
        urls: Takes the answers of custom resources.
        admin: Answers the admin API.
        clock: Held at real time while a request is answered.
        calls: Authorises functions' calls of the services that don't do it themselves.
    """

    def __init__(
        self,
        *,
        services: Mapping[str, Callable[[], BaseResponse]],
        urls: ResponseUrls,
        admin: Admin,
        clock: Clock,
        calls: CallAuthorization,
    ) -> None:
        self._clock = clock
        self._calls = calls
        self._services = services
        self._urls = urls
        self._admin = admin
        self._moto = _Dispatcher(self._create_application)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request; the clock doesn't run away meanwhile."""
        with self._clock.busy():
            return self._respond(environ, start_response)

    def _respond(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(ADMIN_PREFIX):
            return self._admin.respond(Request(environ))(environ, start_response)
        if path.startswith(PATH_PREFIX):
            return self._custom_resource_response(Request(environ))(environ, start_response)
        refused = refusal(Request(environ)) or self._calls.refusal(Request(environ))
        if refused is not None:
            return refused(environ, start_response)
        return self._moto(environ, start_response)

    def _custom_resource_response(self, request: Request) -> Response:
        if request.method != "PUT":
            return Response("", status=405)
        status = self._urls.put(request.path, request.args.get("X-Amz-Signature", ""), request.get_data())
        return Response("" if status == HTTPStatus.OK else "<Error><Code>AccessDenied</Code></Error>", status=status)

    def _create_application(self, service: Any) -> Any:
        application = create_backend_app(service)
        make_service = self._services.get(service)
        if make_service is not None:

            def dispatch(request: Any, url: str, headers: Any) -> Any:
                return make_service()._dispatch(request, url, headers)  # noqa: SLF001 - as moto's own views call it

            view = convert_to_flask_response(dispatch)
            application.view_functions = dict.fromkeys(application.view_functions, view)
        return application
