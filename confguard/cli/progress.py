"""What a run says of itself on stderr: on a terminal what it is busy with, with ``-v`` what it looked at."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from confguard.run import Run

_LONG = 1.0
"""Seconds after which a run says what it is busy with."""
_TICK = 0.1  # seconds
_SLOWEST = 10
_CLEAR = "\r\x1b[K"


class Progress:
    """Takes the time of phases and rules; on a terminal it shows what a long run is busy with."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._steps: list[tuple[str, str, float]] = []
        self._shows = sys.stderr.isatty() and environ.get("TERM") != "dumb" and not environ.get("CI")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._show, daemon=True) if self._shows else None

    def __enter__(self) -> Progress:
        self._began = time.perf_counter()
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finished = time.perf_counter()
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def tell(self, phase: str, name: str) -> None:
        """Note what begins."""
        self._steps.append((phase, name, time.perf_counter()))

    def times(self) -> list[tuple[str, str, float]]:
        """Return phase, name and seconds of each step, in order."""
        ends = [*(begun for _, _, begun in self._steps[1:]), self._finished]
        return [
            (phase, name, end - begun) for (phase, name, begun), end in zip(self._steps, ends, strict=True)
        ]

    def _show(self) -> None:
        shown = ""
        while not self._ended.wait(_TICK):
            if self._steps and time.perf_counter() - self._began > _LONG:
                phase, name, _ = self._steps[-1]
                rules = sum(one == "rules" for one, _, _ in self._steps)
                text = f"rule {rules}: {name}" if phase == "rules" else f"{phase}: {name}"
                if text != shown:
                    sys.stderr.write(f"{_CLEAR}confguard: {text}")
                    sys.stderr.flush()
                shown = text
        if shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()


def say_more(done: Run, progress: Progress) -> None:
    """Write to stderr what a run found, what it left out, and how long what took."""
    for line in _about(done, progress):
        click.echo(line, err=True)


def _about(done: Run, progress: Progress) -> list[str]:
    from confguard import __version__
    from confguard.reporters.text import visible
    from confguard.words import plural

    report, times = done.report, progress.times()
    project = done.repo.project
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(report.files.items())) or "none"
    skipped = sorted(name for phase, name, _ in times if phase == "skipped")
    rules = [(seconds, name) for phase, name, seconds in times if phase == "rules"]
    lines = [
        f"confguard {__version__} in {visible(str(report.root))}",
        f"configuration: {visible(done.settings.source or 'none, the defaults are in force')}",
        f"files: {len(project.paths)} listed by {project.listing.by}; with a part: {kinds}",
        *(
            f"stack: {visible(stack.name)}, {stack.role}"
            + (f", because of {visible(stack.evidence)}" if stack.evidence else "")
            for stack in report.stacks
        ),
        f"rules: {len(rules)} ran, {plural(len(skipped), 'rule')} had nothing to look at",
        *([f"  without anything to look at: {', '.join(skipped)}"] if skipped else []),
    ]
    phases: dict[str, float] = {}
    for phase, _, seconds in times:
        phases[phase] = phases.get(phase, 0.0) + seconds
    phases.pop("skipped", None)
    total = sum(phases.values())
    lines.append(f"time: {total:.2f} s: " + ", ".join(f"{name} {took:.2f}" for name, took in phases.items()))
    # Models are made when they are first asked for: the first rule that asks pays for all.
    lines += [f"  {seconds:6.3f} s  {name}" for seconds, name in sorted(rules, reverse=True)[:_SLOWEST]]
    return lines
