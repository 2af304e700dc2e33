"""``confguard baseline``: the findings that a project knows, written down, brought up to date, shown."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from confguard.cli.options import baseline_option, format_option, path_argument, together
from confguard.cli.output import EXIT_ERROR, emit_json, fail, usage_errors_told
from confguard.cli.settings import configured, from_root, source_options

if TYPE_CHECKING:
    from confguard.baseline import Baseline, Identity
    from confguard.config import Settings
    from confguard.finding import Finding
    from confguard.run import Run


@click.group()
def baseline() -> None:
    """Know the findings that are there already, so that only new ones are shown."""


class _Place(NamedTuple):
    settings: Settings
    name: str
    """The file, relative to the root."""
    file: Path


_project_options = together(path_argument(), baseline_option(), source_options())


@baseline.command()
@click.option("--force", is_flag=True, help="Overwrite a baseline that is there.")
@_project_options
def create(path: Path, force: bool, **options: Any) -> None:
    """Write down all findings that there are now."""
    place = _place(path, options)
    if place.file.exists() and not force:
        fail(f"{place.name} is there already: `confguard baseline update` brings it up to date")
    done, findings = _findings(path, place)
    _write(place, done, _counted(findings))
    click.echo(f"{place.name}: {_many(len(findings), 'finding')} written down.")
    if not findings:
        click.echo("There is nothing to know: a baseline is not needed.")
    else:
        click.echo("Commit it with the code. `confguard check` shows what is new from now on.")


@baseline.command()
@_project_options
def update(path: Path, **options: Any) -> None:
    """Make it hold what there is now: new findings are added, those that are gone are taken out."""
    place = _place(path, options)
    known = _read(place)
    done, findings = _findings(path, place)
    compared = _compare(known, done, findings)
    _write(place, done, _counted(findings))
    gone = sum(count for _, count in compared.stale)
    click.echo(f"{place.name}: {len(compared.new)} added, {gone} taken out, {len(findings)} in all.")


@baseline.command()
@_project_options
def prune(path: Path, **options: Any) -> None:
    """Take out what is gone, and add nothing."""
    place = _place(path, options)
    known = _read(place)
    done, findings = _findings(path, place)
    compared = _compare(known, done, findings)
    _refuse_unread(compared.new)
    silent = {entry.identity: entry.count for entry in known.entries if entry.identity.rule in _silent(done)}
    left = compared.kept() | silent
    _write(place, done, left)
    gone = sum(count for _, count in compared.stale)
    click.echo(f"{place.name}: {gone} taken out, {_many(sum(left.values()), 'finding')} left.")
    if compared.new:
        click.echo(f"{_many(len(compared.new), 'finding')} not in it: `confguard check` shows what is new.")


@baseline.command()
@format_option("text", "json")
@_project_options
def show(path: Path, output_format: str, **options: Any) -> None:
    """List what is known, and what of it is gone."""
    from confguard.reporters.text import visible

    place = _place(path, options)
    known = _read(place)
    done, findings = _findings(path, place)
    compared = _compare(known, done, findings)
    gone = {entry.identity: count for entry, count in compared.stale}
    entries = sorted(known.entries, key=lambda entry: entry.identity)
    if output_format == "json":
        emit_json(
            [
                {
                    "rule": entry.identity.rule,
                    "paths": list(entry.identity.paths),
                    "address": list(entry.identity.address),
                    "count": entry.count,
                    "gone": gone.get(entry.identity, 0),
                }
                for entry in entries
            ]
        )
        return
    rule = ""
    for entry in entries:
        if entry.identity.rule != rule:
            rule = entry.identity.rule
            click.echo(visible(rule))
        times = f" ({entry.count} times)" if entry.count > 1 else ""
        missing = gone.get(entry.identity, 0)
        end = f"  gone: {missing}" if 0 < missing < entry.count else "  gone" if missing else ""
        words = " / ".join(entry.identity.address)
        click.echo(visible(f"  {', '.join(entry.identity.paths)}: {words}{times}{end}"))
    total = sum(entry.count for entry in entries)
    click.echo(f"{_many(total, 'finding')} known, {sum(gone.values())} of them gone.")


def _place(path: Path, options: Any) -> _Place:
    from confguard.baseline import NAME
    from confguard.discover.project import find_root

    with usage_errors_told():
        settings = configured(path, options)
        given = options["baseline_file"]
        name = from_root(path, given) if given is not None else settings.baseline or NAME
        return _Place(replace(settings, baseline=""), name, find_root(path) / name)


def _findings(path: Path, place: _Place) -> tuple[Run, list[Finding]]:
    """Check without a baseline: the findings that one can know."""
    from confguard import run

    with usage_errors_told():
        done = run.check(path, place.settings)
    if done.crashed:  # what the broken rule would have found would be taken for mended
        crash = next(one for one in done.report.findings if one.rule == run.CRASH_RULE)
        fail(f"{crash.message}; the baseline stays as it is")
    if done.nothing_to_check:
        fail(f"nothing to check in {done.report.root}", prefix="")
    return done, list(run.knowable(done))


def _refuse_unread(new: Iterable[Finding]) -> None:
    """Fail if a file has a mistake: what was known of it would be taken for mended."""
    from confguard.run import UNREAD_RULE

    for one in new:
        if one.rule == UNREAD_RULE:
            span = one.primary.span
            fail(f"{span.path}:{span.line}: {one.message}; the baseline stays as it is until it is mended")


def _read(place: _Place) -> Baseline:
    from confguard.baseline import BaselineError, read
    from confguard.run.silencing import read_baseline

    with usage_errors_told(BaselineError):
        source = read_baseline(place.file.parent, place.file.name)
        assert source is not None
        return read(replace(source, path=place.name))


def _compare(known: Baseline, done: Run, findings: list[Finding]) -> Any:
    from confguard.baseline import compare

    files = [file.path for file in done.files]
    return compare(known, findings, files, done.repo.project.paths, _silent(done))


def _silent(done: Run) -> set[str]:
    from confguard.cards import load_cards

    return set(load_cards()) - set(done.report.rules)


def _counted(findings: list[Finding]) -> dict[Identity, int]:
    from confguard.baseline import counted

    return counted(findings)


def _write(place: _Place, done: Run, known: dict[Identity, int]) -> None:
    from confguard.baseline import named_files, text_of

    files = {*(file.path for file in done.files), *named_files(known, done.repo.project.paths)}
    try:
        place.file.write_text(text_of(known, files), encoding="ascii", newline="\n")
    except OSError as error:
        click.echo(f"error: cannot write {place.name}: {error.strerror}", err=True)
        sys.exit(EXIT_ERROR)


def _many(count: int, noun: str) -> str:
    from confguard.words import plural

    return plural(count, noun)
