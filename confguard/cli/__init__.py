"""The command line: one module for each group of commands. Nothing else imports click."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from confguard import __version__
from confguard.cli.baseline import baseline
from confguard.cli.check import check
from confguard.cli.completion import completion
from confguard.cli.config import config
from confguard.cli.graph import graph
from confguard.cli.init import init
from confguard.cli.output import EXIT_CLEAN, fail
from confguard.cli.readiness import readiness
from confguard.cli.route import route
from confguard.cli.rules import rule, rules
from confguard.cli.server import server
from confguard.cli.show import show
from confguard.cli.trace import trace

_COLLECTED_AFTER = 600_000
"""New objects after which garbage is looked for: what one run makes of a usual repository is fewer."""


class _Commands(click.Group):
    """Ends what nobody expected in one line and exit code 2, which CI tells from findings."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            import traceback

            frame = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(frame.filename).stem}:{frame.lineno}"
            fail(f"{type(error).__name__} at {where}: {error}\nplease report this", "internal error: ")


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 clean, 1 findings, 2 wrong usage, an internal error or nothing to check.",
)
@click.version_option(__version__, "-V", "--version", message="confguard %(version)s")
def main() -> None:
    """Say what a Compose + nginx + Django deployment would really do, and where the files disagree."""
    # Nearly all that a run makes lives until its end. With the usual threshold (700 objects) the collector
    # walks it again and again and finds nothing, for a tenth of the whole time.
    gc.set_threshold(_COLLECTED_AFTER, 50)


def program() -> NoReturn:
    """Run the command line as a process of its own, and end that process.

    Python's own end would take apart every object of the models, one by one, for a fourteenth of the whole
    time. Everything is written by then, so the memory is left to the system. Who measures the process
    (coverage, a profiler) hooks into its usual end, and gets it.
    """
    try:
        main(prog_name="confguard")
    except SystemExit as end:
        if not isinstance(end.code, int | None) or sys.gettrace() or sys.getprofile():
            raise
        for stream in (sys.stdout, sys.stderr):
            if not stream.closed:  # a server closes what it wrote to
                stream.flush()
        os._exit(end.code or EXIT_CLEAN)
    raise AssertionError("click ends with SystemExit")


_COMMANDS = (
    *(check, init, baseline, config, readiness, rule, rules),
    *(show, route, trace, graph, server, completion),
)
for _command in _COMMANDS:
    main.add_command(_command)
