"""The environment that a service really gets: each variable, where it is from, who reads it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from confguard.model.delivery import Delivery, Reader, Variable, delivery_of
from confguard.model.repo import Repo
from confguard.model.value import Known, Origin, Unknown, Value
from confguard.reporters.text import clean, width
from confguard.show.choose import ChoiceError
from confguard.show.page import BOLD, DIM, RED, YELLOW, Row, Style, clipped, joined_lines, place_of, rows_text
from confguard.show.values import shown, terms, trail_terms
from confguard.words import joined


def deliveries(repo: Repo, service: str, stack: str = "") -> tuple[Delivery, ...]:
    """Return what a service is given in a stack, or in each that production runs; raises ChoiceError.

    Without a name all services are meant whose environment says anything.
    """
    names = [one.name for one in repo.deployments]
    if stack and stack not in names:
        has = joined([repr(name) for name in names]) or "none"
        raise ChoiceError(f"there is no stack {stack!r}; the repository has {has}")
    chosen = [one for one in repo.deployments if one.name == stack] if stack else list(repo.production)
    if not service:
        every = (delivery_of(one, name) for one in chosen for name in one.services)
        return tuple(one for one in every if one.variables or one.missing)
    found = tuple(delivery_of(one, service) for one in chosen if service in one.services)
    if not found:
        running = sorted({name for one in chosen for name in one.services})
        raise ChoiceError(f"there is no service {service!r}; there are {joined(running) or 'none'}")
    return found


def facts(delivery: Delivery, reveal: bool = False) -> dict[str, Any]:
    """Return everything the page says as plain data, for JSON; secrets are shapes unless revealed."""
    return {
        "stack": delivery.deployment.name,
        "service": delivery.service,
        "complete": delivery.environment.complete,
        "reason": clean(delivery.environment.reason) or None,
        "variables": {
            one.name: {
                "known": isinstance(one.value, Known),
                "value": _terms(one.name, one.value, reveal),
                "trail": trail_terms(one.value.trail) if one.value else [],
                "readers": [_reader_facts(reader, one.name, reveal) for reader in one.readers],
            }
            for one in delivery.variables
        },
        "read_and_not_delivered": {
            one.name: {
                "required": one.required,
                "readers": [_reader_facts(reader, one.name, reveal) for reader in one.readers],
            }
            for one in delivery.missing
        },
    }


def _terms(name: str, value: Known[str] | Unknown | None, reveal: bool) -> Any:
    hidden = not reveal and value is not None and _is_private(value)
    return (
        {"hidden": True}
        if hidden and isinstance(value, Known) and value.value
        else terms(name, value, reveal)
    )


def _is_private(value: Value[Any]) -> bool:
    return any(step.span is not None and step.span.file.private for step in value.trail)


def _reader_facts(reader: Reader, name: str, reveal: bool) -> dict[str, Any]:
    return {
        "kind": reader.kind.value,
        "who": clean(reader.who),
        "place": place_of(reader.span) or None,
        "required": reader.required,
        "default": terms(name, reader.default, reveal) if reader.default is not None else None,
    }


def page(delivery: Delivery, style: Style | None = None, reveal: bool = False) -> str:
    """Return the environment of a service as text."""
    look = style or Style()
    stack = look.paint(clean(f"in {delivery.deployment.name}"), DIM)
    lines = [f"{look.paint(clean(delivery.service), BOLD)}  {stack}"]
    if not delivery.environment.complete:
        lines.append(look.paint(f"  more may be set: {clean(delivery.environment.reason)}", YELLOW))
    lines += ["", look.paint("delivered", BOLD)]
    lines += rows_text(_aligned([_row(one, delivery, reveal) for one in delivery.variables]), look, 2)
    missing = [one for one in delivery.missing if one.value is None]
    if missing:
        lines += ["", look.paint("read and not delivered", BOLD)]
        lines += rows_text(_aligned([_missing_row(one, reveal) for one in missing]), look, 2)
    return joined_lines(lines)


def _aligned(rows: list[tuple[Row, str]]) -> list[Row]:
    """Return rows with who reads it behind the place, in a column of its own."""
    size = max((width(row.place) for row, _ in rows), default=0)
    return [
        replace(row, place=f"{row.place}{' ' * (size - width(row.place))}  {readers}")
        for row, readers in rows
    ]


def _row(one: Variable, delivery: Delivery, reveal: bool) -> tuple[Row, str]:
    value = one.value
    hidden = not reveal and isinstance(value, Known) and value.value and _is_private(value)
    text = "<hidden>" if hidden else clipped(shown(one.name, value, reveal))
    origin = ""
    if isinstance(value, Known):
        origin = " (template)" if value.from_template else " (default)" if _defaulted(value) else ""
    readers = _who(one.readers)
    if not readers:
        readers = "somebody, perhaps" if delivery.may_be_read(one.name) else "nobody"
    code = YELLOW if isinstance(value, Unknown) or readers == "nobody" else ""
    place = place_of(value.span) if value is not None else ""
    return Row(clean(one.name), f"{text}{origin}", place, code), f"read by {readers}"


def _defaulted(value: Known[str]) -> bool:
    return any(step.origin is Origin.DEFAULT for step in value.trail)


def _missing_row(one: Variable, reveal: bool) -> tuple[Row, str]:
    default = next((reader.default for reader in one.readers if reader.default is not None), None)
    text = "required" if one.required else "optional"
    if default is not None:
        text = f"default {clipped(shown(one.name, default, reveal), 40)}"
    place = next((place_of(reader.span) for reader in one.readers if reader.span is not None), "")
    return Row(clean(one.name), text, place, RED if one.required else ""), f"read by {_who(one.readers)}"


def _who(readers: tuple[Reader, ...]) -> str:
    names = list(dict.fromkeys(clean(reader.who) for reader in readers))
    return joined(names if len(names) <= 3 else [*names[:2], f"{len(names) - 2} more"])
