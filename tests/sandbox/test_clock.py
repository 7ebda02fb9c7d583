from __future__ import annotations

import threading
import time
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from inference_recommender_sandbox import clock as clock_module
from inference_recommender_sandbox.clock import MAX_SPEED, Clock

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 60
"""Real seconds within which a thread gets its turn, also where many others want the processor."""
ROUNDING = 0.001


def _elapsed(clock: Clock, real_seconds: float) -> float:
    before = clock.now()
    time.sleep(real_seconds)
    return clock.now() - before


def test_runs_at_its_speed_while_nothing_is_busy() -> None:
    assert _elapsed(Clock(1000), 0.05) >= 50


def test_runs_at_real_time_while_something_is_busy() -> None:
    clock = Clock(1000)
    with clock.busy():
        started = time.monotonic()
        elapsed = _elapsed(clock, 0.05)
        assert elapsed <= time.monotonic() - started + ROUNDING
    assert _elapsed(clock, 0.05) >= 50


def test_starts_at_real_time_and_never_goes_back() -> None:
    clock = Clock(100)
    assert clock.now() == pytest.approx(time.time(), abs=5)
    times = [clock.now() for _ in range(1000)]
    assert times == sorted(times)


def test_a_sleeper_wakes_exactly_when_it_asked_to_at_any_speed() -> None:
    clock = Clock(1_000_000, start=0)
    with clock.busy():
        started, before = time.monotonic(), clock.now()
        clock.sleep(3600)
        # Before it sleeps and after it wakes, real time passes.
        assert 3600 - ROUNDING <= clock.now() - before <= 3600 + time.monotonic() - started


def test_sleepers_wake_in_order_none_missing_its_moment() -> None:
    clock = Clock(1_000_000, start=0)
    woken: list[tuple[int, float]] = []

    def sleeper(seconds: int) -> None:
        clock.sleep(seconds)
        woken.append((seconds, clock.now()))

    with clock.busy():
        began, started = time.monotonic(), clock.now()
        threads = [clock.start_thread(lambda s=s: sleeper(s), name=f"sleeper-{s}") for s in (300, 100, 200)]  # type: ignore[misc]
    for thread in threads:
        thread.join(PATIENCE)
    assert [seconds for seconds, _ in woken] == [100, 200, 300]
    real = time.monotonic() - began
    assert all(seconds <= when - started <= seconds + real for seconds, when in woken)


def test_a_busy_thread_that_sleeps_is_not_busy_meanwhile() -> None:
    clock = Clock(10_000)
    started = time.monotonic()
    with clock.busy():
        clock.sleep(1000)
        assert clock.is_busy
    assert time.monotonic() - started < PATIENCE


def test_a_sleeper_wakes_late_in_real_time_when_another_becomes_busy() -> None:
    clock = Clock(100)
    woken = threading.Event()

    def sleep() -> None:
        clock.sleep(30)
        woken.set()

    clock.start_thread(sleep, name="sleeper")
    with clock.busy():
        assert not woken.wait(0.5)
    assert woken.wait(2)


def test_a_thread_is_busy_from_when_it_is_started() -> None:
    clock = Clock(1000)
    release = threading.Event()

    def work() -> None:
        release.wait(5)

    thread = clock.start_thread(work, name="worker")
    assert clock.is_busy
    release.set()
    thread.join(PATIENCE)
    assert not clock.is_busy


def test_waits_for_a_condition_that_another_makes_true() -> None:
    clock = Clock(1)
    done: list[bool] = []

    def make_it_true() -> None:
        done.append(True)
        clock.notify()

    threading.Timer(0.05, make_it_true).start()
    assert clock.wait_for(lambda: bool(done), timeout=60)


