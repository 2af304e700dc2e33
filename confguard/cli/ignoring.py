"""``confguard check --add-ignore``: write suppressions for the findings that there are."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from confguard.cli.output import EXIT_CLEAN, emit, fail

if TYPE_CHECKING:
    from confguard.config import Settings
    from confguard.finding import Finding
    from confguard.run import Run

Changes = dict[str, tuple[str, str]]


def add_ignores(path: Path, settings: Settings, options: Mapping[str, Any]) -> NoReturn:
    """Silence the findings that are shown, or those of some rules, end the program, and say what was written.

    Whether a comment does it is tried in memory first; where it does not, a table in the configuration does.
    """
    from confguard import run
    from confguard.cards import load_cards
    from confguard.config import check_selectors, matches

    for flag in ("fix", "changed_since", "watch", "statistics"):
        if options.get(flag):
            fail(f"--add-ignore goes without --{flag.replace('_', '-')}")
    names = tuple(name.strip() for name in options["add_ignore"].split(",") if name.strip())
    cards = load_cards()
    check_selectors(names, cards, "--add-ignore (name a path in front of it)")
    reason = " ".join((options["reason"] or "").split())
    before = run.check(path, settings)
    found = [one for one in run.knowable(before) if matches(cards[one.rule], names)]
    changes, left = _comments(path, settings, before, found, reason)
    if left:
        _add_tables(before, settings, left, reason, changes)
    _finish(before, found, left, changes, options)


def _comments(
    path: Path, settings: Settings, before: Run, found: Sequence[Finding], reason: str
) -> tuple[Changes, list[Finding]]:
    """Return the files with comments that silence what they are for, and the findings that none silences."""
    from confguard import run
    from confguard.baseline import identity
    from confguard.source import SourceFile
    from confguard.suppress.adding import by_place, changed_texts

    project = before.repo.project
    kinds = {file.path: file.kind for file in before.files}
    real = project.real_path
    left: list[Finding] = []
    wanted = list(found)
    while True:
        refused: set[tuple[str, int]] = set()
        changes: Changes = {}
        for name, text, lines in changed_texts(by_place(wanted, real), project.read, kinds, reason):
            source = project.read(name)
            refused |= {(real(name), line) for line in lines}
            if source is not None and text and text != source.text:
                changes[name] = (source.text, text)
        places = [(real(one.primary.span.path), one.primary.span.line) for one in wanted]
        left += [one for one, place in zip(wanted, places, strict=True) if place in refused]
        wanted = [one for one, place in zip(wanted, places, strict=True) if place not in refused]
        written = {real(name): text for name, (_, text) in changes.items()}
        paths = {*changes, *(one.primary.span.path for one in wanted)}
        texts = {name: SourceFile(name, written[real(name)]) for name in paths if real(name) in written}
        after = run.check(path, settings, texts) if texts else before
        still = {identity(one) for one in after.report.findings}
        useless = [one for one in wanted if identity(one) in still]
        if not useless:
            return changes, left
        left += useless
        wanted = [one for one in wanted if one not in useless]


def _add_tables(
    before: Run, settings: Settings, left: Sequence[Finding], reason: str, changes: Changes
) -> None:
    """Add a table for each finding to the file that configures the project, or to a new one."""
    from confguard.discover.project import CONFIG_NAMES
    from confguard.suppress.adding import table_of

    name = settings.source or CONFIG_NAMES[-1]
    file = before.report.root / name
    shared = name.endswith("pyproject.toml")
    header = "tool.confguard.suppressions" if shared else "suppressions"
    tables = list(dict.fromkeys(table_of(one, reason, header) for one in left))
    old = file.read_bytes().decode("utf-8-sig") if settings.source else ""
    end = "\r\n" if "\r\n" in old else "\n"
    blank = end if old.endswith(("\n", "")) and old else ""
    new = (old if old.endswith("\n") or not old else old + end) + blank
    new += end.join(table.replace("\n", end) for table in tables)
    try:
        tomllib.loads(new)
    except tomllib.TOMLDecodeError:
        text = "\n".join(tables)
        fail(
            f"{name} holds its suppressions in a way that nothing can be added to; add this by hand:\n{text}"
        )
    changes[name] = (old, new)


def _finish(
    before: Run,
    found: Sequence[Finding],
    left: Sequence[Finding],
    changes: Changes,
    options: Mapping[str, Any],
) -> NoReturn:
    from confguard.fixes.write import WriteError, write
    from confguard.reporters.diff import render_diff
    from confguard.reporters.terminal import terminal_options
    from confguard.words import plural

    if options["diff"]:
        emit(render_diff(changes, terminal_options({}, is_tty=False)), options["output_file"])
        raise SystemExit(EXIT_CLEAN)
    try:
        write(before.report.root, changes)
    except WriteError as error:
        fail(f"{error}; nothing was silenced")
    if not found:
        click.echo("Nothing to silence.")
        raise SystemExit(EXIT_CLEAN)
    by_comment = len(found) - len(left)
    parts = [f"{by_comment} by comments"] if by_comment else []
    parts += [f"{len(left)} by tables in the configuration, where no comment can stand"] if left else []
    click.echo(f"Silenced {plural(len(found), 'finding')}: {', '.join(parts)}.")
    for name in sorted(changes):
        click.echo(f"  {name}")
    if not options["reason"]:
        click.echo("Write behind each bracket why the finding is meant, or give --reason.")
    raise SystemExit(EXIT_CLEAN)
