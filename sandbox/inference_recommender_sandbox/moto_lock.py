"""The lock of moto's state, which moto itself doesn't protect: its backends are dictionaries that requests share."""

from __future__ import annotations

from threading import RLock
from typing import Final

MOTO_LOCK: Final = RLock()
"""Held by whatever reads or writes moto's backends. One is enough, since moto keeps its state in modules.

Three rules keep it from blocking the sandbox: nothing waits, sleeps or calls the sandbox over HTTP while it holds the
lock; no thread takes the lock inside a predicate of `Clock.wait_for`; and locks that are taken inside it belong to one
object and end with one of its methods.
"""
