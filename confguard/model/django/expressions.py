"""Evaluating expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from confguard.model.django import calls, iteration, members, operations
from confguard.model.django.machine import MAX_ITEMS, Frame, Run
from confguard.model.django.objects import (
    Call,
    DictObject,
    External,
    FunctionObject,
    LimitReached,
    ListObject,
    Namespace,
    Scope,
    Text,
    TupleObject,
    V,
)
from confguard.model.value import Known, Step, Unknown

_SIGNS: dict[type, str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitOr: "|",
    ast.BitAnd: "&",
    ast.BitXor: "^",
}
_COMPARE: dict[type, str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


def sign_of(node: ast.operator) -> str:
    """Return how an operator is written."""
    return _SIGNS.get(type(node), "@")


def evaluate(run: Run, node: ast.expr, scope: Scope) -> V:
    """Return the value of an expression; raises Raised where the program would raise."""
    run.tick()
    kind = _KINDS.get(type(node))
    if kind is None:
        return Unknown("is written in a way that is not followed", (Step("written here", scope.span(node)),))
    return kind(run, node, scope)


def constant(run: Run, node: ast.Constant, scope: Scope) -> V:
    """A literal; its value is kept at its node, because it is the same each time."""
    known: V | None = getattr(node, "known", None)
    if known is None:
        known = Known(node.value, (Step("written here", scope.span(node)),))
        node.known = known  # type: ignore[attr-defined]
    return known


def name(run: Run, node: ast.Name, scope: Scope) -> V:
    """A name."""
    return lookup(run, node.id, scope, node)


def lookup(run: Run, identifier: str, scope: Scope, node: ast.AST) -> V:
    """Return what a name stands for; raises NameError as Python does."""
    current: Scope | None = scope
    complete = True
    if identifier in scope.outer:
        found = scope.outer[identifier].names.get(identifier)
        if found is not None:
            return found
    while current is not None:
        if current.kind != "class" or current is scope:
            found = current.names.names.get(identifier)
            if found is not None:
                return found
            complete = complete and current.names.complete
        current = current.parent
    if not complete:
        return Unknown(
            f"{identifier} may come from a star import that is not followed",
            (Step("used here", scope.span(node)),),
        )
    special = _module_name(run, identifier, scope)
    if special is not None:
        return special
    if identifier in calls.BUILTIN_NAMES:
        return Known(External(f"builtins.{identifier}"), (Step("used here", scope.span(node)),))
    raise run.throw("NameError", f"name '{identifier}' is not defined", scope.span(node))


def _module_name(run: Run, identifier: str, scope: Scope) -> V | None:
    module = scope.module
    if identifier == "__file__":
        return Known(run.place.of(module.source.path))
    if identifier == "__name__":
        return Known(module.name)
    if identifier == "__package__":
        return Known(module.name if module.package else module.name.rpartition(".")[0])
    if identifier == "__path__" and module.package:
        folder = module.source.path.removesuffix("__init__.py").rstrip("/")
        return Known(run.new_list([Known(run.place.of(folder))]))
    if identifier == "__doc__":
        return Known(None)
    return None


def joined(run: Run, node: ast.JoinedStr, scope: Scope) -> V:
    """An f-string."""
    parts: list[str | Unknown] = []
    values: list[V] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
            continue
        assert isinstance(part, ast.FormattedValue)
        value = evaluate(run, part.value, scope)
        values.append(value)
        spec: V = evaluate(run, part.format_spec, scope) if part.format_spec else Known("")
        parts.extend(members.formatted(run, value, part.conversion, spec, scope.span(part)))
    return operations.make_text(parts, run.trail(Step("formatted", scope.span(node)), *values))


def list_display(run: Run, node: ast.List, scope: Scope) -> V:
    """``[a, *b]``."""
    items, complete = _elements(run, node.elts, scope)
    return Known(run.new_list(items, complete), (Step("written here", scope.span(node)),))


def tuple_display(run: Run, node: ast.Tuple, scope: Scope) -> V:
    """``(a, *b)``."""
    items, complete = _elements(run, node.elts, scope)
    return Known(TupleObject(tuple(items), complete), (Step("written here", scope.span(node)),))


def _elements(run: Run, nodes: list[ast.expr], scope: Scope) -> tuple[list[V], bool]:
    items: list[V] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            more = iteration.iterate(run, evaluate(run, node.value, scope), scope.span(node))
            items.extend(more.items)
            if not more.complete:
                # Later ones have no known place in the list.
                return items, False
        else:
            items.append(evaluate(run, node, scope))
    return items, True


def set_display(run: Run, node: ast.Set, scope: Scope) -> V:
    """``{a, *b}``."""
    items, complete = _elements(run, node.elts, scope)
    return iteration.make_set(
        run, items, complete, scope.span(node), (Step("written here", scope.span(node)),)
    )


def dict_display(run: Run, node: ast.Dict, scope: Scope) -> V:
    """``{a: b, **c}``."""
    made = run.new_dict()
    trail = (Step("written here", scope.span(node)),)
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        if key_node is None:
            members.update(run, made, evaluate(run, value_node, scope), scope.span(value_node))
            continue
        key = evaluate(run, key_node, scope)
        value = evaluate(run, value_node, scope)
        members.put(run, made, key, value, scope.span(key_node))
    return Known(made, trail)


def binary(run: Run, node: ast.BinOp, scope: Scope) -> V:
    """``a + b`` and the like."""
    # A long sum nests to the left: it is walked in a loop, as deep as it may be.
    chain: list[ast.BinOp] = []
    current: ast.expr = node
    while isinstance(current, ast.BinOp):
        chain.append(current)
        current = current.left
    value = evaluate(run, current, scope)
    for part in reversed(chain):
        right = evaluate(run, part.right, scope)
        sign = sign_of(part.op)
        special = calls.operator_method(run, value, right, sign, scope.span(part), scope)
        value = (
            special if special is not None else operations.binary(run, sign, value, right, scope.span(part))
        )
    return value


def unary(run: Run, node: ast.UnaryOp, scope: Scope) -> V:
    """``not a``, ``-a`` and the like."""
    value = evaluate(run, node.operand, scope)
    trail = run.trail(Step("computed", scope.span(node)), value)
    if isinstance(node.op, ast.Not):
        verdict = operations.asked(run, value, scope.span(node.operand))
        if verdict is None:
            reason = value.reason if isinstance(value, Unknown) else "depends on something that is not known"
            return Unknown(reason, trail)
        return Known(not verdict, trail)
    if isinstance(value, Unknown):
        return Unknown(value.reason, trail)
    if not isinstance(value.value, int | float):
        if isinstance(value.value, str | bytes | type(None) | ListObject | DictObject | TupleObject):
            raise run.throw("TypeError", "bad operand type for a unary operator", scope.span(node), trail)
        return Unknown("is computed in a way that is not followed", trail)
    number = value.value
    if isinstance(node.op, ast.USub):
        return Known(-number, trail)
    if isinstance(node.op, ast.UAdd):
        return Known(+number, trail)
    if isinstance(number, int):
        return Known(~int(number), trail)
    return Unknown("is computed in a way that is not followed", trail)


def boolean(run: Run, node: ast.BoolOp, scope: Scope) -> V:
    """``a and b``, ``a or b``."""
    is_and = isinstance(node.op, ast.And)
    return _boolean(run, node.values, is_and, scope)


def _boolean(run: Run, nodes: list[ast.expr], is_and: bool, scope: Scope) -> V:
    seen: list[V] = []
    for index, part in enumerate(nodes):
        value = evaluate(run, part, scope)
        if index == len(nodes) - 1:
            return _noted(run, value, seen)
        verdict = operations.truth(value)
        if verdict is None:
            rest = _forked(run, lambda i=index: _boolean(run, nodes[i + 1 :], is_and, scope), value)  # type: ignore[misc]
            return _either(run, is_and, value, rest)
        if verdict is not is_and:
            return _noted(run, value, seen)
        seen.append(value)
    raise AssertionError("a boolean operation has operands")


def _either(run: Run, is_and: bool, value: V, rest: V | None) -> V:
    """Return ``value and rest`` or ``value or rest`` where the truth of value is not known."""
    unknown = (
        value
        if isinstance(value, Unknown)
        else Unknown("depends on something that is not known", value.trail)
    )
    if rest is None:
        return unknown
    # Whatever the first is: "x and False" is false, "x or True" is true, but not which false thing.
    return (
        run.journal.join(value, rest, unknown)
        if isinstance(value, Known)
        else Unknown(unknown.reason, unknown.trail)
    )


def _noted(run: Run, value: V, seen: list[V]) -> V:
    """Return a value with the conditions that chose it in its trail."""
    if not seen:
        return value
    trail = run.trail(value.trail[0], None) if value.trail else ()
    rest = (*value.trail[1:], *(step for other in seen for step in other.trail))
    whole = (*trail, *rest)[:24]
    return Unknown(value.reason, whole) if isinstance(value, Unknown) else Known(value.value, whole)


def _forked(run: Run, way: Callable[[], V], condition: V) -> V | None:
    """Evaluate what may not be reached, join its effects with nothing having happened; None if it left."""
    out: list[V] = []
    unknown = _condition_unknown(condition)
    run.fork(lambda: out.append(way()), lambda: None, unknown)
    return out[0] if out else None


def _condition_unknown(condition: V) -> Unknown:
    if isinstance(condition, Unknown):
        return Unknown(condition.reason, condition.trail)
    return Unknown("depends on something that is not known", condition.trail)


def conditional(run: Run, node: ast.IfExp, scope: Scope) -> V:
    """``a if b else c``."""
    condition = evaluate(run, node.test, scope)
    verdict = operations.asked(run, condition, scope.span(node.test))
    if verdict is not None:
        scope.conditions.append(condition)
        try:
            value = evaluate(run, node.body if verdict else node.orelse, scope)
        finally:
            scope.conditions.pop()
        return _noted(run, value, [condition])
    values: list[V] = []
    unknown = _condition_unknown(condition)
    run.fork(
        lambda: values.append(evaluate(run, node.body, scope)),
        lambda: values.append(evaluate(run, node.orelse, scope)),
        unknown,
    )
    if len(values) == 2:
        return run.journal.join(values[0], values[1], unknown)
    return values[0] if values else unknown


def compare(run: Run, node: ast.Compare, scope: Scope) -> V:
    """``a < b``, ``a in b`` and the like."""
    left = evaluate(run, node.left, scope)
    result: V = Known(True)
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        right = evaluate(run, right_node, scope)
        verdict = _verdict(run, _COMPARE[type(op)], left, right, scope.span(node), scope)
        trail = run.trail(Step(f"compared with {_COMPARE[type(op)]}", scope.span(node)), left, right)
        if verdict is None:
            run.may_raise("TypeError", scope.span(node))
            unknown = next((side for side in (left, right) if isinstance(side, Unknown)), None)
            return Unknown(unknown.reason if unknown else "compares with something that is not known", trail)
        result = Known(verdict, trail)
        if not verdict:
            return result
        left = right
    return result


def _verdict(run: Run, sign: str, left: V, right: V, span: Any, scope: Scope) -> bool | None:
    if sign in ("in", "not in"):
        found = calls.contains_method(run, left, right, span, scope)
        if found is None:
            found = operations.contains(run, left, right, span)
        return found if found is None or sign == "in" else not found
    if sign in ("==", "!="):
        same = operations.equal(left, right)
        return same if same is None or sign == "==" else not same
    if sign in ("is", "is not"):
        same = _identical(left, right)
        return same if same is None or sign == "is" else not same
    return operations.ordered(run, sign, left, right, span)


def _identical(left: V, right: V) -> bool | None:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Known) and (
            one.value is None or one.value is True or one.value is False or one.value is ...
        ):
            if isinstance(other, Unknown):
                return None
            if isinstance(other.value, External):
                return None
            return other.value is one.value
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if isinstance(left.value, External) or isinstance(right.value, External):
        return True if left.value == right.value else None
    return True if left.value is right.value else None


def attribute(run: Run, node: ast.Attribute, scope: Scope) -> V:
    """``a.b``."""
    return members.attribute(run, evaluate(run, node.value, scope), node.attr, scope.span(node), scope)


def subscript(run: Run, node: ast.Subscript, scope: Scope) -> V:
    """``a[b]``, ``a[b:c]``."""
    container = evaluate(run, node.value, scope)
    if isinstance(node.slice, ast.Slice):
        bounds = [
            evaluate(run, part, scope) if part else Known(None)
            for part in (node.slice.lower, node.slice.upper, node.slice.step)
        ]
        return members.sliced(run, container, bounds, scope.span(node))
    key = evaluate(run, node.slice, scope)
    return members.item(run, container, key, scope.span(node), scope, scope.span(node.slice))


def call(run: Run, node: ast.Call, scope: Scope) -> V:
    """``a(b)``."""
    function = evaluate(run, node.func, scope)
    args, complete = _elements(run, node.args, scope)
    keywords: dict[str, V] = {}
    for item in node.keywords:
        value = evaluate(run, item.value, scope)
        if item.arg is not None:
            keywords[item.arg] = value
        elif (
            isinstance(value, Known)
            and isinstance(value.value, DictObject)
            and value.value.complete
            and not value.value.maybe
        ):
            keywords.update({str(key): pair[1] for key, pair in value.value.entries.items()})
        else:
            complete = False
    return calls.call(run, function, Call(args, keywords, scope.span(node), complete, scope))


def function(run: Run, node: ast.Lambda, scope: Scope) -> V:
    """``lambda``."""
    made = calls.make_function(run, "<lambda>", node, scope)
    return Known(made, (Step("written here", scope.span(node)),))


def named(run: Run, node: ast.NamedExpr, scope: Scope) -> V:
    """``(a := b)``."""
    value = evaluate(run, node.value, scope)
    target = scope
    while target.kind == "comprehension" and target.parent is not None:
        target = target.parent
    run.journal.touch(target.names)
    target.names.names[node.target.id] = value
    return value


def yield_(run: Run, node: ast.Yield | ast.YieldFrom, scope: Scope) -> V:
    """``yield a`` and ``yield from b``: a generator is run to its end at once."""
    value = evaluate(run, node.value, scope) if node.value is not None else Known(None)
    current: Scope | None = scope
    while current is not None and current.kind != "function":
        current = current.parent
    kept = current.names.names.get(".yielded") if current is not None else None
    made = kept.value if isinstance(kept, Known) else None
    if not isinstance(made, ListObject):
        return Unknown("is yielded outside of a function")
    run.journal.touch(made)
    if isinstance(node, ast.YieldFrom):
        walk = iteration.iterate(run, value, scope.span(node))
        made.items.extend(walk.items if made.complete else ())
        made.complete = made.complete and walk.complete
    elif made.complete:
        made.items.append(value)
    return Known(None)


def comprehension(run: Run, node: Any, scope: Scope) -> V:
    """``[a for b in c if d]`` and its kin."""
    inner = Scope(
        scope.module,
        Namespace(run.journal.serial),
        scope,
        "comprehension",
        owner=scope.owner,
        receiver=scope.receiver,
    )
    out: list[tuple[V, V]] = []
    state = {"complete": True, "ordered": True}
    trail = [Step("collected", scope.span(node))]

    def add() -> None:
        if isinstance(node, ast.DictComp):
            key = evaluate(run, node.key, inner)
            out.append((key, evaluate(run, node.value, inner)))
        else:
            value = evaluate(run, node.elt, inner)
            out.append((value, value))
        if len(out) > MAX_ITEMS:
            raise LimitReached

    def turn(index: int) -> None:
        if index == len(node.generators):
            add()
            return
        part = node.generators[index]
        source = evaluate(run, part.iter, scope if index == 0 else inner)
        found = iteration.iterate(run, source, scope.span(part.iter))
        if index == 0:
            trail.extend(source.trail[:12])
        state["complete"] = state["complete"] and found.complete
        state["ordered"] = state["ordered"] and found.ordered
        for item in found.items:
            calls.assign(run, part.target, item, inner)
            verdict = _tests(run, part.ifs, inner)
            if verdict is None:
                state["complete"] = False
                if not isinstance(node, ast.DictComp):
                    state["ordered"] = False
            elif verdict:
                turn(index + 1)

    run.within(Frame("comprehension"), lambda: turn(0), Unknown("cannot be known"))
    return _collection(run, node, out, state, tuple(trail), scope)


def _tests(run: Run, tests: list[ast.expr], scope: Scope) -> bool | None:
    for test in tests:
        verdict = operations.truth(evaluate(run, test, scope))
        if not verdict:
            return verdict
    return True


def _collection(
    run: Run, node: Any, out: list[tuple[V, V]], state: dict[str, bool], trail: Any, scope: Scope
) -> V:
    span = scope.span(node)
    if isinstance(node, ast.DictComp):
        made = run.new_dict()
        for key, value in out:
            members.put(run, made, key, value, span)
        made.complete = made.complete and state["complete"]
        return Known(made, trail)
    items = [value for value, _ in out]
    if isinstance(node, ast.SetComp):
        return iteration.make_set(run, items, state["complete"], span, trail)
    if not state["ordered"] and len(items) > 1:
        return Unknown("has an order that is not known", trail)
    if not state["complete"] and not state["ordered"]:
        items = []
    return Known(run.new_list(items, state["complete"]), trail)


def starred(run: Run, node: ast.Starred, scope: Scope) -> V:
    """``*a`` where it is evaluated alone."""
    return evaluate(run, node.value, scope)


_KINDS: dict[type, Callable[..., V]] = {
    ast.Constant: constant,
    ast.Name: name,
    ast.JoinedStr: joined,
    ast.List: list_display,
    ast.Tuple: tuple_display,
    ast.Set: set_display,
    ast.Dict: dict_display,
    ast.BinOp: binary,
    ast.UnaryOp: unary,
    ast.BoolOp: boolean,
    ast.IfExp: conditional,
    ast.Compare: compare,
    ast.Attribute: attribute,
    ast.Subscript: subscript,
    ast.Call: call,
    ast.Lambda: function,
    ast.NamedExpr: named,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.DictComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.Yield: yield_,
    ast.YieldFrom: yield_,
    ast.Starred: starred,
}

__all__ = ["FunctionObject", "PurePath", "Text", "evaluate", "lookup", "sign_of"]
