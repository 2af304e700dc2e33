"""libcst's tree -> the standard library's ``ast`` nodes, with ``start`` and ``end`` offsets."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

UNSUPPORTED = "<unsupported syntax>"
"""The name that stands for an expression or pattern of a kind that is not lowered."""

_Start = dict[int, tuple[int, int]]

_LOAD, _STORE, _DEL = ast.Load(), ast.Store(), ast.Del()

_BINARY: dict[type[cst.CSTNode], ast.operator] = {
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

_UNRECORDED = frozenset(
    {
        cst.LeftParen,
        cst.RightParen,
        cst.FormattedStringText,
        cst.FormattedStringExpression,
        cst.Slice,
        cst.ImportStar,
    }
)
"""Kinds that begin and end without whitespace, whose place libcst nevertheless does not record."""


class _Measure:
    """Replays the printing of a tree and notes where each node begins and ends, without its whitespace.

    libcst's own position providers do the same through its general metadata, at twice the cost.
    """

    __slots__ = (
        "_node",
        "_stack",
        "default_indent",
        "default_newline",
        "indents",
        "last",
        "places",
        "position",
    )

    def __init__(self, module: cst.Module) -> None:
        self.default_indent = module.default_indent
        self.default_newline = module.default_newline
        self.indents: list[str] = []
        self.position = 0
        self.last = 0
        self.places: _Start = {}
        self._stack: list[tuple[Any, int, Any, Any]] = []

    @property
    def tokens(self) -> tuple[str, ...]:
        """What was printed so far: libcst only asks whether it is empty."""
        return ("",) if self.position else ()

    def increase_indent(self, value: str) -> None:
        self.indents.append(value)

    def decrease_indent(self) -> None:
        self.indents.pop()

    def add_indent_tokens(self) -> None:
        for token in self.indents:
            self.position += len(token)

    def add_token(self, value: str) -> None:
        self.last = len(value)
        self.position += self.last

    def before_codegen(self, node: object) -> None:
        if type(node) in _UNRECORDED:
            self.places[id(node)] = (self.position, self.position)

    def after_codegen(self, node: object) -> None:
        if type(node) in _UNRECORDED:
            self.places[id(node)] = (self.places[id(node)][0], self.position)

    def pop_trailing_newline(self) -> None:
        self.position -= self.last

    def record_syntactic_position(
        self, node: object, *, start_node: object = None, end_node: object = None
    ) -> _Measure:
        self._stack.append((node, self.position, start_node, end_node))
        return self

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        node, start, start_node, end_node = self._stack.pop()
        places = self.places
        if start_node is not None and id(start_node) in places:
            start = places[id(start_node)][0]
        end = self.position
        if end_node is not None and id(end_node) in places:
            end = places[id(end_node)][1]
        places[id(node)] = (start, end)


def lower(text: str) -> ast.Module:
    """Parse a text and return its tree; raises libcst.ParserSyntaxError, ValueError and RecursionError."""
    module = cst.parse_module(text)
    measure = _Measure(module)
    module._codegen(measure)  # type: ignore[arg-type]
    if measure.position != len(text):
        raise ValueError("the places of its parts cannot be told")
    return _Lowering(text, measure.places).module(module)


class _Lowering:
    """One pass over one tree; a method per kind of node, found by its class name."""

    def __init__(self, text: str, places: _Start) -> None:
        self.text = text
        self.places = places
        self.kinds: dict[type, Callable[..., Any]] = {}

    # Places.

    def put(self, new: Any, node: cst.CSTNode) -> Any:
        new.start, new.end = self.places[id(node)]
        return new

    def between(self, new: Any, start: int, end: int) -> Any:
        new.start, new.end = start, end
        return new

    def unsupported(self, node: cst.CSTNode) -> ast.expr:
        start, end = self.places.get(id(node), (0, 0))
        name: ast.expr = self.between(ast.Name(UNSUPPORTED, _LOAD), start, end)
        return name

    # Statements.

    def module(self, node: cst.Module) -> ast.Module:
        return self.between(ast.Module(self.block(node.body), []), 0, len(self.text))  # type: ignore[no-any-return]

    def block(self, statements: Sequence[cst.CSTNode]) -> list[ast.stmt]:
        out: list[ast.stmt] = []
        for statement in statements:
            if isinstance(statement, cst.SimpleStatementLine):
                for small in statement.body:
                    lowered = self.statement(small)
                    if lowered is not None:
                        out.append(lowered)
            else:
                lowered = self.statement(statement)
                if lowered is not None:
                    out.append(lowered)
        return out

    def suite(self, node: cst.BaseSuite) -> list[ast.stmt]:
        if isinstance(node, cst.SimpleStatementSuite):
            return [low for low in map(self.statement, node.body) if low is not None]
        return self.block(node.body)

    def statement(self, node: cst.CSTNode) -> ast.stmt | None:
        method = self._method(node, "s_")
        if method is None:
            return self.put(ast.Expr(self.unsupported(node)), node)  # type: ignore[no-any-return]
        result = method(node)
        if result is None:
            return None
        return self.put(result, node)  # type: ignore[no-any-return]

    def _method(self, node: cst.CSTNode, prefix: str) -> Callable[..., Any] | None:
        kind = type(node)
        if kind not in self.kinds:
            self.kinds[kind] = getattr(self, prefix + kind.__name__, None)  # type: ignore[assignment]
        return self.kinds[kind]

    def s_Expr(self, node: cst.Expr) -> ast.stmt:
        return ast.Expr(self.expr(node.value))

    def s_Assign(self, node: cst.Assign) -> ast.stmt:
        targets = [self.target(target.target) for target in node.targets]
        return ast.Assign(targets, self.expr(node.value), lineno=0)

    def s_AnnAssign(self, node: cst.AnnAssign) -> ast.stmt:
        target: Any = self.target(node.target)
        simple = int(isinstance(node.target, cst.Name) and not node.target.lpar)
        value = self.expr(node.value) if node.value else None
        return ast.AnnAssign(target, self.expr(node.annotation.annotation), value, simple)

    def s_AugAssign(self, node: cst.AugAssign) -> ast.stmt:
        target: Any = self.target(node.target)
        return ast.AugAssign(target, _BINARY[type(node.operator)], self.expr(node.value))

    def s_Pass(self, node: cst.Pass) -> ast.stmt:
        return ast.Pass()

    def s_Break(self, node: cst.Break) -> ast.stmt:
        return ast.Break()

    def s_Continue(self, node: cst.Continue) -> ast.stmt:
        return ast.Continue()

    def s_Return(self, node: cst.Return) -> ast.stmt:
        return ast.Return(self.expr(node.value) if node.value else None)

    def s_Raise(self, node: cst.Raise) -> ast.stmt:
        cause = node.cause.item if isinstance(node.cause, cst.From) else None
        return ast.Raise(self.expr(node.exc) if node.exc else None, self.expr(cause) if cause else None)

    def s_Assert(self, node: cst.Assert) -> ast.stmt:
        return ast.Assert(self.expr(node.test), self.expr(node.msg) if node.msg else None)

    def s_Del(self, node: cst.Del) -> ast.stmt:
        if isinstance(node.target, cst.Tuple) and not node.target.lpar:
            return ast.Delete([self.expr(element.value, _DEL) for element in node.target.elements])
        return ast.Delete([self.expr(node.target, _DEL)])

    def s_Global(self, node: cst.Global) -> ast.stmt:
        return ast.Global([item.name.value for item in node.names])

    def s_Nonlocal(self, node: cst.Nonlocal) -> ast.stmt:
        return ast.Nonlocal([item.name.value for item in node.names])

    def s_Import(self, node: cst.Import) -> ast.stmt:
        return ast.Import([self.alias(item) for item in node.names])

    def s_ImportFrom(self, node: cst.ImportFrom) -> ast.stmt:
        module = _dotted(node.module) if node.module else None
        if isinstance(node.names, cst.ImportStar):
            names = [self.put(ast.alias("*", None), node.names)]
        else:
            names = [self.alias(item) for item in node.names]
        return ast.ImportFrom(module, names, len(node.relative))

    def alias(self, node: cst.ImportAlias) -> ast.alias:
        name = node.asname.name if node.asname else None
        asname = name.value if isinstance(name, cst.Name) else None
        start = self.places[id(node.name)][0]
        end = self.places[id(name)][1] if name is not None else self.places[id(node.name)][1]
        return self.between(ast.alias(_dotted(node.name), asname), start, end)  # type: ignore[no-any-return]

    def s_If(self, node: cst.If) -> ast.stmt:
        return ast.If(self.expr(node.test), self.suite(node.body), self.orelse(node.orelse))

    def orelse(self, node: cst.If | cst.Else | None) -> list[ast.stmt]:
        if node is None:
            return []
        if isinstance(node, cst.Else):
            return self.suite(node.body)
        lowered = self.statement(node)
        return [lowered] if lowered is not None else []

    def s_For(self, node: cst.For) -> ast.stmt:
        kind = ast.AsyncFor if node.asynchronous else ast.For
        target, source = self.target(node.target), self.expr(node.iter)
        body = self.suite(node.body)
        return kind(target=target, iter=source, body=body, orelse=self.orelse(node.orelse), lineno=0)

    def s_While(self, node: cst.While) -> ast.stmt:
        return ast.While(self.expr(node.test), self.suite(node.body), self.orelse(node.orelse))

    def s_With(self, node: cst.With) -> ast.stmt:
        items = []
        for item in node.items:
            name = self.target(item.asname.name) if item.asname else None
            items.append(ast.withitem(self.expr(item.item), name))
        kind = ast.AsyncWith if node.asynchronous else ast.With
        return kind(items, self.suite(node.body), lineno=0)

    def s_Try(self, node: cst.Try) -> ast.stmt:
        return ast.Try(*self.try_parts(node))

    def s_TryStar(self, node: cst.TryStar) -> ast.stmt:
        return ast.TryStar(*self.try_parts(node))

    def try_parts(self, node: cst.Try | cst.TryStar) -> tuple[Any, Any, Any, Any]:
        handlers = []
        for handler in node.handlers:
            name = handler.name.name if handler.name else None
            kind = self.expr(handler.type) if handler.type else None
            caught = name.value if isinstance(name, cst.Name) else None
            new = ast.ExceptHandler(kind, caught, self.suite(handler.body))
            handlers.append(self.put(new, handler))
        final = self.suite(node.finalbody.body) if node.finalbody else []
        return self.suite(node.body), handlers, self.orelse(node.orelse), final

    def s_FunctionDef(self, node: cst.FunctionDef) -> ast.stmt:
        kind = ast.AsyncFunctionDef if node.asynchronous else ast.FunctionDef
        returns = self.expr(node.returns.annotation) if node.returns else None
        decorators = [self.expr(item.decorator) for item in node.decorators]
        new = kind(
            name=node.name.value,
            args=self.arguments(node.params),
            body=self.suite(node.body),
            decorator_list=decorators,
            returns=returns,
            type_comment=None,
            lineno=0,
        )
        if "type_params" in kind._fields:
            setattr(new, "type_params", [])  # noqa: B010 - a field that Python 3.11 does not have
        return new

    def s_ClassDef(self, node: cst.ClassDef) -> ast.stmt:
        bases = [self.argument(item) for item in node.bases]
        keywords = [ast.keyword(self.keyword_name(item), self.expr(item.value)) for item in node.keywords]
        decorators = [self.expr(item.decorator) for item in node.decorators]
        new = ast.ClassDef(
            name=node.name.value,
            bases=bases,
            keywords=keywords,
            body=self.suite(node.body),
            decorator_list=decorators,
        )
        if "type_params" in ast.ClassDef._fields:
            setattr(new, "type_params", [])  # noqa: B010 - a field that Python 3.11 does not have
        return new

    def s_TypeAlias(self, node: cst.TypeAlias) -> ast.stmt:
        return ast.Assign([self.target(node.name)], self.unsupported(node), lineno=0)

    def s_Match(self, node: cst.Match) -> ast.stmt:
        cases = []
        for case in node.cases:
            guard = self.expr(case.guard) if case.guard else None
            cases.append(ast.match_case(self.pattern(case.pattern), guard, self.suite(case.body)))
        return ast.Match(self.expr(node.subject), cases)

    def pattern(self, node: cst.MatchPattern) -> ast.pattern:
        if isinstance(node, cst.MatchValue):
            return ast.MatchValue(self.expr(node.value))
        if isinstance(node, cst.MatchSingleton):
            value = {"None": None, "True": True, "False": False}[node.value.value]
            return ast.MatchSingleton(value)
        if isinstance(node, cst.MatchAs):
            inner = self.pattern(node.pattern) if node.pattern else None
            return ast.MatchAs(inner, node.name.value if node.name else None)
        if isinstance(node, cst.MatchOr):
            return ast.MatchOr([self.pattern(element.pattern) for element in node.patterns])
        if isinstance(node, cst.MatchList | cst.MatchTuple):
            return ast.MatchSequence([self.pattern_element(element) for element in node.patterns])
        if isinstance(node, cst.MatchMapping):
            keys = [self.expr(element.key) for element in node.elements]
            values = [self.pattern(element.pattern) for element in node.elements]
            return ast.MatchMapping(keys, values, node.rest.value if node.rest else None)
        if isinstance(node, cst.MatchClass):
            return ast.MatchClass(
                self.expr(node.cls),
                [self.pattern(element.value) for element in node.patterns],
                [element.key.value for element in node.kwds],
                [self.pattern(element.pattern) for element in node.kwds],
            )
        return ast.MatchStar(UNSUPPORTED)

    def pattern_element(self, node: cst.MatchSequenceElement | cst.MatchStar) -> ast.pattern:
        if isinstance(node, cst.MatchStar):
            return ast.MatchStar(node.name.value if node.name else None)
        return self.pattern(node.value)

    # Expressions.

    def expr(self, node: cst.CSTNode, context: ast.expr_context = _LOAD) -> ast.expr:
        method = self._method(node, "e_")
        if method is None:
            return self.unsupported(node)
        new = method(node, context) if isinstance(node, _TARGETS) else method(node)
        place = self.places.get(id(node))
        if place is not None and not hasattr(new, "start"):
            new.start, new.end = place
        return new  # type: ignore[no-any-return]

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
            index = self.between(ast.Tuple(items, _LOAD), _start(items[0]), _end(items[-1]))
        return ast.Subscript(self.expr(node.value), index, context)

    def subscript(self, element: cst.SubscriptElement) -> ast.expr:
        part: Any = element.slice
        if isinstance(part, cst.Index):
            value = self.expr(part.value)
            return ast.Starred(value, _LOAD) if part.star else value
        bounds = (part.lower, part.upper, part.step)
        place = self.places.get(id(part), (0, 0))
        new: ast.expr = self.between(ast.Slice(*(self.expr(x) if x else None for x in bounds)), *place)
        return new

    def e_Starred(self, node: cst.StarredElement, context: ast.expr_context) -> ast.expr:
        return ast.Starred(self.expr(node.value, context), context)

    e_StarredElement = e_Starred

    def e_List(self, node: cst.List, context: ast.expr_context) -> ast.expr:
        return ast.List(self.elements(node.elements, context), context)

    def e_Tuple(self, node: cst.Tuple, context: ast.expr_context) -> ast.expr:
        new = ast.Tuple(self.elements(node.elements, context), context)
        # libcst leaves a tuple's own parentheses out of its place; Python counts them as part of it.
        if node.lpar:
            return self.between(new, self.places[id(node.lpar[-1])][0], self.places[id(node.rpar[0])][1])  # type: ignore[no-any-return]
        return self.between(new, *self.places[id(node)])  # type: ignore[no-any-return]

    def elements(self, nodes: Sequence[cst.BaseElement], context: ast.expr_context) -> list[ast.expr]:
        out = []
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
            return self.put(ast.Starred(value, _LOAD), item)  # type: ignore[no-any-return]
        return value

    @staticmethod
    def keyword_name(item: cst.Arg) -> str | None:
        return item.keyword.value if item.keyword is not None else None

    def e_BinaryOperation(self, node: cst.BinaryOperation) -> ast.expr:
        return ast.BinOp(self.expr(node.left), _BINARY[type(node.operator)], self.expr(node.right))

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
        return ast.Constant(_literal(node.value))

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
                    flat[-1] = self.between(joined, _start(previous), _end(value))
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
                value = text if raw or "\\" not in text else _unescape(text)
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
                    label = self.text[_start(expression) : _end(expression)] + "="
                    out.append(self.between(ast.Constant(label), _start(expression), _end(expression)))
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
        new: ast.arg = self.between(
            ast.arg(node.name.value, annotation), start, _end(annotation) if annotation else end
        )
        return new


_TARGETS = (cst.Name, cst.Attribute, cst.Subscript, cst.List, cst.Tuple, cst.StarredElement)
_CONSTANTS = {"None": None, "True": True, "False": False}


def _start(node: ast.AST) -> int:
    return getattr(node, "start", 0)


def _end(node: ast.AST) -> int:
    return getattr(node, "end", 0)


def _dotted(node: cst.BaseExpression | cst.Name | cst.Attribute) -> str:
    parts: list[str] = []
    pending: Any = node
    while isinstance(pending, cst.Attribute):
        parts.append(pending.attr.value)
        pending = pending.value
    parts.append(pending.value)
    return ".".join(reversed(parts))


def _literal(text: str) -> str | bytes:
    """Return the value of a string or bytes literal, without evaluating anything else."""
    if "\\" not in text:
        body = text
        quote = body[-1]
        start = body.find(quote)
        prefix = body[:start]
        size = 3 if body[start : start + 3] == quote * 3 and len(body) - start >= 6 else 1
        inner = body[start + size : -size].replace("\r\n", "\n").replace("\r", "\n")
        return inner.encode("latin-1") if "b" in prefix.lower() else inner
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an unknown escape is a warning of the repository, not ours
        value = ast.literal_eval(text)
    assert isinstance(value, str | bytes)
    return value


def _unescape(text: str) -> str:
    """Return the value of a text inside of an f-string that is not raw."""
    quote = (
        "'"
        if "'" not in text and "\n" not in text
        else '"""'
        if '"""' not in text and not text.endswith('"')
        else "'''"
    )
    value = _literal(f"{quote}{text}{quote}")
    assert isinstance(value, str)
    return value
