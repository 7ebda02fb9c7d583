"""What importing the library costs."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from benchmarks.benchmark import OURS, Benchmark, Figures
from benchmarks.processor_time import processor_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

CDK = "aws_cdk and what a job needs of it"
# A job creates resources of these, however it is written.
CDK_MODULES = (
    "aws_cdk",
    "aws_cdk.aws_cloudwatch",
    "aws_cdk.aws_ec2",
    "aws_cdk.aws_iam",
    "aws_cdk.aws_kms",
    "aws_cdk.aws_lambda",
    "aws_cdk.aws_logs",
    "aws_cdk.aws_sagemaker",
    "aws_cdk.aws_ssm",
    "aws_cdk.aws_stepfunctions",
)


def _cdk() -> None:
    for name in CDK_MODULES:
        import_module(name)


def _ours() -> None:
    _cdk()
    library = import_module("cdk_inference_recommender")
    for name in library.__all__:
        getattr(library, name)


def _contender(load: Callable[[], None]) -> Callable[[], Figures]:
    def measure() -> Figures:
        begin = processor_seconds()
        load()
        return {"milliseconds": 1000 * (processor_seconds() - begin), "modules": len(sys.modules)}

    return measure


BENCHMARK = Benchmark(
    title="Importing",
    what="All public names, on top of the CDK's modules that a job needs however it is written; from bytecode.",
    contenders={OURS: _contender(_ours), CDK: _contender(_cdk)},
    time="milliseconds",
    unit="ms",
    most={CDK: 1.05},
    counts=("modules",),
)
