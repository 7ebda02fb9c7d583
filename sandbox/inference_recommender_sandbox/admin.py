"""The admin API, `/_sandbox/...`: what the sandbox does right now, and the faults it is ordered to make."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from inference_recommender_sandbox.server import Sandbox


class AdminApi:
    """Answers in JSON."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def respond(self, request: Request) -> Response:
        """Answer a request."""
        if request.path == "/_sandbox/health":
            return Response(json.dumps({"status": "ok"}), content_type="application/json")
        return Response("{}", status=404)
