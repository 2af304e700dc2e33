"""``confguard check``: turns options into settings, and a run into output and an exit code."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from confguard.cli.fixing import fix_options, run_fixed
from confguard.cli.ignoring import add_ignores
from confguard.cli.options import host_env_option, path_argument
from confguard.cli.output import EXIT_CLEAN, EXIT_ERROR, EXIT_FINDINGS, emit, fail, usage_errors_told
from confguard.cli.progress import Progress, say_more
from confguard.cli.settings import settings_of, settings_options
from confguard.cli.watching import watch

if TYPE_CHECKING:
    from confguard.config import Settings
    from confguard.reporters.result import Report
    from confguard.reporters.terminal import Options
    from confguard.run import Run

FORMATS = ("full", "concise", "json", "github", "sarif", "gitlab", "junit", "rdjson", "markdown")
_WITH_STATISTICS = ("full", "concise", "json")
_FROM_CHECKOUT = frozenset(["github", "sarif", "gitlab", "rdjson"])
"""Formats whose readers look for files from the root of the checkout."""


def _outputs(
    context: click.Context, parameter: click.Parameter, value: tuple[str, ...]
) -> tuple[tuple[str, Path | None], ...]:
    """Read ``FORMAT`` and ``FORMAT:FILE``; at most one format goes to stdout."""
    found = []
    for text in value or ("full",):
        name, _, path = text.partition(":")
        if name not in FORMATS:
            import difflib

            near = difflib.get_close_matches(name, FORMATS, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f" ({', '.join(FORMATS)})"
            raise click.BadParameter(f"there is no format {name!r}{hint}")
        found.append((name, Path(path) if path not in ("", "-") else None))
    if sum(path is None for _, path in found) > 1:
        raise click.BadParameter("only one format can go to stdout: write the others as FORMAT:FILE")
    return tuple(found)


@click.command()
@path_argument()
@click.option(
    "--output-format",
    "--format",
    "outputs",
    multiple=True,
    envvar="CONFGUARD_OUTPUT_FORMAT",
    callback=_outputs,
    metavar="FORMAT[:FILE]",
    help=f"How findings are written, and where: {', '.join(FORMATS)}. May be repeated.  [default: full]",
)
@click.option(
    "--output-file",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=lambda context, parameter, value: None if value == Path("-") else value,
    help="Write to this file what would go to stdout (`-`).",
)
@host_env_option()
@settings_options()
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@fix_options()
@click.option(
    "--add-ignore",
    is_flag=False,
    flag_value="all",
    metavar="[NAME,...]",
    help="Write suppressions for what is found, or for these rules or families; with --diff only show them.",
)
@click.option("--reason", metavar="TEXT", help="The reason that --add-ignore writes behind them.")
@click.option("--show-suppressed", is_flag=True, help="List what is silenced, too, and what silences it.")
@click.option(
    "--changed-since",
    metavar="REF",
    help="Check everything; show only what is new since the branch left REF, or touches a changed line.",
)
@click.option("--statistics", is_flag=True, help="Show how often each rule found something, instead of what.")
@click.option("--watch", "watching", is_flag=True, help="Check again whenever a file changes.")
@click.option("-v", "--verbose", is_flag=True, help="Say on stderr what was looked at, and how long it took.")
@click.option("--show-files", is_flag=True, help="List each file with its kind and why, and check nothing.")
@click.option(
    "--annotations/--no-annotations",
    default=None,
    help="Write GitHub annotations beside the text.  [default: under GitHub Actions]",
)
@click.option("--color/--no-color", default=None, help="Colour the text.  [default: on a terminal]")
@click.option("--hook", is_flag=True, help="Run as a pre-commit hook: nothing to check is no error.")
def check(path: Path, **options: Any) -> None:
    """Check the project that PATH (a file or a folder) belongs to."""
    if options["watching"]:
        if options["fix"] or options["diff"] or options["add_ignore"] is not None:
            fail("--watch only looks: it goes without --fix, --diff and --add-ignore")
        watch(path, lambda: _check(path, options))
    _check(path, options)


def _check(path: Path, options: Mapping[str, Any]) -> None:
    """Check once; ends the program, with the exit code that says what was found."""
    from confguard import run

    with usage_errors_told():
        settings = settings_of(path, options).with_options(env_files=options["host_env"])
        if options["show_files"]:
            emit(_file_list(path, settings), options["output_file"])
            return
        since = _since(options)
        if options["add_ignore"] is not None:
            add_ignores(path, settings, options)
        fixing = options["fix"] or options["diff"]
        with Progress(os.environ) as progress:
            if fixing:
                done = run_fixed(path, settings, options, progress.tell)
            else:
                done = run.check(path, settings, since=since, tell=progress.tell)
    if options["verbose"] and not fixing:
        say_more(done, progress)
    if done.nothing_to_check:
        _nothing_to_check(done, hook=options["hook"])
    _write(done if options["show_suppressed"] else done.without_silenced(), options)
    sys.exit(_exit_code(done, exit_zero=options["exit_zero"]))


def _since(options: Mapping[str, Any]) -> str:
    ref = options["changed_since"]
    if ref is not None and (options["fix"] or options["diff"]):
        fail("fixes look at the whole project: --fix and --diff go without --changed-since")
    if ref == "":  # such as an unset variable of a workflow: everything would be shown, unnoticed
        fail("--changed-since: name a branch, a tag or a commit")
    return ref or ""


def _exit_code(done: Run, *, exit_zero: bool) -> int:
    if done.crashed:
        return EXIT_ERROR
    if exit_zero:
        return EXIT_CLEAN
    worst = max((finding.severity or 0 for finding in done.report.findings), default=0)
    return EXIT_FINDINGS if worst >= done.settings.fail_on else EXIT_CLEAN


def _nothing_to_check(done: Run, *, hook: bool) -> NoReturn:
    text = f"nothing to check: no Compose, nginx, env or Django settings file in {done.report.root}"
    text = "\n".join((text, *(f"note: {note}" for note in done.report.notes)))
    if hook:
        click.echo(text)
        sys.exit(EXIT_CLEAN)
    fail(f"{text}\nhint: `confguard check --show-files` lists what was looked at", prefix="")


def _write(done: Run, options: Mapping[str, Any]) -> None:
    """Write the report, and under GitHub Actions the annotations and the job summary too."""
    from confguard.reporters import render
    from confguard.reporters.github import checkout_prefix
    from confguard.reporters.terminal import terminal_options

    environment = os.environ
    # GitHub finds a file by its path from the checkout's root, which may lie above the project's.
    prefix = checkout_prefix(environment, done.report.root)
    spoken = []
    for form, path in options["outputs"]:
        target = path or options["output_file"]
        is_tty = target is None and sys.stdout.isatty()
        look = terminal_options(
            environment,
            is_tty=is_tty,
            columns=shutil.get_terminal_size().columns if is_tty else None,
            color={None: "auto", True: "always", False: "never"}[options["color"]],
            prefix=prefix if form in _FROM_CHECKOUT else "",
        )
        emit(_rendered(form, done.report, look, statistics=options["statistics"] and path is None), target)
        spoken += [form] if target is None else []
    in_actions = environment.get("GITHUB_ACTIONS") == "true"
    annotate = in_actions if options["annotations"] is None else options["annotations"]
    # Annotations go beside text that people read, never into output that a program reads.
    if annotate and all(form in ("full", "concise") for form in spoken):
        emit(render("github", done.report, terminal_options({}, is_tty=False, prefix=prefix)), None)
    summary = environment.get("GITHUB_STEP_SUMMARY")
    if in_actions and summary:
        from confguard.reporters.job_summary import job_summary

        with Path(summary).open("a", encoding="utf-8") as handle:
            handle.write(job_summary(done.report, terminal_options({}, is_tty=False, prefix=prefix)))


def _rendered(form: str, report: Report, look: Options, *, statistics: bool) -> str:
    """Return a report in a format, or its statistics in one that has them."""
    if not statistics:
        from confguard.reporters import render

        return render(form, report, look)
    from confguard.reporters import statistics as counts

    if form not in _WITH_STATISTICS:
        fail(f"--statistics has no form in {form}; others go to files: --output-format {form}:FILE")
    return counts.render_json(report) if form == "json" else counts.render(report, look)


def _file_list(path: Path, settings: Settings) -> str:
    from confguard.discover.kinds import classify
    from confguard.discover.project import open_project
    from confguard.reporters.text import visible

    project = open_project(path, settings.exclude)
    files = classify(project, settings.file_kinds)
    width = max((len(file.kind.value) for file in files), default=0)
    longest = min(max((len(file.path) for file in files), default=0), 60)
    lines = [
        f"{file.kind.value:<{width}}  {visible(file.path):<{longest}}  {visible(file.why)}" for file in files
    ]
    lines.append(f"{len(files)} of {len(project.paths)} files have a part in the deployment.")
    return "\n".join(lines)
