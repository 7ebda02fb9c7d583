"""The sandbox's clock: virtual seconds that may pass faster than real ones, but never while something is at work."""

from __future__ import annotations

import math
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_SPEED: Final = 1_000_000.0


@dataclass(kw_only=True, eq=False)
class _Waiter:
    """A thread inside `wait_for`.

    Attributes:
        holds: How many times over the thread holds the clock when it doesn't wait.
        deadline: Virtual time; None to wait for ever.
        is_woken: Whether its predicate held at a `notify`; its holds count again from then on.
    """

    condition: threading.Condition
    predicate: Callable[[], bool]
    holds: int
    deadline: float | None
    is_woken: bool = False


class Clock:
    """Virtual time that runs at `speed` times real time while nothing is busy, and at real time while something is.

    Five properties make a fast clock safe:

    - A Lambda function that takes two real seconds takes two virtual ones, at any speed, because its invocation is
      busy. A deadline can't be missed merely because a process is slow to start.
    - The clock never passes the moment that a sleeper waits for before that sleeper has woken, so every sleeper wakes
      exactly at the time that it requested, however late the operating system schedules it.
    - A busy thread that sleeps isn't busy meanwhile, and is busy again from the moment it is due.
    - A busy thread that waits for what already holds stays busy. One that waits for what another thread makes hold is
      busy again from that thread's `notify`, however late the operating system schedules it.
    - The same holds for a function that sleeps: its sleep passes on this clock, and so does its timeout.

    Args:
        speed: Virtual seconds to a real one while nothing is busy, 1 to 1,000,000.
        start: Virtual time at the start, in seconds since the epoch. Default: the real time.

    Raises:
        ValueError: If `speed` is out of range.
    """

    def __init__(self, speed: float = 1.0, *, start: float | None = None) -> None:
        self._speed = _checked(speed)
        self._lock = threading.RLock()
        self._virtual_anchor = time.time() if start is None else start
        self._real_anchor = time.monotonic()
        self._busy_count = 0
        self._waiters: set[_Waiter] = set()
        self._thread = threading.local()
        self._stopped = False

    @property
    def speed(self) -> float:
        """Virtual seconds to a real one while nothing is busy; may be changed as it runs.

        Raises:
            ValueError: If it is set out of range.
        """
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        with self._lock:
            self._now()
            self._speed = _checked(speed)
            self._wake_earliest()

    @property
    def is_busy(self) -> bool:
        """Return whether something is at work, so that the clock runs at real time."""
        with self._lock:
            return self._busy_count > 0

    @property
    def holds(self) -> int:
        """How many times over the calling thread holds the clock at real time."""
        return int(getattr(self._thread, "held", 0))

    def now(self) -> float:
        """Return the virtual time in seconds since the epoch."""
        with self._lock:
            return self._now()

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Hold the clock at real time while the calling thread works; may be nested."""
        self._hold(1)
        try:
            yield
        finally:
            self._hold(-1)

    def start_thread(self, work: Callable[[], None], *, name: str) -> threading.Thread:
        """Start a daemon thread that is busy from now, not from when it is scheduled, until `work` returns."""

        def run() -> None:
            self._thread.held = 1
            try:
                work()
            except Exception:
                # What is still at work when the sandbox stops finds its surroundings gone; no thread waits for it.
                if not self._stopped:
                    raise
            finally:
                self._hold(-1)

        with self._lock:
            self._set_busy_count(self._busy_count + 1)
        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Expect no more of the threads that were started."""
        self._stopped = True

    def sleep(self, seconds: float) -> None:
        """Sleep for so many virtual seconds."""
        self.wait_for(lambda: False, timeout=seconds)

    def sleep_for(self, holds: int, seconds: float) -> None:
        """Sleep in place of a thread that holds the clock so many times over, and doesn't meanwhile."""
        self._thread.held = self.holds + holds
        try:
            self.sleep(seconds)
        finally:
            self._thread.held -= holds

    def wait_for(self, predicate: Callable[[], bool], *, timeout: float | None = None) -> bool:
        """Wait until `predicate` holds; whoever makes it hold must call `notify`.

        Args:
            predicate: Called under the clock's lock, also by `notify`: it must be quick and must not use the clock.
            timeout: Virtual seconds to wait at most. Default: for ever.

        Returns:
            Whether the predicate held in time.
        """
        with self._lock:
            if predicate():
                return True
            waiter = _Waiter(
                condition=threading.Condition(self._lock),
                predicate=predicate,
                holds=self.holds,
                deadline=None if timeout is None else self._now() + timeout,
            )
            self._waiters.add(waiter)
            self._set_busy_count(self._busy_count - waiter.holds)
            try:
                while not waiter.is_woken:
                    remaining = None if waiter.deadline is None else waiter.deadline - self._now()
                    if remaining is not None and remaining <= 0:
                        return predicate()
                    # None is due before the earliest has gone, and then the next one is woken.
                    is_next = remaining is not None and self._earliest() is waiter
                    waiter.condition.wait(remaining / self._rate if is_next and remaining is not None else None)
                return True
            finally:
                if not waiter.is_woken:
                    self._leave(waiter)

    def notify(self) -> None:
        """Wake every waiter whose predicate holds."""
        with self._lock:
            for waiter in [each for each in self._waiters if each.predicate()]:
                waiter.is_woken = True
                self._leave(waiter)
                waiter.condition.notify()

    def _leave(self, waiter: _Waiter) -> None:
        # Busy again before the deadline is lifted: the clock must not run on in between.
        self._set_busy_count(self._busy_count + waiter.holds)
        self._waiters.discard(waiter)
        self._wake_earliest()

    def _earliest(self) -> _Waiter | None:
        due = [waiter for waiter in self._waiters if waiter.deadline is not None]
        return min(due, key=_deadline, default=None)

    def _wake_earliest(self) -> None:
        earliest = self._earliest()
        if earliest is not None:
            earliest.condition.notify()

    @property
    def _rate(self) -> float:
        return 1.0 if self._busy_count else self._speed

    def _now(self) -> float:
        real = time.monotonic()
        virtual = self._virtual_anchor + (real - self._real_anchor) * self._rate
        virtual = max(self._virtual_anchor, min(virtual, min(map(_deadline, self._waiters), default=virtual)))
        self._virtual_anchor, self._real_anchor = virtual, real
        return virtual

    def _hold(self, change: int) -> None:
        self._thread.held = self.holds + change
        with self._lock:
            self._set_busy_count(self._busy_count + change)

    def _set_busy_count(self, count: int) -> None:
        self._now()
        changed_rate = (count > 0) != (self._busy_count > 0)
        self._busy_count = count
        if changed_rate:
            self._wake_earliest()


def _deadline(waiter: _Waiter) -> float:
    return math.inf if waiter.deadline is None else waiter.deadline


def _checked(speed: float) -> float:
    if not 1 <= speed <= MAX_SPEED:
        raise ValueError(f"speed is {speed:g}; it must be 1 to {MAX_SPEED:,.0f}")
    return speed
