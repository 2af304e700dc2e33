"""The effective Django settings of an application: what each is, whether it starts, what it reads."""

from __future__ import annotations

from typing import Any

from confguard.model.django import EnvRead, Failure, Settings
from confguard.model.django.values import is_plain
from confguard.model.value import Unknown
from confguard.reporters.text import clean
from confguard.show.applications import Application
from confguard.show.page import (
    BOLD,
    DIM,
    GREEN,
    RED,
    YELLOW,
    Row,
    Style,
    clipped,
    joined_lines,
    place_of,
    rows_text,
)
from confguard.show.values import shown, terms, trail_terms

_MOST_DOUBTS = 5
"""Places that are named where it is not known whether a module starts."""


def facts(app: Application, reveal: bool = False) -> dict[str, Any]:
    """Return everything the page says as plain data, for JSON."""
    settings = app.settings
    return {
        "stack": app.stack or None,
        "services": list(app.services),
        "module": settings.module,
        "path": settings.path,
        "files": list(settings.files),
        "starts": settings.starts,
        "failures": [_failure_facts(failure) for failure in settings.failures],
        "unfollowed": [
            {"module": clean(one.module), "place": place_of(one.span), "why": clean(one.why)}
            for one in settings.unfollowed
        ],
        "doubts": [_failure_facts(failure) for failure in settings.doubts],
        "settings": {
            name: {
                "known": is_plain(value),
                "value": terms(name, value, reveal),
                "trail": trail_terms(value.trail),
            }
            for name, value in sorted(settings.values.items())
        },
        "reads": [_read_facts(read, reveal) for read in settings.reads],
        "problems": [
            {"place": place_of(problem.span), "message": clean(problem.message)}
            for problem in settings.problems
        ],
    }


def _failure_facts(failure: Failure) -> dict[str, Any]:
    return {
        "place": place_of(failure.span),
        "exception": failure.exception,
        "message": clean(failure.message),
        "cause": _cause(failure),
        "variables": list(failure.variables),
        "trail": trail_terms(failure.trail),
    }


def _cause(failure: Failure) -> str:
    if failure.undelivered:
        return "nothing delivers a variable"
    return "refuses a template's placeholder" if failure.placeholder else "raises"


def _read_facts(read: EnvRead, reveal: bool) -> dict[str, Any]:
    return {
        "variable": read.key,
        "place": place_of(read.span),
        "by": read.via,
        "cast": read.cast or None,
        "required": read.required,
        "set": read.is_set,
        "conditional": read.conditional,
        "default": terms(read.key, read.default, reveal) if read.default is not None else None,
        "value": terms(read.key, read.value, reveal),
    }


def page(app: Application, style: Style | None = None, reveal: bool = False) -> str:
    """Return the settings of an application as text."""
    look, settings = style or Style(), app.settings
    services = f", {'services' if len(app.services) > 1 else 'service'} {', '.join(app.services)}"
    where = f"in {app.stack}{services}" if app.services else "alone"
    title = (
        f"{look.paint(clean(settings.module), BOLD)}  {look.paint(clean(f'{settings.path} {where}'), DIM)}"
    )
    lines = [title, *_start_lines(app, look), ""]
    rows = []
    for name, value in sorted(settings.values.items()):
        text = clipped(shown(name, value, reveal))
        code = YELLOW if isinstance(value, Unknown) else ""
        rows.append(Row(clean(name), text, place_of(value.span), code))
    lines += rows_text(rows, look, 2)
    if settings.reads:
        lines += ["", look.paint("variables it reads", BOLD)]
        lines += rows_text(_read_rows(settings.reads, reveal), look, 2)
    return joined_lines(lines)


def _start_lines(app: Application, look: Style) -> list[str]:
    settings = app.settings
    if settings.failure is None:
        if settings.starts:
            return [f"  {look.paint('starts', GREEN)}"]
        return [f"  {look.paint('may start', YELLOW)}", *_doubt_lines(settings, look)]
    lines = [f"  {look.paint('does not start', RED)}"]
    for failure in settings.failures:
        name = failure.exception.rpartition(".")[2]
        lines.append(f"    {place_of(failure.span)}: {clean(name)}: {clipped(clean(failure.message))}")
        if _cause(failure) != "raises":
            names = clean(", ".join(failure.variables))
            lines.append(look.paint(f"      {_cause(failure)}{f': {names}' if names else ''}", DIM))
    return lines


def _doubt_lines(settings: Settings, look: Style) -> list[str]:
    """Say what speaks against its start: each place once, the first few of them."""
    doubts = {
        f"    {place_of(doubt.span)}: may raise {clean(doubt.exception.rpartition('.')[2])}": None
        for doubt in settings.doubts
    }
    problems = {
        f"    {place_of(problem.span)}: {clean(problem.message)}": None for problem in settings.problems
    }
    absent = {f"    {place_of(one.span)}: {clean(one.why)}": None for one in settings.unfollowed}
    lines = [*absent, *problems, *doubts]
    if len(lines) > _MOST_DOUBTS:
        lines = [*lines[:_MOST_DOUBTS], f"    and {len(lines) - _MOST_DOUBTS} more places"]
    return [look.paint(line, DIM) for line in lines]


def _read_rows(reads: tuple[EnvRead, ...], reveal: bool) -> list[Row]:
    rows: dict[str, Row] = {}
    for read in reads:
        if read.key in rows:
            continue
        state = {True: "set", False: "not set", None: "may be set"}[read.is_set]
        need = ", required" if read.required else ""
        value = (
            f" = {clipped(shown(read.key, read.value, reveal))}"
            if read.is_set is not False or not need
            else ""
        )
        code = RED if read.required and read.is_set is False else ""
        rows[read.key] = Row(clean(read.key), f"{state}{need}{value}", place_of(read.span), code)
    return [rows[key] for key in sorted(rows)]
