"""The rewrite phase: ``set``, ``if``, ``return``, ``rewrite`` and ``break`` in the order they are written."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from confguard.model.nginx.types import Level, Statement
from confguard.model.nginx.uri import search
from confguard.model.nginx.variables import State
from confguard.model.value import Unknown, Value

DIRECTIVES = frozenset({"set", "if", "return", "rewrite", "break"})
_REDIRECTING = ("http://", "https://", "$scheme")
_OPERATORS = ("=", "!=", "~", "~*", "!~", "!~*")


@dataclass(slots=True)
class Outcome:
    """What a level's rewrite directives did.

    ``status`` with ``location`` (the address of a redirect) or ``body`` ends the request; ``changed``
    says that the path is another one and a location must be looked for again; ``level`` is the ``if``
    block whose configuration applies from here, or None.
    """

    status: int | None = None
    location: Value[str] | None = None
    body: Value[str] | None = None
    changed: bool = False
    level: Level | None = None
    statement: Statement | None = None


def run(level: Level, state: State, conditions: tuple[Level, ...]) -> Outcome | Unknown:
    """Run the rewrite directives of a server or location; ``conditions`` are its ``if`` levels."""
    for name in DIRECTIVES:
        if missing := level.may_hold(name):
            return Unknown(f"what is rewritten is not known: {missing.reason}")
    outcome = Outcome()
    done = _run(level.statements, state, {id(item.statement): item for item in conditions}, outcome)
    return done if isinstance(done, Unknown) else outcome


def _run(
    statements: tuple[Statement, ...], state: State, conditions: dict[int, Level], outcome: Outcome
) -> bool | Unknown:
    """Run statements; True if the phase ends here."""
    for statement in statements:
        if statement.name not in DIRECTIVES:
            continue
        if statement.unknown:
            return Unknown(statement.unknown)
        if statement.name == "break":
            return True
        if statement.name == "set" and len(statement.words) > 1:
            state.values[statement.first.removeprefix("$")] = state.text(statement.texts[1])
        elif statement.name == "return" and statement.words:
            _return(statement, state, outcome)
            return True
        elif statement.name == "rewrite" and len(statement.words) > 1:
            done = _rewrite(statement, state, outcome)
            if done is not False:
                return done
        elif statement.name == "if" and statement.block is not None:
            holds = _condition(statement, state)
            if isinstance(holds, Unknown):
                return holds
            if holds:
                level = conditions.get(id(statement))
                outcome.level = level or outcome.level
                if statement.missing:
                    return Unknown(f"what an if holds is not known: {statement.missing[0].reason}")
                done = _run(statement.block, state, conditions, outcome)
                if done is not False:
                    return done
    return False


def _return(statement: Statement, state: State, outcome: Outcome) -> None:
    first = statement.first
    outcome.statement = statement
    if not first.isdigit():
        outcome.status, outcome.location = 302, state.text(first)
        return
    outcome.status = int(first)
    if len(statement.words) > 1:
        value = state.text(statement.texts[1])
        if outcome.status in (301, 302, 303, 307, 308):
            outcome.location = value
        else:
            outcome.body = value


def _rewrite(statement: Statement, state: State, outcome: Outcome) -> bool | Unknown:
    pattern, replacement, *flags = statement.texts
    match = search(pattern, False, state.path)
    if match is None:
        return Unknown(f"the expression {pattern} cannot be read here")
    if isinstance(match, bool):
        return False
    state.groups = {}
    state.capture(match)
    keep = not replacement.endswith("?")
    target = state.text(replacement if keep else replacement[:-1])
    if isinstance(target, Unknown):
        return target
    path, mark, query = target.value.partition("?")
    if keep and state.query:
        query = f"{query}&{state.query}" if mark else state.query
    redirect = replacement.startswith(_REDIRECTING) or {"redirect", "permanent"} & set(flags)
    if redirect:
        outcome.status = 301 if "permanent" in flags else 302
        outcome.statement = statement
        outcome.location = target.map(lambda _: f"{path}?{query}" if query else path)
        return True
    if not path:
        return Unknown("a rewrite gives an empty path, which nginx answers with 500")
    state.path, state.query, state.raw = path, query, False
    outcome.changed = "break" not in flags
    state.rewritten = "break" in flags
    outcome.statement = statement
    return bool({"last", "break"} & set(flags))


def _condition(statement: Statement, state: State) -> bool | Unknown:
    words = list(statement.texts) or [""]
    words[0] = words[0].removeprefix("(")
    words[-1] = words[-1].removesuffix(")")
    words = [word for word in words if word] or [""]
    first = words[0]
    if first.lstrip("!") in ("-f", "-d", "-e", "-x"):
        return _file_test(first, words[1] if len(words) > 1 else "", state)
    value = state.text(first)
    if isinstance(value, Unknown):
        return value
    if len(words) == 1:
        return value.value not in ("", "0")
    operator = words[1]
    # ``if ($a = "")``: the empty word was dropped above.
    right = words[2] if len(words) > 2 else ""
    if operator in ("=", "!="):
        other = state.text(right)
        if isinstance(other, Unknown):
            return other
        return (value.value == other.value) == (operator == "=")
    if operator not in _OPERATORS:
        return Unknown("the condition cannot be understood")
    match = search(right, operator.endswith("*"), value.value)
    if match is None:
        return Unknown(f"the expression {right} cannot be read here")
    if isinstance(match, re.Match):
        state.groups = {}
        state.capture(match)
    return bool(match) != operator.startswith("!")


def _file_test(operator: str, text: str, state: State) -> bool | Unknown:
    """Judge ``-f``, ``-d``, ``-e`` and their opposites; whether a file can be executed is not known."""
    value = state.text(text)
    if isinstance(value, Unknown):
        return value
    path = posixpath.normpath(value.value) if value.value.startswith("/") else ""
    file = state.exists(path) if path and not value.value.endswith("/") else False
    folder = state.exists(f"{path.rstrip('/')}/") if path else False
    kind = operator[-1]
    there = file if kind == "f" else folder if kind == "d" else file or folder
    if there is None or (kind == "e" and not there and folder is None) or (kind == "x" and there):
        return Unknown(f"whether {value.value} is there is not known")
    return bool(there) != operator.startswith("!")
