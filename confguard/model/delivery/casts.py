"""Values that their reader turns into something else than they say.

Facts: Python takes every text that is not empty for true; ``str.split`` keeps blanks and gives ``[""]`` for
an empty text; Django refuses texts for ALLOWED_HOSTS, INSTALLED_APPS and LOCALE_PATHS
(``django/conf/__init__.py``, 5.2); django-environ's second argument is the cast and decouple's the default
(django-environ 0.12 ``Env.__call__``, python-decouple 3.8 ``Config.__call__``); Compose keeps quotes in the
list form of ``environment``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from confguard.model.delivery.readings import readings
from confguard.model.delivery.types import Miscast
from confguard.model.deployment import App, Deployment
from confguard.model.django import Items
from confguard.model.value import Known, Origin, Value
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.django import EnvRead

__all__ = ["Miscast", "kept_quotes", "miscasts"]

_OFF = frozenset({"0", "false", "no", "off", "n", "f", "none", "null"})
_ORIGINS = frozenset({
    "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "CORS_ALLOWED_ORIGINS", "CORS_ORIGIN_WHITELIST",
    "CORS_ALLOWED_ORIGIN_REGEXES", "CORS_ORIGIN_REGEX_WHITELIST",
})  # fmt: skip
"""Lists that rules about hosts and origins judge, entry by entry."""

_LISTS = frozenset({
    "INTERNAL_IPS", "LOCALE_PATHS", "INSTALLED_APPS", "MIDDLEWARE",
    "SECRET_KEY_FALLBACKS", "AUTHENTICATION_BACKENDS",
})  # fmt: skip
_CAST_FAILURES = frozenset(
    {"ValueError", "InvalidOperation", "JSONDecodeError", "SyntaxError", "UndefinedValueError"}
)
_IPV6 = re.compile(r"\[[0-9A-Fa-f:.]+\]|")
_AROUND = " \t\"'[]"
_DEMANDED = frozenset({"INSTALLED_APPS", "LOCALE_PATHS", "SECRET_KEY_FALLBACKS"})
"""Settings for which Django refuses to start with a text."""

_FALSE = frozenset({"False", "0", "0.0", '""', "''"})
"""Casts that django-environ passes over: the text stays as it is."""

_LITERAL = r"(?:True|False|None|-?\d+(?:\.\d+)?|\"[^\"]*\"|'[^']*')"
_DEFAULT_AS_CAST = re.compile(rf"\w+\(\s*([\"'])\w+\1\s*,\s*(?P<argument>{_LITERAL})\s*\)\Z")
_CAST_AS_DEFAULT = re.compile(
    r"[\w.]+\(\s*([\"'])\w+\1\s*,\s*(?:default\s*=\s*)?(?P<argument>int|bool|float|str|list)\s*\)\Z"
)


def miscasts(deployment: Deployment, app: App) -> tuple[Miscast, ...]:
    """Return what the settings of an application misunderstand, each place once."""
    return deployment.once(("miscasts", app), lambda: tuple(_miscasts(app)))


def _miscasts(app: App) -> Iterator[Miscast]:
    seen: set[tuple[str, Span]] = set()
    for found in (*_arguments(app), *_refused(app), *_settings(app), *_emptied(app), *readings(app)):
        if (found.variable, found.reader) not in seen:
            seen.add((found.variable, found.reader))
            yield found


def _arguments(app: App) -> Iterator[Miscast]:
    """Yield defaults that stand where the cast belongs, and casts that stand where the default belongs."""
    for read in app.settings.reads:
        text = read.span.text
        swapped = _DEFAULT_AS_CAST.match(text) if read.via == "environ" else None
        if swapped and swapped["argument"] != "None":
            argument = swapped["argument"]
            yield Miscast(
                read.key, None, f"`{argument}` stands where the cast belongs, so there is no default",
                f'name it: `default={argument}`, or take `env.bool("{read.key}", ...)` and its like',
                None, read.span, fatal=read.is_set is False or argument not in _FALSE, kind="cast",
            )  # fmt: skip
        mistaken = _CAST_AS_DEFAULT.match(text) if read.via in ("os", "decouple") else None
        if mistaken:
            argument = mistaken["argument"]
            yield Miscast(
                read.key, None, f"`{argument}` is its default and no cast: unset, it is the type itself",
                f"name it: `cast={argument}`" if read.via == "decouple" else f"cast it: `{argument}(...)`",
                None, read.span, kind="cast",
            )  # fmt: skip


def _refused(app: App) -> Iterator[Miscast]:
    """Yield texts at which a cast raises, so that the settings do not start."""
    for failure in app.settings.failures:
        name = failure.exception.rpartition(".")[2]
        casts = (
            name in _CAST_FAILURES or "Cannot interpret" in failure.message or "Invalid" in failure.message
        )
        if not casts or failure.undelivered or len(failure.variables) != 1:
            continue
        text = app.environment.get(failure.variables[0])
        if failure.placeholder and not (isinstance(text, Known) and not text.value):
            continue  # the operator replaces it; an empty text is often left as it is
        if isinstance(text, Known) and text.span is not None:
            reads = [read for read in app.settings.reads if read.key == failure.variables[0]]
            yield Miscast(
                failure.variables[0], text.value, f"is refused: the settings do not start ({name})",
                "write a value of the type that the settings ask for, or take an empty text for unset",
                text.span, failure.span, fatal=True, template=text.from_template, kind="refused",
                optional=bool(reads) and all(isinstance(read.default, Known) for read in reads),
                in_text=bool(text.value.strip()),
            )  # fmt: skip


def _settings(app: App) -> Iterator[Miscast]:
    by_place: dict[Span, list[EnvRead]] = {}
    for one in app.settings.reads:
        by_place.setdefault(one.span, []).append(one)
    for name, value in app.settings.values.items():
        if not isinstance(value, Known) or name == "DEBUG" or name in _ORIGINS:
            continue  # rules about these settings tell of them
        reads = [read for read in _reads_of(by_place, value) if read.key]
        if len({read.key for read in reads}) != 1:
            continue
        read = reads[0]
        text = app.environment.get(read.key)
        if isinstance(text, Known):
            yield from _truth(app, name, value, read, text)
        if isinstance(text, Known) or text is None:
            yield from _lists(name, value, read, text)


def _reads_of(by_place: dict[Span, list[EnvRead]], value: Known[Any]) -> list[EnvRead]:
    places = dict.fromkeys(step.span for step in value.trail if step.span is not None)
    return [read for place in places for read in by_place.get(place, ())]


def _emptied(app: App) -> Iterator[Miscast]:
    """Yield empty texts that beat a default: a library or ``get`` takes an empty text for one that is set."""
    for read in app.settings.reads:
        text, default = app.environment.get(read.key), read.default
        if not isinstance(text, Known) or text.value or text.span is None or text.from_template:
            continue
        meant = isinstance(default, Known) and isinstance(default.value, str) and default.value.strip()
        if not meant or read.conditional or any(step.origin is Origin.DEFAULT for step in text.trail):
            continue
        used = [name for name, value in app.settings.values.items() if _is_empty_by(value, read)]
        if not used:
            continue
        yield Miscast(
            read.key, text.value, f"leaves {used[0]} empty: the default counts only where nothing is set",
            "take the line out, or let the settings take an empty text for none: `os.getenv(...) or ...`",
            text.span, read.span, kind="emptied",
        )  # fmt: skip


def _is_empty_by(value: Value[Any], read: EnvRead) -> bool:
    return (
        isinstance(value, Known) and value.value == "" and any(step.span == read.span for step in value.trail)
    )


def _truth(app: App, name: str, value: Known[Any], read: EnvRead, text: Known[str]) -> Iterator[Miscast]:
    """Yield texts that mean "off" and come to something true."""
    if text.value.strip().lower() not in _OFF or text.span is None:
        return
    steps = [step.text for step in value.trail[:4]]
    plain = isinstance(value.value, str) and value.value == text.value
    boolean = isinstance(read.default, Known) and isinstance(read.default.value, bool)
    from confguard.model.django import django_default

    boolean = boolean or isinstance(django_default(name, app.settings.version), bool)
    through_bool = (
        value.value is True and steps[1:2] == ["bool()"] and len(steps) > 2 and "read from" in steps[2]
    )
    if through_bool or (plain and boolean):
        yield Miscast(
            read.key, text.value, f"is true for {name}: every text that is not empty is",
            'compare the text, as in `os.getenv(NAME, "false").lower() in ("1", "true")`, or use a cast',
            text.span, read.span, template=text.from_template, kind="truth",
        )  # fmt: skip


def _lists(name: str, value: Known[Any], read: EnvRead, text: Known[str] | None) -> Iterator[Miscast]:
    """Yield texts where a list belongs, and items that nobody meant."""
    place = text.span if text is not None else None
    template = text is not None and text.from_template
    said = text.value if text is not None else None
    if isinstance(value.value, str) and name in _LISTS:
        if value.value:
            yield Miscast(
                read.key, said, f"stays one text in {name}, where a list belongs",
                'split it, without blanks: `[one.strip() for one in text.split(",") if one.strip()]`',
                place, read.span, fatal=name in _DEMANDED, template=template, kind="list",
            )  # fmt: skip
        return
    if not isinstance(value.value, Items) or "split()" not in [step.text for step in value.trail]:
        return
    items = [
        item.value for item in value.value.values if isinstance(item, Known) and isinstance(item.value, str)
    ]
    if name in _LISTS and items == [""] and not template:
        yield Miscast(
            read.key, said, f"comes to `['']` in {name}: one empty item, not an empty list",
            'leave empty parts out: `[one for one in text.split(",") if one]`',
            place, read.span, template=template, kind="empty",
        )  # fmt: skip
    padded = next((item for item in items if not _IPV6.fullmatch(item) and item.strip(_AROUND) != item), None)
    if padded is not None and (name in _LISTS or padded.strip() != padded):
        yield Miscast(
            read.key, said, f"gives the item `{padded!r}` to {name}, which is not what it names",
            'write the list without blanks, quotes and brackets, or strip each item: '
            '`[one.strip() for one in text.split(",")]`',
            place, read.span, template=template, kind="item",
        )  # fmt: skip


def kept_quotes(value: Value[str] | None) -> bool:
    """Say whether a text still has quotes around it that its writer meant for the syntax.

    The default of ``${NAME:-"text"}`` keeps them too: Compose takes everything up to the brace.
    """
    if not isinstance(value, Known):
        return False
    text = value.value
    return len(text) > 2 and text[0] == text[-1] and text[0] in "'\"" and text[0] not in text[1:-1]
