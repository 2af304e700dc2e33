"""Evaluating expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache

from confguard.model.django import arithmetic, calls, iteration, members, operations, own_operators
from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    Call,
    DictObject,
    External,
    ListObject,
    Scope,
    TupleObject,
    V,
)
from confguard.model.value import Known, Step, Unknown
from confguard.parsers.python_literals import UNSUPPORTED

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


def sign_of(node: ast.operator) -> str:
    """Return how an operator is written."""
    return _SIGNS.get(type(node), "@")


def evaluate(run: Run, node: ast.expr, scope: Scope) -> V:
    """Return the value of an expression; raises Raised where the program would raise."""
    run.tick()
    kind = _kinds().get(type(node))
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
    if node.id == UNSUPPORTED:
        return Unknown("is written in a way that is not followed", (Step("here", scope.span(node)),))
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
    special = _module_name(run, identifier, scope)
    if not complete and "urlconf" in run.hooks and special is None and identifier not in calls.BUILTIN_NAMES:
        from confguard.model.django import imports

        known = imports.named_only(run, scope.module, identifier, scope.span(node))
        if known is not None:
            return known
    elif not complete:
        return Unknown(
            f"{identifier} may come from a star import that is not followed",
            (Step("used here", scope.span(node)),),
        )
    if special is not None:
        return special
    if identifier in calls.BUILTIN_NAMES:
        return Known(External(f"builtins.{identifier}"), (Step("used here", scope.span(node)),))
    raise run.throw("NameError", f"name '{identifier}' is not defined", scope.span(node))


def _module_name(run: Run, identifier: str, scope: Scope) -> V | None:
    module = scope.module
    if identifier == "__file__":
        return Known(run.file_of(module.source.path))
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
        special = own_operators.operator_method(run, value, right, sign, scope.span(part), scope)
        value = (
            special if special is not None else arithmetic.binary(run, sign, value, right, scope.span(part))
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


def starred(run: Run, node: ast.Starred, scope: Scope) -> V:
    """``*a`` where it is evaluated alone."""
    return evaluate(run, node.value, scope)


@cache
def _kinds() -> dict[type, Callable[..., V]]:
    """Return what runs each kind of node; made late, for those modules need this one."""
    from confguard.model.django.comprehensions import comprehension, yield_
    from confguard.model.django.logic import boolean, compare, conditional

    return {
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
