"""``confguard init``: a first configuration, with what was found in the repository as comments."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from confguard.cli.options import path_argument
from confguard.cli.output import EXIT_CLEAN, emit, fail, usage_errors_told

if TYPE_CHECKING:
    from confguard.run import Run


@click.command()
@path_argument()
@click.option("--pyproject", is_flag=True, help="Write [tool.confguard] into pyproject.toml instead.")
@click.option("--force", is_flag=True, help="Overwrite a confguard.toml that is there.")
@click.option("--diff", "--dry-run", "diff", is_flag=True, help="Write nothing: show what would be written.")
def init(path: Path, pyproject: bool, force: bool, diff: bool) -> None:
    """Look at the project that PATH belongs to, and write a small configuration to begin with."""
    from confguard import run
    from confguard.config import Settings
    from confguard.discover.project import find_root
    from confguard.fixes.write import WriteError, write
    from confguard.reporters.diff import render_diff
    from confguard.reporters.terminal import terminal_options

    with usage_errors_told():
        root = find_root(path)
        done = run.check(path, Settings(baseline=""))
    if done.nothing_to_check:
        notes = "".join(f"\nnote: {note}" for note in done.report.notes)
        fail(f"nothing to check in {root}: no Compose, nginx, env or Django settings file{notes}", prefix="")
    name = "pyproject.toml" if pyproject else "confguard.toml"
    old = _old(root, name, force=force or diff, shared=pyproject)
    new = _text(done, old, shared=pyproject)
    if diff:
        emit(render_diff({name: (old, new)}, terminal_options({}, is_tty=False)), None)
        sys.exit(EXIT_CLEAN)
    try:
        write(root, {name: (old, new)})
    except WriteError as error:
        fail(str(error))
    _tell(done, name)


def _old(root: Path, name: str, *, force: bool, shared: bool) -> str:
    """Return what the file holds that is to be written; ends the program where there is a configuration."""
    from confguard.config import ConfigError
    from confguard.config.files import find_layers

    try:
        layers = find_layers(root)
    except ConfigError as error:
        layers = ()
        if not force:
            fail(f"{error}; --force overwrites it")
    if layers and (shared or layers[-1].source.path != name):
        fail(f"{layers[-1].source.path} configures this project already: it stays as it is")
    file = root / name
    if shared:
        if not file.is_file():
            fail("there is no pyproject.toml; without --pyproject, confguard.toml is written")
        return file.read_bytes().decode("utf-8-sig")
    if file.exists() and not force:
        fail("confguard.toml is there already; --force overwrites it, --diff shows what would change")
    return file.read_bytes().decode("utf-8-sig") if file.exists() else ""


def _text(done: Run, old: str, *, shared: bool) -> str:
    from confguard.cli.template import template

    text = template(done.repo.stacks, done.files, "tool.confguard" if shared else "")
    if not shared:
        tomllib.loads(text)
        return text
    new = f"{old.rstrip()}\n\n{text}" if old.strip() else text
    try:
        tomllib.loads(new)
    except tomllib.TOMLDecodeError as error:
        fail(f"pyproject.toml: {error}")
    return new


def _tell(done: Run, name: str) -> None:
    from confguard.finding import Severity
    from confguard.reporters.text import visible
    from confguard.words import plural

    click.echo(f"{name} written.")
    for one in done.report.stacks:
        click.echo(visible(f"  judged as production: {one.name} ({one.evidence})".replace(" ()", "")))
    for note in done.report.notes:
        click.echo(visible(f"  note: {note}"))
    counts = [
        plural(done.report.count(level), level.label, "info" if level is Severity.INFO else "")
        for level in sorted(Severity, reverse=True)
        if done.report.count(level)
    ]
    click.echo(f"Found {', '.join(counts)}." if counts else "Nothing was found.")
    click.echo("Next:")
    if counts:
        click.echo("  confguard check             show what was found; --fix mends what can be mended safely")
        click.echo("  confguard baseline create   or: know what is there, and be told only what is new")
    click.echo("  confguard config            what is in force, and where it is said")
