"""What envsubst leaves undone in an nginx configuration, and what it does too much.

The official image runs it over ``/etc/nginx/templates/*.template`` for the variables that are set in the
container (20-envsubst-on-templates.sh), so that one that is not set stays in the text as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from confguard.model.nginx.known_variables import BUILT_IN, PLACEHOLDER
from confguard.model.nginx.types import NginxModel, Statement
from confguard.source import Span

_VARIABLE = re.compile(r"(?<!\\)\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
_DEFINING = ("set", "auth_request_set", "map", "geo", "split_clients", "perl_set", "js_set", "js_var", "env")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A variable in a file, its place, and whether envsubst goes over that file in the container."""

    name: str
    span: Span
    filled: bool


def statements(model: NginxModel) -> Iterator[Statement]:
    """Yield every statement that the repository's files hold, at any depth."""
    for level in (model.http, model.stream):
        for statement in level.statements if level else ():
            if not statement.stock:
                yield statement
            yield from (one for one in statement.inside() if not one.stock)


def unfilled(model: NginxModel) -> Iterator[Placeholder]:
    """Yield the variables of the environment that nginx gets to see as they are written.

    Names in upper case that the configuration does not define itself, and whose value is not unknown. nginx
    finds its own variables whatever their case (ngx_http_get_variable_index), so that $REQUEST_URI outside
    of a template is $request_uri.
    """
    everything = list(statements(model))
    defined = {text.lstrip("$") for one in everything if one.name in _DEFINING for text in one.texts}
    defined |= {
        name for one in everything for text in one.texts for name in re.findall(r"\(\?P?<(\w+)>", text)
    }
    filled = {one.path for one in model.delivered if one.filled}
    for statement in everything:
        for word in statement.words:
            for name in _names(word.text) if not word.unknown else ():
                if PLACEHOLDER.fullmatch(name) and name not in defined:
                    template = word.span.path in filled
                    if template or name.lower() not in BUILT_IN:
                        yield Placeholder(name, word.span, template)


def swallowed(model: NginxModel) -> Iterator[Placeholder]:
    """Yield nginx's own variables that envsubst replaced, by a value or by nothing."""
    for statement in statements(model):
        if statement.unknown:
            continue
        kept = {name for word in statement.words for name in _names(word.text)}
        for argument in statement.directive.args:  # an unquoted one that is empty is no word any more
            for name in _names(argument.raw):
                if name not in kept and (name in BUILT_IN or name.startswith(("http_", "arg_", "cookie_"))):
                    yield Placeholder(name, argument.span, filled=True)


def _names(text: str) -> Iterator[str]:
    for match in _VARIABLE.finditer(text):
        yield match[1] or match[2]
