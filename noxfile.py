"""Runs of the tests that need environments of their own: `make matrix`, `make coverage` and `make mutation`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2026.10"
nox.options.default_venv_backend = "uv"
nox.options.error_on_missing_interpreters = False

ROOT = Path(__file__).parent
PROJECT = nox.project.load_toml("pyproject.toml")
OLDEST, *OTHERS = nox.project.python_versions(PROJECT, max_version="3.15")
"""Those that `requires-python` allows. One that isn't on the machine is skipped."""

TOOLS = ("cfn-lint", "hatchling", "hypothesis", "pytest", "pytest-xdist")
"""Of the extra `test`. Some of the others need a botocore of their own."""

LIBRARY = "tests/unit/cdk_inference_recommender"
HANDLER = "tests/unit/inference_recommendations_handler"
ROW = (
    "tests/matrix/lowest_versions.py",
    "tests/matrix/examples.py",
    f"{LIBRARY}/request",
    f"{LIBRARY}/test_cli_input.py",
    f"{LIBRARY}/test_installed_wheel.py",
    f"{LIBRARY}/test_recommendations.py",
    f"{LIBRARY}/test_recommended_endpoint.py",
    f"{LIBRARY}/test_resources.py",
    f"{LIBRARY}/test_valid_templates.py",
    f"{HANDLER}/recommendation",
    f"{HANDLER}/test_handler.py",
)
"""What a version of a dependency can break: imports, synthesis, valid templates, documents, the wheel, the handler."""

CHOOSING = "lambda/inference_recommendations_handler/recommendation"
RULES = "constructs/cdk_inference_recommender/request/rules"
MUTATED = {
    "choosing": ([f"{CHOOSING}/choosing.py", f"{CHOOSING}/constraints.py"], f"{HANDLER}/recommendation"),
    "handler": (["lambda/inference_recommendations_handler"], HANDLER),
    "rules": ([RULES], f"{LIBRARY}/request"),
}
"""What `make mutation` changes, and the tests that have to notice."""
MUTATION = """\
[cosmic-ray]
module-path = {modules}
timeout = 300.0
excluded-modules = []
test-command = "python -m pytest -q -n0 -x -p no:cacheprovider {tests}"

[cosmic-ray.distributor]
name = "local"

[cosmic-ray.filters.operators-filter]
exclude-operators = [
  # Types are written with it, and nothing reads them at run time.
  "core/ReplaceBinaryOperator_BitOr_.*",
  # Others of the same place are noticed by the same tests, or can't be distinguished from it.
  "core/ReplaceBinaryOperator_.*_(RShift|LShift|BitXor|BitOr|BitAnd|Pow|Mod|FloorDiv)",
  "core/ReplaceComparisonOperator_(Is|IsNot)_(Lt|LtE|Gt|GtE|Eq|NotEq)",
  "core/ReplaceComparisonOperator_(Eq|NotEq|Lt|LtE|Gt|GtE)_(Is|IsNot)",
]
"""

ROOTS = ("constructs", "lambda", "sandbox")
MEASURED = """\
import os, coverage; os.environ.update({0!r}); coverage.process_startup(); [os.environ.pop(name) for name in {0!r}]
"""


@nox.session(python=[OLDEST, *OTHERS], download_python="never")
@nox.parametrize("resolution", [nox.param("lowest-direct", id="lowest"), nox.param("highest", id="newest")])
def matrix(session: nox.Session, resolution: str) -> None:
    """Test with the lowest, or the newest, version of each dependency that pyproject.toml allows."""
    declared = PROJECT["project"]["optional-dependencies"]["test"]
    tools = [requirement for requirement in declared if requirement.startswith(TOOLS)]
    session.install("--resolution", resolution, "--editable", ".[html,sandbox]", *tools)
    # Not among the tools, since the lowest version of pip is from 2008.
    session.install("pip")
    environment = {"HYPOTHESIS_PROFILE": "few", "PYTHONPATH": "", "RESOLUTION": resolution}
    session.run(
        "python", "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *(session.posargs or ROW), env=environment
    )


@nox.session(python=OLDEST, download_python="never", default=False)
def coverage(session: nox.Session) -> None:
    """Measure which branches of the three roots the tests reach, in every process that they start."""
    session.install(
        "--constraint", "constraints.txt", "--editable", ".[bench,compliance,coverage,html,sandbox,test]", "pip"
    )
    data = ROOT / ".nox" / "coverage-data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    environment = {"COVERAGE_FILE": str(data / "coverage"), "COVERAGE_PROCESS_START": str(ROOT / "pyproject.toml")}
    # Every process of this environment is measured from its start. The sandbox gives a function an environment of its
    # own, which has to stay as it is.
    packages = session.run("python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", silent=True)
    start = Path(str(packages).strip()) / "a0_measured.pth"
    start.write_text(MEASURED.format(environment), encoding="utf-8")
    tests = session.posargs or ["-n", "3", "--dist", "loadfile", "tests", "--ignore", "tests/lambda_runtime"]
    # `make test` is the judge of failures; some tests need more time than a measured process has.
    session.run("python", "-m", "pytest", "-q", *tests, env={"PYTHONPATH": ""}, success_codes=[0, 1])
    start.unlink()
    session.run("coverage", "combine", "--quiet", env=environment)
    for root in ROOTS:
        session.run("coverage", "report", f"--include={root}/*", env=environment)


@nox.session(python=OLDEST, download_python="never", default=False)
@nox.parametrize("subject", [nox.param(subject, id=subject) for subject in MUTATED])
def mutation(session: nox.Session, subject: str) -> None:
    """Change one operator or number after the other in a copy, and fail if the tests notice less than 85 %."""
    session.install("--constraint", "constraints.txt", "--editable", ".[html,mutation,sandbox,test]", "pip")
    copy = ROOT / ".nox" / f"mutation-copy-{subject}"
    shutil.rmtree(copy, ignore_errors=True)
    for folder in (*ROOTS, "tests"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    modules, tests = MUTATED[subject]
    (copy / "mutation.toml").write_text(MUTATION.format(modules=modules, tests=tests), encoding="utf-8")
    environment = {
        "HYPOTHESIS_PROFILE": "few",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(str(copy / root) for root in ROOTS),
    }
    with session.chdir(copy):
        session.run("cosmic-ray", "init", "mutation.toml", "mutation.sqlite", env=environment)
        session.run("cr-filter-operators", "mutation.sqlite", "mutation.toml", env=environment)
        session.run("cosmic-ray", "baseline", "mutation.toml", env=environment)
        session.run("cosmic-ray", "exec", "mutation.toml", "mutation.sqlite", env=environment)
        session.run("cr-report", "--surviving-only", "--show-diff", "mutation.sqlite", env=environment)
        session.run("cr-rate", "--fail-over", "15", "mutation.sqlite", env=environment)
