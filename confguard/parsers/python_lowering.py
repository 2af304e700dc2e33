"""libcst's tree -> the standard library's ``ast`` nodes, with ``start`` and ``end`` offsets."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import libcst as cst

from confguard.parsers.python_expressions import BINARY, Expressions
from confguard.parsers.python_literals import UNSUPPORTED
from confguard.parsers.python_nodes import placed
from confguard.parsers.python_places import Measure

_LOAD, _STORE, _DEL = ast.Load(), ast.Store(), ast.Del()


def lower(text: str) -> ast.Module:
    """Parse a text and return its tree; raises libcst.ParserSyntaxError, ValueError and RecursionError."""
    module = cst.parse_module(text)
    measure = Measure(module)
    module._codegen(measure)  # type: ignore[arg-type]
    if measure.position != len(text):
        raise ValueError("the places of its parts cannot be told")
    return Lowering(text, measure.places).module(module)


class Lowering(Expressions):
    """One pass over one tree: its statements, and the expressions in them."""

    # Statements.

    def module(self, node: cst.Module) -> ast.Module:
        return placed(ast.Module(self.block(node.body), []), 0, len(self.text))

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
        method = self.method(node, "s_")
        if method is None:
            return self.put(ast.Expr(self.unsupported(node)), node)
        result: ast.stmt | None = method(node)
        if result is None:
            return None
        return self.put(result, node)

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
        return ast.AugAssign(target, BINARY[type(node.operator)], self.expr(node.value))

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
        return placed(ast.alias(_dotted(node.name), asname), start, end)

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


def _dotted(node: cst.BaseExpression | cst.Name | cst.Attribute) -> str:
    parts: list[str] = []
    pending: Any = node
    while isinstance(pending, cst.Attribute):
        parts.append(pending.attr.value)
        pending = pending.value
    parts.append(pending.value)
    return ".".join(reversed(parts))
