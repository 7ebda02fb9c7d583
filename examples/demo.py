"""The whole road, against whatever AWS the environment points to: bootstrap, deploy, look at the results, destroy.

`make demo` runs it inside the local AWS. It has no options.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

APP = Path(__file__).parent.parent
# npm's newest version of the CLI is an older build, and nobody wants to send telemetry of a demonstration.
QUIET = {**os.environ, "CDK_DISABLE_VERSION_CHECK": "1", "CDK_DISABLE_CLI_TELEMETRY": "true"}
STACKS_WITH_A_JOB = {"InstanceRecommendation": "CostPerInference", "LoadTest": "ModelLatency"}


def main() -> int:
    """Run the steps; the exit code is the first failing step's."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        outputs = Path(folder) / "outputs.json"
        assembly = Path(folder) / "cdk.out"
        _step("Synthesise the example application once (app.py)")
        _cdk("synth", "--quiet", "--output", str(assembly))
        _step("Prepare the account: cdk bootstrap")
        _cdk("bootstrap", "--app", str(assembly))
        _step("Deploy: two recommendation jobs, and an endpoint configuration that waits for the first")
        _cdk("deploy", "--all", "--app", str(assembly), "--require-approval", "never", "--outputs-file", str(outputs))
        deployed = json.loads(outputs.read_text(encoding="utf-8"))

        _step("What was measured and chosen")
        for stack, objective in STACKS_WITH_A_JOB.items():
            _run("inference-recommender", "report", deployed[stack]["JobName"], "--optimize-for", objective)
        hosting = deployed["Hosting"]
        print(f"Endpoint configuration {hosting['EndpointConfigName']} uses {hosting['InstanceType']}.", flush=True)

        _step("Destroy everything")
        _cdk("destroy", "--all", "--force", "--app", str(assembly))
        _show_what_runs()
    print(f"\nDone in {time.monotonic() - started:.0f} s.")
    return 0


def _show_what_runs() -> None:
    """Ask the local AWS, which knows of everything that AWS would charge for."""
    address = f"{os.environ['AWS_ENDPOINT_URL']}/_sandbox/running"
    with urllib.request.urlopen(address) as answer:  # noqa: S310 -- the local AWS's own address
        running: dict[str, list[object]] = json.load(answer)
    left = {kind: names for kind, names in running.items() if names}
    if left:
        sys.exit(f"Still running: {json.dumps(left)}")
    print(f"Nothing is left running: no {', no '.join(kind.replace('_', ' ') for kind in running)}.")


def _cdk(*arguments: str) -> None:
    _run("cdk", "--no-notices", *arguments)


def _run(*command: str) -> None:
    code = subprocess.run(command, cwd=APP, env=QUIET, check=False).returncode  # noqa: S603 -- the commands stand above
    if code:
        sys.exit(code)


def _step(title: str) -> None:
    print(f"\n== {title}", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