class _RealTime:
    """Real time that passes only when the test says so, or by `step` seconds whenever the clock reads it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, step: float = 0) -> None:
        self.seconds = 0.0
        self._step = step
        monkeypatch.setattr(clock_module, "time", SimpleNamespace(monotonic=self._monotonic, time=lambda: 0.0))

    def _monotonic(self) -> float:
        self.seconds += self._step
        return self.seconds


def test_waiting_for_what_already_holds_takes_no_virtual_time(monkeypatch: pytest.MonkeyPatch) -> None:
    real_time = _RealTime(monkeypatch, step=0.001)
    clock = Clock(MAX_SPEED, start=0)
    with clock.busy():
        before, real_before = clock.now(), real_time.seconds
        for _ in range(100):
            assert clock.wait_for(lambda: True, timeout=60)
        assert clock.now() - before == pytest.approx(real_time.seconds - real_before)


@pytest.mark.parametrize("timeout", [None, 1e9])
def test_a_busy_waiter_is_busy_from_the_notify_and_not_from_its_waking(
    monkeypatch: pytest.MonkeyPatch, timeout: float | None
) -> None:
    real_time = _RealTime(monkeypatch)
    clock = Clock(MAX_SPEED, start=0)
    done: list[bool] = []
    woken_at: list[float] = []

    def wait() -> None:
        assert clock.wait_for(lambda: bool(done), timeout=timeout)
        woken_at.append(clock.now())

    thread = clock.start_thread(wait, name="waiter")
    _until(lambda: not clock.is_busy)
    # The waiter can't wake while this thread has the lock, as on a machine that schedules it 10 seconds late.
    with clock._lock:
        done.append(True)
        clock.notify()
        assert clock.is_busy
        before = clock.now()
        real_time.seconds += 10
        assert clock.now() - before == pytest.approx(10)
    thread.join(PATIENCE)
    assert woken_at == [pytest.approx(before + 10)]
    assert not clock.is_busy


def test_a_notify_for_one_waiter_lets_the_others_wait() -> None:
    clock = Clock(1)
    events: dict[str, bool] = {"first": False, "second": False}
    over: list[str] = []

    def wait(name: str) -> None:
        clock.wait_for(lambda: events[name])
        over.append(name)

    threads = [clock.start_thread(partial(wait, name), name=name) for name in events]
    _until(lambda: not clock.is_busy)
    events["second"] = True
    clock.notify()
    threads[1].join(PATIENCE)
    assert over == ["second"]
    events["first"] = True
    clock.notify()
    threads[0].join(PATIENCE)
    assert over == ["second", "first"]
    assert not clock.is_busy


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_gives_up_waiting_after_the_timeout() -> None:
    assert not Clock(1000).wait_for(lambda: False, timeout=60)


@pytest.mark.parametrize("speed", [0, 0.5, -1, 2_000_000])
def test_refuses_a_speed_out_of_range(speed: float) -> None:
    with pytest.raises(ValueError, match="it must be 1 to 1,000,000"):
        Clock(speed)


def test_a_sleeper_follows_a_change_of_speed() -> None:
    clock = Clock(1)
    started = time.monotonic()
    sleeper = clock.start_thread(lambda: clock.sleep(600), name="sleeper")
    clock.speed = 10_000
    sleeper.join(PATIENCE)
    assert not sleeper.is_alive()
    assert time.monotonic() - started < PATIENCE


def test_each_of_many_sleepers_wakes_in_its_turn() -> None:
    clock = Clock(1000)
    woken: list[float] = []

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        woken.append(seconds)

    with clock.busy():
        sleepers = [clock.start_thread(partial(sleep, seconds), name="sleeper") for seconds in (300, 60, 180, 120, 240)]
    for sleeper in sleepers:
        sleeper.join(PATIENCE)
    assert woken == [60, 120, 180, 240, 300]


def test_a_thread_that_fails_once_the_clock_has_stopped_fails_silently(capfd: pytest.CaptureFixture[str]) -> None:
    clock = Clock(1000)

    def work() -> None:
        clock.sleep(60)
        raise FileNotFoundError

    thread = clock.start_thread(work, name="late")
    clock.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert capfd.readouterr().err == ""
