"""Starts and stops a sandbox."""

from __future__ import annotations

import logging
import os
import socket
import threading
from typing import TYPE_CHECKING, Any, Final

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

from inference_recommender_sandbox.autoscaling.service import ApplicationAutoScalingService
from inference_recommender_sandbox.cloudformation.engines import StackEngines
from inference_recommender_sandbox.cloudformation.providers.custom_resource import CustomResourceProvider
from inference_recommender_sandbox.cloudformation.providers.own_providers import own_providers
from inference_recommender_sandbox.cloudformation.providers.registry import ProviderRegistry
from inference_recommender_sandbox.cloudformation.response_urls import ResponseUrls
from inference_recommender_sandbox.cloudformation.service import CloudFormationService
from inference_recommender_sandbox.functions.event_queue import EventQueue
from inference_recommender_sandbox.functions.function_runner import FunctionRunner
from inference_recommender_sandbox.functions.service import LambdaService
from inference_recommender_sandbox.iam.authorization import Authorizer
from inference_recommender_sandbox.iam.call_authorization import CallAuthorization
from inference_recommender_sandbox.iam.policy_propagation import PolicyPropagation
from inference_recommender_sandbox.sagemaker.installation import install
from inference_recommender_sandbox.state_machines.executions import Executions
from inference_recommender_sandbox.state_machines.service import StepFunctionsService

from .admin import AdminApi
from .application import SandboxApplication
from .browser_requests import ToolRequestHandler
from .clock import Clock
from .cloudtrail import CloudTrailService
from .faults import EngineFaults
from .method_names import keep_method_names
from .moto_symbols import check_moto
from .parameter_store import ParameterStoreService
from .regions import check_region

if TYPE_CHECKING:
    from inference_recommender_sandbox.functions.preloaded_python import ForkServers

ACCOUNT_ID: Final = "123456789012"
DEFAULT_REGION: Final = "us-east-1"


class _RequestHandler(ToolRequestHandler, MotoRequestHandler):
    def log_request(self, *_: Any, **__: Any) -> None:
        pass


class Sandbox:
    """A running sandbox; there is one in a process at a time, since moto keeps its state in modules.

    Attributes:
        clock: Virtual time.
        engines: CloudFormation.
        executions: Step Functions.
        faults: What is ordered to go wrong with functions and custom resources.
        functions: Lambda.
        events: Lambda's queue of asynchronous events.
        sagemaker: SageMaker.
        authorizer: Knows the sessions of the functions.
    """

    def __init__(self, *, port: int, speed: float, region: str, fork_servers: ForkServers | None = None) -> None:
        self.region = region
        self.account_id = ACCOUNT_ID
        self.clock = Clock(speed)
        self.faults = EngineFaults()
        self.authorizer = Authorizer(PolicyPropagation(now=self.clock.now, delay=self._policy_delay))
        self.functions = FunctionRunner(
            clock=self.clock,
            sessions=self.authorizer,
            endpoint_url=lambda: self.endpoint_url,
            faults=self.faults,
            fork_servers=fork_servers,
        )
        self.events = EventQueue(runner=self.functions, clock=self.clock, faults=self.faults)
        urls = ResponseUrls(clock=self.clock, endpoint_url=lambda: self.endpoint_url, faults=self.faults)
        custom = CustomResourceProvider(events=self.events, urls=urls, clock=self.clock)
        providers = ProviderRegistry(
            custom=custom,
            own=own_providers(lambda: self.endpoint_url, self.clock, self.functions.forget),
            faults=self.faults,
            policies_changed=self.authorizer.policies_changed,
        )
        self.sagemaker = install(clock=self.clock, authorizer=self.authorizer)
        self.executions = Executions(clock=self.clock, runner=self.functions)
        self.engines = StackEngines(providers=providers, clock=self.clock)
        try:
            self._server = self._bind(port, urls)
        except BaseException:
            self.functions.stop()
            self.sagemaker.uninstall()
            raise
        self.sagemaker.seed(account_id=self.account_id, region=region)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="sandbox", daemon=True
        )

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    @property
    def endpoint_url(self) -> str:
        """What `AWS_ENDPOINT_URL` has to be; by this name, not by address, so that buckets resolve."""
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that point AWS's tools at the sandbox."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "CDK_DEFAULT_ACCOUNT": self.account_id,
            "CDK_DEFAULT_REGION": self.region,
        }

    def run(self) -> None:
        """Serve, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving, stop every function process and forget everything."""
        self.clock.stop()
        self.functions.stop()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.sagemaker.uninstall()
        BackendDict.reset()
        # moto's dashboard lists what it has made, whether or not the backends still have it.
        reset_model_data()

    def _policy_delay(self) -> float:
        ordered = self.faults.lasting("iam-propagation")
        return ordered.seconds if ordered else 0.0

    def _bind(self, port: int, urls: ResponseUrls) -> BaseWSGIServer:
        linked_accounts: set[str] = set()
        application = SandboxApplication(
            services={
                "applicationautoscaling": lambda: ApplicationAutoScalingService(self.authorizer, linked_accounts),
                "cloudformation": lambda: CloudFormationService(self.engines, self.authorizer),
                "awslambda": lambda: LambdaService(self.functions, self.events),
                "cloudtrail": CloudTrailService,
                "ssm": ParameterStoreService,
                "stepfunctions": lambda: StepFunctionsService(self.executions, self.authorizer),
            },
            locking=frozenset({"awslambda", "cloudformation", "sagemaker"}),
            urls=urls,
            admin=AdminApi(self),
            clock=self.clock,
            calls=CallAuthorization(self.authorizer, self.account_id),
        )
        # Bound here, since werkzeug ends the process where the port is taken.
        with socket.create_server(("127.0.0.1", port)) as listener:
            return make_server(
                "127.0.0.1",
                listener.getsockname()[1],
                application,
                threaded=True,
                request_handler=_RequestHandler,
                fd=listener.fileno(),
            )


def start(
    *, port: int = 0, speed: float = 1.0, region: str = DEFAULT_REGION, fork_servers: ForkServers | None = None
) -> Sandbox:
    """Start a sandbox.

    Args:
        port: Where to listen, on loopback. Default: any free port.
        speed: How many times faster than real time its clock runs while nothing is at work, from 1.
        region: Where tools work by default; every Region is there.
        fork_servers: Start the processes of Python functions, and outlive the sandbox: for a caller that starts
            several, one after the other. Default: its own.

    Returns:
        The sandbox, ready to use.

    Raises:
        ValueError: If `speed` is out of range, or there is no such Region.
        OSError: If the port is taken.
        RuntimeError: If the installed moto lacks what is overridden.
    """
    check_moto()
    check_region(region)
    keep_method_names()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    os.environ.setdefault("MOTO_ALLOW_NONEXISTENT_REGION", "false")
    sandbox = Sandbox(port=port, speed=speed, region=region, fork_servers=fork_servers)
    sandbox.run()
    return sandbox
