"""Unit of a job's latencies."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inference_recommendations_handler.recommendation.latency_unit import MAX_CONCURRENT_USERS, LatencyUnit

MS, US = LatencyUnit.MILLISECONDS, LatencyUnit.MICROSECONDS

Measurement = tuple[float | None, float | None]

NO_FIGURE = st.sampled_from([None, 0.0, -1.0, -1e6, math.nan, math.inf, -math.inf])
FIGURE = st.floats(min_value=1e-3, max_value=1e12)
NOTHING: st.SearchStrategy[Measurement] = st.one_of(
    st.tuples(NO_FIGURE, FIGURE), st.tuples(FIGURE, NO_FIGURE), st.tuples(NO_FIGURE, NO_FIGURE)
)
MEASUREMENTS: st.SearchStrategy[list[Measurement]] = st.lists(st.one_of(NOTHING, st.tuples(FIGURE, FIGURE)))


@pytest.mark.parametrize(
    ("invocations", "latency", "unit"),
    [
        # The preview's examples
        (648, 263_596, US),
        (570, 1_085_446, US),
        # Today's guide
        (900, 30, MS),
        (1, 60_000, MS),
        # Exactly 1,000 users, and the next figure of 32 bits
        (60_000, 1000, MS),
        (60_001, 1000, US),
        (60_000, 1000.0001, US),
        (1, 60_000_000, MS),
        (1, 60_000_001, US),
    ],
)
def test_more_than_a_thousand_users_mean_microseconds(invocations: float, latency: float, unit: LatencyUnit) -> None:
    assert LatencyUnit.of([(invocations, latency)]) is unit


@given(st.integers(1, 10**7), st.integers(1, 10**8))
def test_by_littles_law(invocations: int, latency: int) -> None:
    # In whole numbers: users x 60,000.
    beyond = invocations * latency > MAX_CONCURRENT_USERS * 60_000
    assert LatencyUnit.of([(invocations, latency)]) is (US if beyond else MS)


@given(st.floats(1, 900), st.floats(1, 100_000))
def test_what_traffic_can_reach_is_read_as_it_was_measured(users: float, latency_ms: float) -> None:
    invocations = users / latency_ms * 60_000
    assert LatencyUnit.of([(invocations, latency_ms)]) is MS
    assume(users > 1.01)
    assert LatencyUnit.of([(invocations, latency_ms * 1000)]) is US


@given(st.data(), MEASUREMENTS)
def test_the_order_of_the_results_never_matters(data: st.DataObject, measured: list[Measurement]) -> None:
    assert LatencyUnit.of(data.draw(st.permutations(measured))) is LatencyUnit.of(measured)


@given(MEASUREMENTS, st.lists(NOTHING))
def test_what_lacks_a_figure_decides_nothing(measured: list[Measurement], nothing: list[Measurement]) -> None:
    assert LatencyUnit.of(nothing) is MS
    assert LatencyUnit.of([*measured, *nothing]) is LatencyUnit.of(measured)


@given(MEASUREMENTS, MEASUREMENTS)
def test_one_result_decides_for_all_of_a_job(some: list[Measurement], others: list[Measurement]) -> None:
    either = {LatencyUnit.of(some), LatencyUnit.of(others)}
    assert LatencyUnit.of([*some, *others]) is (US if US in either else MS)


@given(st.floats(0.001, 10**6), st.floats(1 / 30, 30))
def test_beside_a_known_latency_the_nearer_unit_counts(measured_ms: float, ratio: float) -> None:
    assert LatencyUnit.beside(measured_ms * ratio, measured_ms) is MS
    assert LatencyUnit.beside(measured_ms * ratio * 1000, measured_ms) is US


def test_converts_to_milliseconds() -> None:
    assert [MS.milliseconds(17), US.milliseconds(263_596)] == [17, 263.596]
    assert [MS.milliseconds(None), US.milliseconds(None)] == [None, None]


def test_only_the_unexpected_unit_has_a_note() -> None:
    assert MS.note is None
    assert US.note == (
        "ModelLatency was interpreted as microseconds: as milliseconds it would need more than 1,000 concurrent users."
    )
