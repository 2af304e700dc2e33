"""Expressions of libcst's tree -> the standard library's ``ast`` nodes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from confguard.parsers.python_literals import UNSUPPORTED, literal, unescape
from confguard.parsers.python_nodes import N, end_of, placed, start_of
from confguard.parsers.python_places import Start

_LOAD, _STORE, _DEL = ast.Load(), ast.Store(), ast.Del()

BINARY: dict[type[cst.CSTNode], ast.operator] = {
    cst.Add: ast.Add(),
    cst.Subtract: ast.Sub(),
    cst.Multiply: ast.Mult(),
    cst.MatrixMultiply: ast.MatMult(),
    cst.Divide: ast.Div(),
    cst.FloorDivide: ast.FloorDiv(),
    cst.Modulo: ast.Mod(),
    cst.Power: ast.Pow(),
    cst.LeftShift: ast.LShift(),
    cst.RightShift: ast.RShift(),
    cst.BitOr: ast.BitOr(),
    cst.BitXor: ast.BitXor(),
    cst.BitAnd: ast.BitAnd(),
    cst.AddAssign: ast.Add(),
    cst.SubtractAssign: ast.Sub(),
    cst.MultiplyAssign: ast.Mult(),
    cst.MatrixMultiplyAssign: ast.MatMult(),
    cst.DivideAssign: ast.Div(),
    cst.FloorDivideAssign: ast.FloorDiv(),
    cst.ModuloAssign: ast.Mod(),
    cst.PowerAssign: ast.Pow(),
    cst.LeftShiftAssign: ast.LShift(),
    cst.RightShiftAssign: ast.RShift(),
    cst.BitOrAssign: ast.BitOr(),
    cst.BitXorAssign: ast.BitXor(),
    cst.BitAndAssign: ast.BitAnd(),
}
_UNARY: dict[type[cst.CSTNode], ast.unaryop] = {
    cst.Minus: ast.USub(),
    cst.Plus: ast.UAdd(),
    cst.Not: ast.Not(),
    cst.BitInvert: ast.Invert(),
}
_COMPARE: dict[type[cst.CSTNode], ast.cmpop] = {
    cst.Equal: ast.Eq(),
    cst.NotEqual: ast.NotEq(),
    cst.LessThan: ast.Lt(),
    cst.LessThanEqual: ast.LtE(),
    cst.GreaterThan: ast.Gt(),
    cst.GreaterThanEqual: ast.GtE(),
    cst.Is: ast.Is(),
    cst.IsNot: ast.IsNot(),
    cst.In: ast.In(),
    cst.NotIn: ast.NotIn(),
}


_TARGETS = (cst.Name, cst.Attribute, cst.Subscript, cst.List, cst.Tuple, cst.StarredElement)
_CONSTANTS = {"None": None, "True": True, "False": False}


class Expressions:
    """Lowers expressions; a method per kind of node, found by its class name."""

    def __init__(self, text: str, places: Start) -> None:
        self.text = text
        self.places = places
        self.kinds: dict[type, Callable[..., Any] | None] = {}

    # Places.

    def put(self, new: N, node: cst.CSTNode) -> N:
        """Give what was lowered from a node the node's place."""
        return placed(new, *self.places[id(node)])

    def unsupported(self, node: cst.CSTNode) -> ast.expr:
        start, end = self.places.get(id(node), (0, 0))
        return placed(ast.Name(UNSUPPORTED, _LOAD), start, end)

    def method(self, node: cst.CSTNode, prefix: str) -> Callable[..., Any] | None:
        kind = type(node)
        if kind not in self.kinds:
            self.kinds[kind] = getattr(self, prefix + kind.__name__, None)
        return self.kinds[kind]

    def expr(self, node: cst.CSTNode, context: ast.expr_context = _LOAD) -> ast.expr:
        method = self.method(node, "e_")
        if method is None:
            return self.unsupported(node)
        new: ast.expr = method(node, context) if isinstance(node, _TARGETS) else method(node)
        place = self.places.get(id(node))
        if place is not None and not hasattr(new, "start"):
            placed(new, *place)
        return new

    def target(self, node: cst.CSTNode) -> ast.expr:
        return self.expr(node, _STORE)

    def e_Name(self, node: cst.Name, context: ast.expr_context) -> ast.expr:
        if node.value in _CONSTANTS:
            return ast.Constant(_CONSTANTS[node.value])
        return ast.Name(node.value, context)

    def e_Attribute(self, node: cst.Attribute, context: ast.expr_context) -> ast.expr:
        return ast.Attribute(self.expr(node.value), node.attr.value, context)

    def e_Subscript(self, node: cst.Subscript, context: ast.expr_context) -> ast.expr:
        items = [self.subscript(element) for element in node.slice]
        if len(items) == 1 and not isinstance(node.slice[0].comma, cst.Comma):
            index = items[0]
        else:
            index = placed(ast.Tuple(items, _LOAD), start_of(items[0]), end_of(items[-1]))
        return ast.Subscript(self.expr(node.value), index, context)

    def subscript(self, element: cst.SubscriptElement) -> ast.expr:
        part: Any = element.slice
        if isinstance(part, cst.Index):
            value = self.expr(part.value)
            return ast.Starred(value, _LOAD) if part.star else value
        bounds = (part.lower, part.upper, part.step)
        place = self.places.get(id(part), (0, 0))
        return placed(ast.Slice(*(self.expr(x) if x else None for x in bounds)), *place)

    def e_Starred(self, node: cst.StarredElement, context: ast.expr_context) -> ast.expr:
        return ast.Starred(self.expr(node.value, context), context)

    e_StarredElement = e_Starred

    def e_List(self, node: cst.List, context: ast.expr_context) -> ast.expr:
        return ast.List(self.elements(node.elements, context), context)

    def e_Tuple(self, node: cst.Tuple, context: ast.expr_context) -> ast.expr:
        new = ast.Tuple(self.elements(node.elements, context), context)
        # libcst leaves a tuple's own parentheses out of its place; Python counts them as part of it.
        if node.lpar:
            return placed(new, self.places[id(node.lpar[-1])][0], self.places[id(node.rpar[0])][1])
        return placed(new, *self.places[id(node)])

    def elements(self, nodes: Sequence[cst.BaseElement], context: ast.expr_context) -> list[ast.expr]:
        out: list[ast.expr] = []
        for element in nodes:
            if isinstance(element, cst.StarredElement):
                new = ast.Starred(self.expr(element.value, context), context)
                out.append(self.put(new, element))
            else:
                out.append(self.expr(element.value, context))
        return out

    def e_Set(self, node: cst.Set) -> ast.expr:
        return ast.Set(self.elements(node.elements, _LOAD))

    def e_Dict(self, node: cst.Dict) -> ast.expr:
        keys: list[ast.expr | None] = []
        values: list[ast.expr] = []
        for element in node.elements:
            keys.append(self.expr(element.key) if isinstance(element, cst.DictElement) else None)
            values.append(self.expr(element.value))
        return ast.Dict(keys, values)

    def e_Call(self, node: cst.Call) -> ast.expr:
        positional, keywords = [], []
        for item in node.args:
            if item.keyword is not None or item.star == "**":
                keyword = ast.keyword(self.keyword_name(item), self.expr(item.value))
                keywords.append(self.put(keyword, item))
            else:
                positional.append(self.argument(item))
        return ast.Call(self.expr(node.func), positional, keywords)

    def argument(self, item: cst.Arg) -> ast.expr:
        value = self.expr(item.value)
        if item.star == "*":
            return self.put(ast.Starred(value, _LOAD), item)
        return value

    @staticmethod
    def keyword_name(item: cst.Arg) -> str | None:
        return item.keyword.value if item.keyword is not None else None

    def e_BinaryOperation(self, node: cst.BinaryOperation) -> ast.expr:
        return ast.BinOp(self.expr(node.left), BINARY[type(node.operator)], self.expr(node.right))

    def e_UnaryOperation(self, node: cst.UnaryOperation) -> ast.expr:
        return ast.UnaryOp(_UNARY[type(node.operator)], self.expr(node.expression))

    def e_BooleanOperation(self, node: cst.BooleanOperation) -> ast.expr:
        kind = type(node.operator)
        values = [self.expr(node.right)]
        left = node.left
        while isinstance(left, cst.BooleanOperation) and not left.lpar and type(left.operator) is kind:
            values.append(self.expr(left.right))
            left = left.left
        values.append(self.expr(left))
        return ast.BoolOp(ast.And() if kind is cst.And else ast.Or(), values[::-1])

    def e_Comparison(self, node: cst.Comparison) -> ast.expr:
        operators = [_COMPARE[type(item.operator)] for item in node.comparisons]
        return ast.Compare(
            self.expr(node.left), operators, [self.expr(item.comparator) for item in node.comparisons]
        )

    def e_IfExp(self, node: cst.IfExp) -> ast.expr:
        return ast.IfExp(self.expr(node.test), self.expr(node.body), self.expr(node.orelse))

    def e_Lambda(self, node: cst.Lambda) -> ast.expr:
        return ast.Lambda(self.arguments(node.params), self.expr(node.body))

    def e_NamedExpr(self, node: cst.NamedExpr) -> ast.expr:
        target: Any = self.target(node.target)
        return ast.NamedExpr(target, self.expr(node.value))

    def e_Await(self, node: cst.Await) -> ast.expr:
        return ast.Await(self.expr(node.expression))

    def e_Yield(self, node: cst.Yield) -> ast.expr:
        if isinstance(node.value, cst.From):
            return ast.YieldFrom(self.expr(node.value.item))
        return ast.Yield(self.expr(node.value) if node.value else None)

    def e_Ellipsis(self, node: cst.Ellipsis) -> ast.expr:
        return ast.Constant(...)

    def e_Integer(self, node: cst.Integer) -> ast.expr:
        return ast.Constant(int(node.value.replace("_", ""), 0))

    def e_Float(self, node: cst.Float) -> ast.expr:
        return ast.Constant(float(node.value.replace("_", "")))

    def e_Imaginary(self, node: cst.Imaginary) -> ast.expr:
        return ast.Constant(complex(node.value.replace("_", "")))

    def e_SimpleString(self, node: cst.SimpleString) -> ast.expr:
        return ast.Constant(literal(node.value))

    def e_ConcatenatedString(self, node: cst.ConcatenatedString) -> ast.expr:
        parts: list[Any] = []
        pending: Any = node
        while isinstance(pending, cst.ConcatenatedString):
            parts.append(self.expr(pending.left))
            pending = pending.right
        parts.append(self.expr(pending))
        if all(isinstance(part, ast.Constant) for part in parts):
            return ast.Constant(type(parts[0].value)().join(part.value for part in parts))
        flat: list[ast.expr] = []
        for part in parts:
            for value in part.values if isinstance(part, ast.JoinedStr) else [part]:
                previous = flat[-1] if flat else None
                if isinstance(value, ast.Constant) and isinstance(previous, ast.Constant):
                    joined = ast.Constant(str(previous.value) + str(value.value))
                    flat[-1] = placed(joined, start_of(previous), end_of(value))
                else:
                    flat.append(value)
        return ast.JoinedStr(flat)

    def e_FormattedString(self, node: cst.FormattedString) -> ast.expr:
        raw = "r" in node.start.lower()
        return ast.JoinedStr(self.formatted(node.parts, raw))

    def formatted(self, parts: Sequence[cst.BaseFormattedStringContent], raw: bool) -> list[ast.expr]:
        out: list[ast.expr] = []
        for part in parts:
            if isinstance(part, cst.FormattedStringText):
                text = part.value.replace("{{", "{").replace("}}", "}")
                value = text if raw or "\\" not in text else unescape(text)
                out.append(self.put(ast.Constant(value), part))
            elif isinstance(part, cst.FormattedStringExpression):
                conversion = ord(part.conversion) if part.conversion else -1
                spec = (
                    self.put(ast.JoinedStr(self.formatted(part.format_spec, raw)), part)
                    if part.format_spec
                    else None
                )
                expression = self.expr(part.expression)
                if part.equal is not None:
                    label = self.text[start_of(expression) : end_of(expression)] + "="
                    out.append(placed(ast.Constant(label), start_of(expression), end_of(expression)))
                    conversion = ord("r") if conversion == -1 and spec is None else conversion
                out.append(self.put(ast.FormattedValue(expression, conversion, spec), part))
        return out

    def e_ListComp(self, node: cst.ListComp) -> ast.expr:
        return ast.ListComp(self.expr(node.elt), self.generators(node.for_in))

    def e_SetComp(self, node: cst.SetComp) -> ast.expr:
        return ast.SetComp(self.expr(node.elt), self.generators(node.for_in))

    def e_GeneratorExp(self, node: cst.GeneratorExp) -> ast.expr:
        return ast.GeneratorExp(self.expr(node.elt), self.generators(node.for_in))

    def e_DictComp(self, node: cst.DictComp) -> ast.expr:
        return ast.DictComp(self.expr(node.key), self.expr(node.value), self.generators(node.for_in))

    def generators(self, node: cst.CompFor | None) -> list[ast.comprehension]:
        out = []
        while node is not None:
            tests = [self.expr(test.test) for test in node.ifs]
            asynchronous = int(node.asynchronous is not None)
            out.append(ast.comprehension(self.target(node.target), self.expr(node.iter), tests, asynchronous))
            node = node.inner_for_in
        return out

    def arguments(self, node: cst.Parameters) -> ast.arguments:
        before, plain = [self.arg(p) for p in node.posonly_params], [self.arg(p) for p in node.params]
        defaults = [self.expr(p.default) for p in (*node.posonly_params, *node.params) if p.default]
        star = self.arg(node.star_arg) if isinstance(node.star_arg, cst.Param) else None
        only = [self.arg(p) for p in node.kwonly_params]
        only_defaults = [self.expr(p.default) if p.default else None for p in node.kwonly_params]
        double = self.arg(node.star_kwarg) if node.star_kwarg else None
        return ast.arguments(before, plain, star, only, only_defaults, double, defaults)

    def arg(self, node: cst.Param) -> ast.arg:
        annotation = self.expr(node.annotation.annotation) if node.annotation else None
        start, end = self.places[id(node.name)]
        new: ast.arg = placed(
            ast.arg(node.name.value, annotation), start, end_of(annotation) if annotation else end
        )
        return new
