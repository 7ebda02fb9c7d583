"""The simulated figures compare as one expects."""

from __future__ import annotations

from itertools import pairwise

import pytest

from inference_recommender_sandbox.sagemaker.jobs.instance_type import instance_type
from inference_recommender_sandbox.sagemaker.jobs.performance_model import (
    BenchmarkFigures,
    Goal,
    Workload,
    real_time_figures,
    serverless_figures,
)

IMAGES = Workload(task="IMAGE_CLASSIFICATION", framework="PYTORCH")
TABLES = Workload(task="CLASSIFICATION", framework="XGBOOST")


def figures(name: str, workload: Workload = IMAGES, goal: Goal | None = None) -> BenchmarkFigures:
    return real_time_figures(instance_type(name), workload, goal or Goal())


@pytest.mark.parametrize("family", ["c5", "m5", "r5", "c7i"])
def test_bigger_is_faster_and_serves_more(family: str) -> None:
    sizes = [figures(f"ml.{family}.{size}") for size in ("large", "xlarge", "2xlarge", "4xlarge")]
    for smaller, bigger in pairwise(sizes):
        assert bigger.model_latency < smaller.model_latency
        assert bigger.max_invocations > smaller.max_invocations
        assert bigger.cost_per_hour > smaller.cost_per_hour
        assert bigger.memory_utilization < smaller.memory_utilization


def test_accelerators_are_good_at_images_and_useless_at_tables() -> None:
    assert figures("ml.g5.xlarge").cost_per_inference < figures("ml.c5.xlarge").cost_per_inference
    assert figures("ml.g5.xlarge", TABLES).cost_per_inference > figures("ml.c5.xlarge", TABLES).cost_per_inference


def test_compute_types_cost_less_per_inference_than_memory_types() -> None:
    cost = [figures(f"ml.{family}.xlarge", TABLES).cost_per_inference for family in ("c5", "m5", "r5")]
    assert cost == sorted(cost)


def test_a_latency_threshold_costs_invocations() -> None:
    unlimited = figures("ml.c5.xlarge")
    limited = figures("ml.c5.xlarge", goal=Goal(latency_threshold_ms=unlimited.model_latency - 10))
    assert limited.model_latency <= unlimited.model_latency - 10
    assert limited.max_invocations < unlimited.max_invocations


def test_more_memory_makes_serverless_faster() -> None:
    small, big = (serverless_figures(size, 5, IMAGES, Goal()) for size in (1024, 6144))
    assert big.model_latency < small.model_latency
    assert (big.model_setup_time or 0) < (small.model_setup_time or 0)


def test_more_concurrency_serves_more() -> None:
    few, many = (serverless_figures(2048, concurrency, IMAGES, Goal()) for concurrency in (1, 20))
    assert many.max_invocations > few.max_invocations


@pytest.mark.parametrize(
    ("name", "vcpus", "accelerators", "price"),
    [
        ("ml.m5.large", 2, 0, 0.115),
        ("ml.c5.2xlarge", 8, 0, 0.408),
        ("ml.g4dn.12xlarge", 48, 4, 4.89),
        ("ml.g5.xlarge", 4, 1, 1.408),
        ("ml.p3.8xlarge", 32, 4, 14.69),
        ("ml.inf2.xlarge", 4, 1, 0.99),
    ],
)
def test_an_instance_type_is_read_from_its_name(name: str, vcpus: int, accelerators: int, price: float) -> None:
    read = instance_type(name)
    assert (read.vcpus, read.accelerators) == (vcpus, accelerators)
    assert read.cost_per_hour == pytest.approx(price, rel=0.1)


@pytest.mark.parametrize("name", ["ml.c99x.xlarge", "ml.g77.48xlarge", "ml.z1.metal"])
def test_a_type_newer_than_this_release_has_figures_too(name: str) -> None:
    assert figures(name).max_invocations > 0


@pytest.mark.parametrize("name", ["c5.xlarge", "ml.c5", "", "ml..xlarge"])
def test_anything_else_is_no_instance_type(name: str) -> None:
    with pytest.raises(ValueError, match="is no instance type"):
        instance_type(name)
