"""Regular expressions and hashes."""

from __future__ import annotations

import hashlib
import re

from confguard.model.django.library import registry
from confguard.model.django.library.core import pure
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, Native, NativeObject, V
from confguard.model.django.operations import NotPlain, plain
from confguard.model.value import Known, Unknown
from confguard.source import Span

_HARMFUL = re.compile(r"[*+}]\)*[*+{]|\([^)]*[*+|][^)]*\)[*+{]")
"""Patterns that may take a time that grows without bounds with the text."""


def _regex(name: str) -> registry.Function:
    """Functions of ``re``, for patterns and texts on which they are surely quick."""

    def apply(run: Run, call: Call) -> V:
        trail = run.trail(call.step(f"re.{name}()"), *call.args)
        try:
            args = [plain(arg) for arg in call.args]
            keywords = {key: plain(arg) for key, arg in call.keywords.items()}
        except NotPlain as error:
            run.may_raise("TypeError", call.span)
            return Unknown(error.unknown.reason, trail)
        pattern = args[0].pattern if isinstance(args[0], re.Pattern) else args[0]
        if not isinstance(pattern, str) or len(pattern) > 2000:
            return Unknown("is matched in a way that is not followed", trail)
        texts = [arg for arg in args[1:] if isinstance(arg, str)]
        if name != "compile" and (_HARMFUL.search(pattern) or any(len(text) > 2000 for text in texts)):
            return Unknown("is matched by a pattern that may take too long", trail)
        try:
            result = getattr(re, name)(*args, **keywords)
        except (re.error, TypeError, ValueError, RecursionError, OverflowError) as error:
            raise run.throw("Exception", str(error), call.span, trail) from None
        if isinstance(result, re.Match):
            return Known(Match(result), trail)
        return run.wrap(result, trail)

    return apply


class Match(NativeObject):
    """A match of a regular expression."""

    __slots__ = ("match",)

    def __init__(self, match: re.Match[str]) -> None:
        self.match = match

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        if name in ("group", "groups", "groupdict", "start", "end", "span", "__getitem__"):
            return Known(Native(name, pure(getattr(self.match, name), name)))
        return Unknown("is a part of a match") if hasattr(self.match, name) else None


class _Hash(NativeObject):
    __slots__ = ("data", "kind")

    def __init__(self, kind: str, data: bytes) -> None:
        self.kind, self.data = kind, data

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        if name in ("hexdigest", "digest"):
            return Known(Native(name, pure(getattr(hashlib.new(self.kind, self.data), name), name)))
        return Unknown("is a part of a hash")


def _hash(kind: str) -> registry.Function:
    def apply(run: Run, call: Call) -> V:
        try:
            data = plain(call.args[0]) if call.args else b""
        except NotPlain as error:
            return Unknown(error.unknown.reason, run.trail(call.step("hashed"), *call.args))
        if not isinstance(data, bytes):
            raise run.throw("TypeError", "Strings must be encoded before hashing", call.span)
        return Known(_Hash(kind, data), run.trail(call.step("hashed"), *call.args))

    return apply


FUNCTIONS: dict[str, registry.Function] = {
    **{f"hashlib.{kind}": _hash(kind) for kind in ("md5", "sha1", "sha256", "sha512", "sha384", "sha224")},
    **{
        f"re.{name}": _regex(name)
        for name in ("compile", "match", "search", "fullmatch", "sub", "split", "findall", "escape")
    },
}
