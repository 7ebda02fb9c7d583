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


PAGES = APP / "demo-report"


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
        deploy = ("deploy", "--all", "--app", str(assembly), "--require-approval", "never")
        _cdk(*deploy, "--outputs-file", str(outputs), shown=sys.stdout.isatty())
        deployed = json.loads(outputs.read_text(encoding="utf-8"))

        _step("What was measured and chosen")
        answers = [_report(stack, deployed[stack]["JobName"], each) for stack, each in STACKS_WITH_A_JOB.items()]
        hosting = deployed["Hosting"]
        answers.append(f"Endpoint configuration {hosting['EndpointConfigName']} used {hosting['InstanceType']}.")

        _step("Destroy everything")
        _cdk("destroy", "--all", "--force", "--app", str(assembly))
        _show_what_runs()
    _step(f"Done in {time.monotonic() - started:.0f} s. The winners (simulated figures)")
    print("\n".join(answers))
    print(f"Look again: open the pages in {PAGES}, or keep the local AWS with: inference-recommender sandbox")
    return 0


def _report(stack: str, job: str, objective: str) -> str:
    """Show a job's results, keep them as a page, and return who won."""
    PAGES.mkdir(exist_ok=True)
    report = ("inference-recommender", "report", job, "--optimize-for", objective)
    _run(*report, "--html", str(PAGES / f"{stack}.html"), shown=True)
    document = json.loads(_run(*report, "--output", "json"))
    return f"{stack}: {' '.join(document['Reasons'].values())}"


def _show_what_runs() -> None:
    """Check with the local AWS, which knows of everything that AWS would charge for."""
    address = f"{os.environ['AWS_ENDPOINT_URL']}/_sandbox/running"
    with urllib.request.urlopen(address) as answer:  # noqa: S310 -- the local AWS's own address
        running: dict[str, list[object]] = json.load(answer)
    left = {kind: names for kind, names in running.items() if names}
    if left:
        sys.exit(f"Still running: {json.dumps(left)}")
    print(f"Nothing is left running: no {', no '.join(kind.replace('_', ' ') for kind in running)}.")


def _cdk(*arguments: str, shown: bool = False) -> None:
    _run("cdk", "--no-notices", *arguments, shown=shown)


def _run(*command: str, shown: bool = False) -> str:
    """Run a command and return its output, which is shown if it fails, too.

    Args:
        command: The command and its arguments.
        shown: Whether the output is shown as it comes, and not returned.
    """
    pipe = None if shown else subprocess.PIPE
    done = subprocess.run(  # noqa: S603 -- the commands stand above
        command, cwd=APP, env=QUIET, check=False, stdout=pipe, stderr=pipe, text=True
    )
    if done.returncode:
        print(done.stdout or "", file=sys.stdout, flush=True)
        print(done.stderr or "", file=sys.stderr, flush=True)
        sys.exit(done.returncode)
    return done.stdout or ""


def _step(title: str) -> None:
    print(f"\n== {title}", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
