"""The part of `threading` and `time` that moto's interpreter uses, on the sandbox's clock."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inference_recommender_sandbox.clock import Clock


class VirtualEvent:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._is_set = False

    def set(self) -> None:
        self._is_set = True
        self._clock.notify()

    def clear(self) -> None:
        self._is_set = False

    def wait(self, timeout: float | None = None) -> bool:
        return self._clock.wait_for(lambda: self._is_set, timeout=timeout)


class VirtualThread:
    def __init__(
        self, clock: Clock, target: Callable[..., None], args: Sequence[Any] = (), *, daemon: bool = True
    ) -> None:
        assert daemon
        self._clock = clock
        self._target = target
        self._args = args
        self._is_over = False

    def start(self) -> None:
        self._clock.start_thread(self._run, name="moto")

    def join(self, timeout: float | None = None) -> None:
        self._clock.wait_for(lambda: self._is_over, timeout=timeout)

    def is_alive(self) -> bool:
        return not self._is_over

    def _run(self) -> None:
        try:
            self._target(*self._args)
        finally:
            self._is_over = True
            self._clock.notify()


class VirtualThreading:
    """Stands for the module `threading`."""

    Lock = staticmethod(threading.Lock)
    RLock = staticmethod(threading.RLock)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def Event(self) -> VirtualEvent:  # noqa: N802 - the module's name for it
        return VirtualEvent(self._clock)

    def Thread(self, target: Callable[..., None], args: Sequence[Any] = (), *, daemon: bool) -> VirtualThread:  # noqa: N802
        return VirtualThread(self._clock, target, args, daemon=daemon)


class VirtualTime:
    """Stands for the module `time`."""

    def __init__(self, clock: Clock) -> None:
        self.time = clock.now
        self.sleep = clock.sleep
