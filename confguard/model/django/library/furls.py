"""furl 2.1: which arguments a URL has. What else an object of it can do is not followed."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from confguard.model.django.library import registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, NativeObject, V
from confguard.model.django.operations import NotPlain, marked, plain
from confguard.model.value import Known, Unknown
from confguard.source import Span


class Furl(NativeObject):
    """``furl(url)``."""

    __slots__ = ("names", "url")

    def __init__(self, url: V, names: tuple[str, ...]) -> None:
        self.url, self.names = url, names

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        unknown = Unknown(f"is {name} of a URL, which is not followed", self.url.trail)
        if name != "args":
            return unknown
        return Known(run.new_dict((one, Known(one), unknown) for one in self.names), self.url.trail)


def _furl(run: Run, call: Call) -> V:
    url = call.get(0, "url") or Known("")
    try:
        text = plain(url)
        if not isinstance(text, str) or marked(text) or len(call.args) + len(call.keywords) > 1:
            raise ValueError
        split = urlsplit(text)
        names = tuple(name for name, _ in parse_qsl(split.query, keep_blank_values=True))
        if split.port == 0 or any(letter in text for letter in "\\ \t\n#"):
            raise ValueError
    except (NotPlain, ValueError):  # what it refuses, and what it reads otherwise, is not told apart
        run.may_raise("ValueError", call.span, run.is_from_environment([url]), url.trail)
        return Unknown("is a URL that is not followed", run.trail(call.step("furl()"), url))
    return Known(Furl(url, names), run.trail(call.step("furl()"), url))


FUNCTIONS: dict[str, registry.Function] = {"furl.furl": _furl, "furl.furl.furl": _furl}
