"""The patterns of ``match``."""

from __future__ import annotations

import ast

from confguard.model.django import equality, expressions, operations
from confguard.model.django.machine import Run
from confguard.model.django.objects import DictObject, External, ListObject, Scope, TupleObject, V
from confguard.model.value import Known, Unknown


def matched(run: Run, pattern: ast.pattern, subject: V, scope: Scope) -> bool | None:
    """Say whether a pattern of ``case`` matches, and bind its names; None if that is not known."""
    if isinstance(pattern, ast.MatchValue):
        return equality.equal(subject, expressions.evaluate(run, pattern.value, scope))
    if isinstance(pattern, ast.MatchSingleton):
        return None if isinstance(subject, Unknown) else subject.value is pattern.value
    if isinstance(pattern, ast.MatchAs):
        verdict = matched(run, pattern.pattern, subject, scope) if pattern.pattern else True
        if verdict is not False and pattern.name:
            run.journal.touch(scope.names)
            scope.names.names[pattern.name] = subject
        return verdict
    if isinstance(pattern, ast.MatchOr):
        verdicts = [matched(run, part, subject, scope) for part in pattern.patterns]
        return True if True in verdicts else None if None in verdicts else False
    if isinstance(pattern, ast.MatchSequence):
        return _sequence(run, pattern, subject, scope)
    if isinstance(pattern, ast.MatchMapping):
        return _mapping(run, pattern, subject, scope)
    if isinstance(pattern, ast.MatchClass):
        return _class(run, pattern, subject, scope)
    return None


def _bind(run: Run, name: str | None, value: V, scope: Scope) -> None:
    if name:
        run.journal.touch(scope.names)
        scope.names.names[name] = value


def _all(verdicts: list[bool | None]) -> bool | None:
    return False if False in verdicts else None if None in verdicts else True


def _sequence(run: Run, pattern: ast.MatchSequence, subject: V, scope: Scope) -> bool | None:
    if isinstance(subject, Unknown):
        return None
    payload = subject.value
    if isinstance(payload, str | bytes | DictObject | int | float | None):
        return False
    if not isinstance(payload, ListObject | TupleObject) or not payload.complete:
        return None
    parts, items = pattern.patterns, list(payload.items)
    star = next((index for index, part in enumerate(parts) if isinstance(part, ast.MatchStar)), None)
    if star is None:
        if len(parts) != len(items):
            return False
        return _all([matched(run, part, item, scope) for part, item in zip(parts, items, strict=True)])
    after = len(parts) - star - 1
    if len(items) < star + after:
        return False
    verdicts = [matched(run, part, item, scope) for part, item in zip(parts[:star], items, strict=False)]
    tail = items[len(items) - after :]
    verdicts += [matched(run, part, item, scope) for part, item in zip(parts[star + 1 :], tail, strict=True)]
    rest = parts[star]
    name = rest.name if isinstance(rest, ast.MatchStar) else None
    _bind(run, name, Known(run.new_list(items[star : len(items) - after]), subject.trail), scope)
    return _all(verdicts)


def _mapping(run: Run, pattern: ast.MatchMapping, subject: V, scope: Scope) -> bool | None:
    if isinstance(subject, Unknown):
        return None
    payload = subject.value
    if not isinstance(payload, DictObject) or payload.kind != "dict":
        return False if isinstance(payload, str | bytes | int | float | ListObject | TupleObject) else None
    if not payload.complete or payload.maybe:
        return None
    verdicts: list[bool | None] = []
    used = []
    for key_node, part in zip(pattern.keys, pattern.patterns, strict=True):
        key = expressions.evaluate(run, key_node, scope)
        try:
            hashed = operations.hashable(run, key, scope.span(key_node))
        except operations.NotPlain:
            return None
        if hashed not in payload.entries:
            return False
        used.append(hashed)
        verdicts.append(matched(run, part, payload.entries[hashed][1], scope))
    if pattern.rest:
        rest = run.new_dict((key, *pair) for key, pair in payload.entries.items() if key not in used)
        _bind(run, pattern.rest, Known(rest, subject.trail), scope)
    return _all(verdicts)


def _class(run: Run, pattern: ast.MatchClass, subject: V, scope: Scope) -> bool | None:
    """``str()``, ``int(n)``: classes of Python itself, with at most the value as a whole."""
    from confguard.model.django.library import registry
    from confguard.model.django.objects import Call

    cls = expressions.evaluate(run, pattern.cls, scope)
    plain = isinstance(cls, Known) and isinstance(cls.value, External)
    if not plain or pattern.kwd_patterns or len(pattern.patterns) > 1:
        return None
    arguments = Call([subject, cls], {}, scope.span(pattern.cls))
    verdict = operations.truth(registry.functions()["builtins.isinstance"](run, arguments))
    if verdict and pattern.patterns:
        return matched(run, pattern.patterns[0], subject, scope)
    return verdict
