"""``--fix``, ``--unsafe-fixes`` and ``--diff``: what ``confguard check`` changes, or says that it would."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from confguard.cli.options import Decorator, together
from confguard.cli.output import EXIT_CLEAN, EXIT_FINDINGS, emit, fail

if TYPE_CHECKING:
    from confguard.config import Settings
    from confguard.run import Run, Tell
    from confguard.run.fixing import Fixed


def fix_options() -> Decorator:
    """Return the options of fixes as one decorator."""
    return together(
        click.option("--fix", is_flag=True, help="Mend what can be mended safely, and report what remains."),
        click.option(
            "--unsafe-fixes",
            is_flag=True,
            help="Mend also where it may change more than the finding asks: read the diff.",
        ),
        click.option(
            "--diff",
            is_flag=True,
            help="Write nothing: show what --fix would change, and exit with 1 if it is anything.",
        ),
    )


def run_fixed(path: Path, settings: Settings, options: Mapping[str, Any], tell: Tell) -> Run:
    """Fix the project of a path, and return the run that tells what remains.

    With ``--diff`` it shows what would change and ends the program.
    """
    from confguard.fixes.write import WriteError
    from confguard.run.fixing import fix

    fixed = fix(path, settings, unsafe=options["unsafe_fixes"], tell=tell)
    if options["diff"]:
        _show(fixed, options)
    try:
        fixed.write()
    except WriteError as error:
        fail(f"{error}; nothing was fixed")
    for one in fixed.refused:
        click.echo(f"warning: not fixed, because it would not have helped: {_words(one.finding)}", err=True)
    return replace(fixed.after, report=replace(fixed.after.report, fixed=len(fixed.applied)))


def _show(fixed: Fixed, options: Mapping[str, Any]) -> NoReturn:
    from confguard.reporters.diff import render_diff
    from confguard.reporters.terminal import terminal_options
    from confguard.words import plural

    color = {None: "auto", True: "always", False: "never"}[options["color"]]
    target = options["output_file"]
    look = terminal_options(os.environ, is_tty=target is None and sys.stdout.isatty(), color=color)
    text = render_diff(fixed.changes, look)
    if text or target:
        emit(text, target)
    count = plural(len(fixed.applied), "finding")
    more = fixed.after.report.fixable(safe=False)
    hint = f" ({more} more with --unsafe-fixes)" if more and not options["unsafe_fixes"] else ""
    click.echo(f"Would fix {count}{hint}.", err=True)
    sys.exit(EXIT_FINDINGS if fixed.changes else EXIT_CLEAN)


def _words(finding: Any) -> str:
    from confguard.reporters.concise import line
    from confguard.reporters.terminal import Options

    return line(finding, Options())
