"""Runs of the tests that need environments of their own: `make matrix`, `make coverage` and `make mutation`."""

from __future__ import annotations

import json
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

LONG_LIFECYCLES = ("histories", "interleavings", "late_tags", "long_jobs", "many_jobs", "mutants", "scaled_endpoint")
LONG_TEST = "protocol/test_redaction.py::test_a_secret_in_the_environment_is_in_no_response_and_in_no_log"
RULES_OF_REQUESTS = (
    "check_request",
    "documented_examples",
    "generated_requests",
    "messages",
    "rules",
    "service_model_verdicts",
    "shape_messages",
)
PACKAGES_WITH_PROPS = (
    "cost",
    "cross_stack",
    "endpoint",
    "job",
    "model",
    "permissions",
    "recommendation",
    "validation",
)

FUNCTION = "src/inference_recommendations_handler"
CONSTRUCTS = "src/cdk_inference_recommender"
MUTATED = {
    "choosing": (
        [f"{FUNCTION}/recommendation/choosing.py", f"{FUNCTION}/recommendation/constraints.py"],
        [f"{HANDLER}/recommendation"],
    ),
    "handler": (
        [f"{FUNCTION}/*.py"],
        [
            HANDLER,
            "tests/lifecycle",
            # They read the sources, or take long themselves.
            f"--deselect={HANDLER}/{LONG_TEST}",
            f"--ignore={HANDLER}/test_loaded_modules.py",
            f"--ignore={HANDLER}/test_log_page.py",
            *(f"--ignore=tests/lifecycle/test_{name}.py" for name in LONG_LIFECYCLES),
        ],
    ),
    "rules": (
        [f"{CONSTRUCTS}/request/rules/*.py", f"{CONSTRUCTS}/request/shape_rules.py"],
        [f"{LIBRARY}/request/test_{name}.py" for name in RULES_OF_REQUESTS],
    ),
    "props": (
        [f"{CONSTRUCTS}/{package}/*rules.py" for package in PACKAGES_WITH_PROPS],
        # Those that synthesise notice changes too, and take seconds for each.
        [f"{LIBRARY}/rules_of_props"],
    ),
}
"""What `make mutation` changes, and the tests that have to notice."""
MUTATION = """

[tool.mutmut]
source_paths = ["src"]
only_mutate = {modules}
also_copy = ["cdk.json", "docs"]
pytest_add_cli_args = [
  "--basetemp=../temporary",
  "-p", "no:cacheprovider",
  "-p", "tests.imported_functions",
  "-W", "ignore::pytest.PytestAssertRewriteWarning", # of what the processes share
]
pytest_add_cli_args_test_selection = {tests}
process_isolation = "{isolation}"
forkserver_warmup = "import"
# A minute and a half at least: without processor time for it, a change would seem to make an endless loop.
timeout_constant = 20.0
timeout_multiplier = 5.0
preload_modules_file = "preloaded.txt"
"""
CDK_MODULES = (
    "applicationautoscaling",
    "cloudwatch",
    "ec2",
    "ecr",
    "events",
    "iam",
    "kms",
    "lambda",
    "logs",
    "s3",
    "s3_assets",
    "sagemaker",
    "ssm",
    "stepfunctions",
)
PRELOADED = (
    *(f"aws_cdk.aws_{name}" for name in CDK_MODULES),
    "aws_cdk.custom_resources",
    "boto3",
    "hypothesis.strategies",
)
"""What is the same whatever is changed, and takes long to import."""
MADE_AT_IMPORT = ("rules", "props")
LEAST_NOTICED = 85
"""Per cent of the changes."""

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
    """Make one change after the other in a copy, and fail if the tests notice less than 85 %.

    Patterns of names make the changes of one module or function only:
    `nox --session "mutation(choosing)" -- "*.choosing.x_choose__*"`.
    """
    session.install("--constraint", "constraints.txt", "--editable", ".[html,mutation,sandbox,test]", "pip")
    copy = ROOT / ".nox" / f"mutation-copy-{subject}"
    shutil.rmtree(copy, ignore_errors=True)
    for root in ROOTS:
        # mutmut names a package after its path without `src`, and leaves out no other folder.
        shutil.copytree(ROOT / root, copy / "src", ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    shutil.copytree(ROOT / "tests", copy / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "cdk.json", copy)
    (copy / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "logs.md", copy / "docs")
    modules, tests = MUTATED[subject]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    # Functions that make rules are called at import. Only a process that imports the library itself has them changed.
    isolation = "forkserver" if subject in MADE_AT_IMPORT else "fork"
    settings = MUTATION.format(modules=modules, tests=tests, isolation=isolation)
    (copy / "pyproject.toml").write_text(project + settings, encoding="utf-8")
    (copy / "preloaded.txt").write_text("\n".join(PRELOADED), encoding="utf-8")
    # Without bytecode each change would compile what it imports.
    environment = {"HYPOTHESIS_PROFILE": "mutation", "PYTHONDONTWRITEBYTECODE": "", "PYTHONPATH": ""}
    with session.chdir(copy):
        # Forked processes share one connection to the CDK: one runs after the other.
        session.run("mutmut", "run", "--max-children", "1", *session.posargs, env=environment)
        session.run("mutmut", "results", env=environment)
        session.run("mutmut", "export-cicd-stats", env=environment)
    found = json.loads((copy / "mutants" / "mutmut-cicd-stats.json").read_text(encoding="utf-8"))
    made = sum(found[outcome] for outcome in ("killed", "timeout", "survived", "no_tests", "suspicious", "segfault"))
    # Without their modules the tests can't run, which mutmut calls a timeout, too. It is a mistake here where most do.
    noticed = found["killed"] + found["timeout"]
    rate = 100 * noticed / made
    session.log(f"{subject}: the tests notice {noticed} of {made} changes, {rate:.1f} %")
    if found["timeout"] > found["killed"]:
        session.error(f"{found['timeout']} of these are timeouts.")
    if rate < LEAST_NOTICED:
        session.error(f"{LEAST_NOTICED} % are needed.")
