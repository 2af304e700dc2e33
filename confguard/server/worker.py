"""One thread that does one job at a time, each a while after it was last asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Worker(Generic[Key]):
    """Calls ``work(key)`` for every key that is asked for; asking again before it begins puts it off.

    ``work`` must not raise. The thread ends with the program, or after ``stop``.
    """

    def __init__(self, work: Callable[[Key], None]) -> None:
        self._work = work
        self._due: dict[Key, float] = {}
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="confguard", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def ask(self, key: Key, delay: float = 0.0) -> None:
        """Have a job done after ``delay`` seconds."""
        with self._changed:
            self._due[key] = time.monotonic() + delay
            self._changed.notify()

    def is_asked(self, key: Key) -> bool:
        """Say whether a job waits to begin."""
        with self._changed:
            return key in self._due

    def stop(self) -> None:
        """Begin no further job; one that is under way is not waited for."""
        with self._changed:
            self._stopped = True
            self._due.clear()
            self._changed.notify()

    def _run(self) -> None:
        while (key := self._next()) is not None:
            self._work(key)

    def _next(self) -> Key | None:
        with self._changed:
            while not self._stopped:
                key = min(self._due, key=self._due.__getitem__, default=None)
                wait = self._due[key] - time.monotonic() if key is not None else None
                if key is not None and wait is not None and wait <= 0:
                    del self._due[key]
                    return key
                self._changed.wait(wait)
        return None
