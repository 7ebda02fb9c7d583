"""What a cold start of the function costs."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

from benchmarks.benchmark import OURS, Benchmark, Figures

if TYPE_CHECKING:
    from collections.abc import Callable

BARE = 'bare boto3.client("sagemaker")'
CRHELPER = "crhelper"
POWERTOOLS = "Powertools for AWS Lambda"
HANDLER = "inference_recommendations_handler"
SOURCES = Path(__file__).parent.parent / "lambda" / HANDLER


def _bare(_: Path) -> object:
    return import_module("boto3").client("sagemaker")


def _crhelper(folder: Path) -> object:
    """Do what its readme begins a handler with; this creates clients of Lambda, EventBridge and CloudWatch Logs."""
    import_module("crhelper").CfnResource()
    return _bare(folder)


def _powertools(folder: Path) -> object:
    """Create a logger and metrics, with the class of a custom resource's events."""
    powertools: Any = import_module("aws_lambda_powertools")
    powertools.Logger(service="bench")
    powertools.Metrics(namespace="bench", service="bench")
    import_module("aws_lambda_powertools.utilities.data_classes.cloudformation_custom_resource_event")
    return _bare(folder)


def _first_wait(folder: Path) -> object:
    sys.path.insert(0, str(folder))
    clients: Any = import_module(f"{HANDLER}.aws.clients")
    import_module(f"{HANDLER}.handler")
    import_module(f"{HANDLER}.lifecycle.wait")
    return clients.clients().sagemaker


def _contender(start: Callable[[Path], object]) -> Callable[[], Figures]:
    def measure() -> Figures:
        os.environ |= {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
        with tempfile.TemporaryDirectory() as name:
            # As in Lambda: the sources without bytecode, which can't be written either. boto3's is there.
            shutil.copytree(SOURCES, Path(name) / HANDLER, ignore=shutil.ignore_patterns("__pycache__"))
            sys.dont_write_bytecode = True
            before = len(sys.modules)
            begin = process_time()
            start(Path(name))
            milliseconds = 1000 * (process_time() - begin)
        own = sum(1 for module in sys.modules if module.startswith(HANDLER))
        return {"milliseconds": milliseconds, "modules": len(sys.modules) - before, "own modules": own}

    return measure


BENCHMARK = Benchmark(
    title="Cold start",
    what=(
        "Everything that the first poll of a wait imports and creates, without bytecode of the handler. A peer is what "
        "its documentation begins a handler with, from bytecode, and the client that any handler of a job needs."
    ),
    contenders={
        OURS: _contender(_first_wait),
        BARE: _contender(_bare),
        CRHELPER: _contender(_crhelper),
        POWERTOOLS: _contender(_powertools),
    },
    time="milliseconds",
    unit="ms",
    most={BARE: 1.2},
    counts=("modules", "own modules"),
)
