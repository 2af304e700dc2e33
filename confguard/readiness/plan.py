"""Readiness plans: rows of a checklist as data, read from TOML and validated.

A plan says for each row which rules' findings fail it, which looks at the models earn it a pass, who owns
it, and the command that answers what no file can.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from confguard.cards import load_cards, rules_folder
from confguard.finding import Severity
from confguard.readiness.options import problem
from confguard.readiness.outcome import Outcome

KINDS = ("static", "partial", "manual")
"""A row that files decide, one of which they decide a half, one that only a running system answers."""

DEFAULT_PLAN = "production-readiness"

Probe = Callable[..., Outcome]

_PLAN_KEYS = frozenset(["title", "extends", "phases", "rows"])
_PHASE_KEYS = frozenset(["number", "title", "owner"])
_ROW_KEYS = frozenset([
    "id", "must", "kind", "phase", "owner", "rules", "fails-on", "about", "look", "command", "expect", "mend",
])  # fmt: skip


class PlanError(ValueError):
    """A plan that cannot be used; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Look:
    """One probe with its options; all looks of a row have to pass."""

    probe: str
    options: Mapping[str, Any]

    def load(self) -> Probe:
        """Import the probe and return it."""
        module = import_module(f"confguard.readiness.probes.{self.probe.replace('-', '_')}")
        return cast("Probe", module.look)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a plan.

    ``fails_on`` is how severe a finding of ``rules`` has to be to fail it. ``about`` is a pattern that it
    has to hold, for rules that judge more than the row asks for.
    """

    id: str
    must: str
    kind: str
    phase: int
    owner: str = ""
    rules: tuple[str, ...] = ()
    fails_on: Severity = Severity.WARNING
    about: re.Pattern[str] | None = None
    looks: tuple[Look, ...] = ()
    command: str = ""
    expect: str = ""
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a plan, with the owner of the rows that name none."""

    number: int
    title: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A checklist: its phases in order, and its rows in order."""

    title: str
    phases: tuple[Phase, ...]
    rows: tuple[Row, ...]


def load_plan(name: str = DEFAULT_PLAN) -> Plan:
    """Return a plan by its name, or from a TOML file; raises PlanError for one that cannot be used."""
    return _read(name, depth=0)


def adapted(
    plan: Plan,
    required_keys: Collection[str] = (),
    body_limits: Mapping[str, str] | None = None,
    owners: Mapping[str, str] | None = None,
) -> Plan:
    """Return a plan with what only the team knows; raises PlanError for what the plan has no row for.

    ``required_keys`` take the place of the keys that rows ask the template for, ``body_limits`` (path to
    size) that of their routes; ``owners`` are by the id of a row or by the number of a phase.
    """
    if required_keys:
        keys = {"keys": list(required_keys), "required": True}
        plan = _with_options(plan, "template-keys", keys, "required-keys")
    if body_limits:
        plan = _with_options(plan, "body-limits", {"routes": dict(body_limits)}, "body-limits")
    owners = owners or {}
    known = {*(row.id for row in plan.rows), *(str(phase.number) for phase in plan.phases)}
    for name in owners:
        if name not in known:
            raise PlanError(f"readiness.owners: there is no row or phase {name!r}{_nearest(name, known)}")
    by_phase = {phase.number: phase.owner for phase in plan.phases}

    def owner(row: Row) -> str:
        own = row.owner if row.owner != by_phase[row.phase] else owners.get(str(row.phase), row.owner)
        return owners.get(row.id, own)

    phases = (replace(one, owner=owners.get(str(one.number), one.owner)) for one in plan.phases)
    return replace(
        plan, phases=tuple(phases), rows=tuple(replace(row, owner=owner(row)) for row in plan.rows)
    )


def _with_options(plan: Plan, probe: str, options: Mapping[str, Any], key: str) -> Plan:
    if not any(look.probe == probe for row in plan.rows for look in row.looks):
        raise PlanError(f"readiness.{key}: no row of the plan {plan.title!r} asks for it (probe {probe})")

    def changed(look: Look) -> Look:
        return replace(look, options={**look.options, **options}) if look.probe == probe else look

    rows = (replace(row, looks=tuple(map(changed, row.looks))) for row in plan.rows)
    return replace(plan, rows=tuple(rows))


def plan_names() -> tuple[str, ...]:
    """Return the plans that come with confguard."""
    return tuple(sorted(path.stem for path in (rules_folder() / "plans").glob("*.toml")))


def probe_names() -> tuple[str, ...]:
    """Return the probes there are."""
    folder = Path(__file__).parent / "probes"
    return tuple(
        sorted(path.stem.replace("_", "-") for path in folder.glob("*.py") if not path.stem.startswith("_"))
    )


def _read(name: str, depth: int) -> Plan:
    own = name in plan_names()
    path = rules_folder() / "plans" / f"{name}.toml" if own else Path(name)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PlanError(f"there is no plan {name!r}{_nearest(name, plan_names())}") from None
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise PlanError(f"{name}: {error}") from None
    _known(data, _PLAN_KEYS, name)
    base = data.get("extends")
    if base is not None and depth > 4:
        raise PlanError(f"{name}: plans extend each other in a circle")
    if base is not None and base not in plan_names():
        base = str(path.parent / str(base))
    inherited = _read(base, depth + 1) if base is not None else Plan("", (), ())
    phases = {phase.number: phase for phase in inherited.phases}
    for entry in _tables(data, "phases", name):
        _known(entry, _PHASE_KEYS, f"{name}: a phase")
        number = _value(entry, "number", int, name)
        phases[number] = Phase(number, _text(entry, "title", name), _text(entry, "owner", name))
    rows = {row.id: row for row in inherited.rows}
    for entry in _tables(data, "rows", name):
        row = _row(entry, name, phases)
        rows[row.id] = row
    title = _text(data, "title", name) or inherited.title
    return Plan(title, tuple(sorted(phases.values(), key=lambda phase: phase.number)), tuple(rows.values()))


def _row(entry: Mapping[str, Any], plan: str, phases: Mapping[int, Phase]) -> Row:
    identity = _text(entry, "id", plan)
    where = f"{plan}: row {identity or '?'}"
    _known(entry, _ROW_KEYS, where)
    if not identity or not _text(entry, "must", where):
        raise PlanError(f"{where}: needs an id and what must hold")
    kind = _text(entry, "kind", where) or "static"
    if kind not in KINDS:
        raise PlanError(f"{where}: there is no kind {kind!r}{_nearest(kind, KINDS)}")
    phase = _value(entry, "phase", int, where)
    if phase not in phases:
        raise PlanError(f"{where}: there is no phase {phase}")
    rules = tuple(_value(entry, "rules", list, where, []))
    for rule in rules:
        if rule not in load_cards():
            raise PlanError(f"{where}: there is no rule {rule!r}{_nearest(rule, load_cards())}")
    looks = tuple(_looks(entry, where))
    if kind != "manual" and not looks:
        raise PlanError(f"{where}: only a look can earn a pass; a row without one is manual")
    command = _text(entry, "command", where)
    if kind != "static" and not command:
        raise PlanError(f"{where}: a row that is not static says which command answers it")
    severity = _text(entry, "fails-on", where) or "warning"
    try:
        fails_on = Severity.parse(severity)
    except KeyError:
        raise PlanError(f"{where}: {severity!r} is no severity") from None
    return Row(
        id=identity,
        must=_text(entry, "must", where),
        kind=kind,
        phase=phase,
        owner=_text(entry, "owner", where) or phases[phase].owner,
        rules=rules,
        fails_on=fails_on,
        about=_pattern(entry, where),
        looks=looks,
        command=command,
        expect=_text(entry, "expect", where),
        mend=_text(entry, "mend", where),
    )


def _pattern(entry: Mapping[str, Any], where: str) -> re.Pattern[str] | None:
    text = _text(entry, "about", where)
    try:
        return re.compile(text, re.IGNORECASE) if text else None
    except re.error as error:
        raise PlanError(f"{where}: about is no pattern: {error}") from None


def _looks(entry: Mapping[str, Any], where: str) -> Iterator[Look]:
    for one in _tables(entry, "look", where):
        name = _text(one, "probe", where)
        if name not in probe_names():
            raise PlanError(f"{where}: there is no probe {name!r}{_nearest(name, probe_names())}")
        options = {key.replace("-", "_"): value for key, value in one.items() if key != "probe"}
        look = Look(name, options)
        wrong = problem(look.load(), options)
        if wrong:
            raise PlanError(f"{where}: probe {name}: {wrong}")
        yield look


def _tables(data: Mapping[str, Any], key: str, where: str) -> list[Mapping[str, Any]]:
    found = data.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise PlanError(f"{where}: {key} has to be a list of tables")
    return found


def _text(data: Mapping[str, Any], key: str, where: str) -> str:
    return cast("str", _value(data, key, str, where, ""))


def _value(data: Mapping[str, Any], key: str, kind: type, where: str, default: Any = None) -> Any:
    value = data.get(key, default)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise PlanError(f"{where}: {key} has to be {'a text' if kind is str else f'of type {kind.__name__}'}")
    return value


def _known(data: Mapping[str, Any], keys: Collection[str], where: str) -> None:
    for key in data:
        if key not in keys:
            raise PlanError(f"{where}: there is no key {key!r}{_nearest(key, keys)}")


def _nearest(name: str, names: Collection[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
