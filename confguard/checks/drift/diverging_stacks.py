"""Two stacks of production run one application in the same modes."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo
from confguard.model.unlike_stacks import Unlike, UnlikePair, unlike_pairs
from confguard.source import Span
from confguard.words import joined

_SHOWN = 4


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each stack whose application runs in other modes than that of another stack."""
    for pair in unlike_pairs(repo.production):
        first = pair.unlike[0]
        yield Finding(
            _message(pair),
            Label(_other_place(pair, first), _does(first)),
            tuple(_labels(pair)),
            notes=(
                f"both stacks are production, and both run {pair.giver_app.settings.module}",
                *(f"{one.setting}: {_values(one)}" for one in pair.unlike[:_SHOWN] if len(pair.unlike) > 1),
            ),
            help=f"say the same in both, or make it the default of {first.read.span.path} where all want it",
            stacks=(pair.giver.name, pair.taker.name),
            address=(_file(pair), *(one.setting for one in pair.unlike)),
        )


def _message(pair: UnlikePair) -> str:
    first = pair.unlike[0]
    here = f"service {pair.giver_app.services[0]} of {_place(first).path}"
    there = f"service {pair.taker_app.services[0]} of {_file(pair)}"
    if len(pair.unlike) == 1:
        value, other = _text(first.value.value), _text(first.other_value.value)
        return f"{first.setting} is `{other}` in {there} and `{value}` in {here}"
    names = [one.setting for one in pair.unlike]
    shown = [*names[:_SHOWN], *([f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else [])]
    return f"{joined(shown)} of {there} are not those of {here}"


def _text(value: object) -> str:
    return str(value)


def _values(one: Unlike) -> str:
    return f"`{_text(one.other_value.value)}` here, `{_text(one.value.value)}` there"


def _does(one: Unlike) -> str:
    if one.defaulted:
        return f"does not get {one.variable}: the default of the settings applies"
    return f"{one.variable} is another one here"


def _file(pair: UnlikePair) -> str:
    return _other_place(pair, pair.unlike[0]).path


def _place(one: Unlike) -> Span:
    """Return where the Compose file of the stack that passes a variable says it."""
    return (one.given.span or one.read.span).first_line()


def _other_place(pair: UnlikePair, one: Unlike) -> Span:
    """Return where the other stack says it, or the service that does not get it."""
    place = one.other_given.span if one.other_given is not None else None
    return (place or pair.taker.services[pair.taker_app.services[0]].span or one.read.span).first_line()


def _labels(pair: UnlikePair) -> Iterator[Label]:
    for one in pair.unlike[:_SHOWN]:
        yield Label(_place(one), f"{one.variable} is passed here")
    for one in pair.unlike[:_SHOWN]:
        yield Label(one.read.span.first_line(), f"{one.setting} is made of it here")
