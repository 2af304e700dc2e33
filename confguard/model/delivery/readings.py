"""Texts that settings compare, test or compute with as if they were something else than texts.

Facts: Python takes every text that is not empty for true, and ``"true" == "True"`` is false. Django computes
with the settings of ``_NUMBERS`` and raises TypeError for a text. Seen in Django 5.2: for a session's cookie,
the body of a request, an upload, a CSRF cookie, a token of a password reset, a mail, a database connection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from confguard.model.delivery.types import Miscast
from confguard.model.deployment import App
from confguard.model.django import Items
from confguard.model.django.values import Entries, entry
from confguard.model.value import Known, Step, Value

if TYPE_CHECKING:
    from confguard.model.django import EnvRead

ON = frozenset({"1", "true", "yes", "on", "y", "t", "enabled"})
OFF = frozenset({"0", "false", "no", "off", "n", "f", "disabled"})
_NUMBERS = frozenset({
    "SESSION_COOKIE_AGE", "CSRF_COOKIE_AGE", "PASSWORD_RESET_TIMEOUT", "EMAIL_TIMEOUT",
    "DATA_UPLOAD_MAX_MEMORY_SIZE", "FILE_UPLOAD_MAX_MEMORY_SIZE", "DATA_UPLOAD_MAX_NUMBER_FIELDS",
    "DATA_UPLOAD_MAX_NUMBER_FILES",
})  # fmt: skip
_QUOTED = re.compile(r"([\"'])(.*?)\1")
_TESTED_BEFORE = re.compile(r"(?:\b(?:if|elif|while|not)|\bif\b[^=\n]*\b(?:and|or))\s+\(?$")
_TESTED_AFTER = re.compile(r"\s*(?::|\)|and\b|or\b|else\b)")
_MEND = 'compare the text without case: `os.getenv(NAME, "false").lower() in ("1", "true")`, or use a cast'


def readings(app: App) -> Iterator[Miscast]:
    """Yield what the settings of an application compare, test or compute with in vain."""
    by_place: dict[object, EnvRead] = {read.span: read for read in app.settings.reads if read.key}
    for name, value in app.settings.values.items():
        if not isinstance(value, Known):
            continue
        read = next((by_place[step.span] for step in value.trail if step.span in by_place), None)
        if read is not None and isinstance(read.given, Known):
            yield from _compared(name, value, read, read.given)
            yield from _written_as_json(name, value, read, read.given)
            yield from _computed(name, name in _NUMBERS, value, read, read.given)
            yield from _tested_by_name(name, value, read, read.given)
    yield from _connections(app, by_place)
    for read in by_place.values():
        if isinstance(read.given, Known):
            yield from _tested(read, read.given)


def _compared(name: str, value: Known[Any], read: EnvRead, text: Known[str]) -> Iterator[Miscast]:
    """Yield texts that mean on (off) and that a comparison with texts of that meaning does not know."""
    said = text.value.strip().lower()
    step = value.trail[1] if len(value.trail) > 2 else None
    if name == "DEBUG" or step is None or step.span is None or not step.text.startswith("compared with"):
        return
    if not isinstance(value.value, bool) or (said not in ON and said not in OFF):
        return
    call = read.span
    if not (step.span.file is call.file and step.span.start == call.start and call.end < step.span.end):
        return
    if not all(_only_a_text(one) for one in value.trail[2 : _index(value.trail, read)]):
        return
    compared = [match[2] for match in _QUOTED.finditer(step.span.text[call.end - call.start :])]
    meaning = ON if said in ON else OFF
    same = "not" not in step.text and "!=" not in step.text
    if not compared or not all(one.lower() in meaning for one in compared) or value.value is same:
        return
    yield Miscast(
        read.key, text.value, f"is {value.value} for {name}: it is compared with {_listed(compared)} only",
        _MEND, text.span, read.span, template=text.from_template, kind="compared",
    )  # fmt: skip


def _index(trail: tuple[Step, ...], read: EnvRead) -> int:
    return next(index for index, step in enumerate(trail) if step.span == read.span)


def _only_a_text(step: Step) -> bool:
    return step.text in ("lower()", "upper()", "strip()", "casefold()", "str()")


def _listed(texts: list[str]) -> str:
    return " and ".join(f"`{text!r}`" for text in dict.fromkeys(texts))


def _written_as_json(name: str, value: Known[Any], read: EnvRead, text: Known[str]) -> Iterator[Miscast]:
    """Yield lists whose items keep the brackets and quotes of a JSON text."""
    items = [one.value for one in value.value if isinstance(one, Known)] if _is_list(value) else []
    if not items or not isinstance(items[0], str) or not isinstance(items[-1], str):
        return
    if re.match(r"\s*\[\s*[\"']", items[0]) and re.search(r"[\"']\s*\]\s*\Z", items[-1]):
        yield Miscast(
            read.key, text.value, f"gives {name} items with brackets and quotes, such as `{items[0]!r}`",
            "write the items with commas between them, and nothing around",
            text.span, read.span, template=text.from_template, kind="item", in_text=True,
        )  # fmt: skip


def _is_list(value: Value[Any]) -> bool:
    return isinstance(value, Known) and isinstance(value.value, Items) and value.value.complete


def _computed(
    name: str, wanted: bool, value: Value[Any] | None, read: EnvRead, text: Known[str]
) -> Iterator[Miscast]:
    """Yield texts with which Django computes."""
    if wanted and isinstance(value, Known) and isinstance(value.value, str) and value.value:
        yield Miscast(
            read.key, text.value, f"stays a text in {name}: Django computes with it and raises TypeError",
            "cast it: `int(...)`, or the library's own cast to a number",
            text.span, read.span, template=text.from_template, kind="number",
        )  # fmt: skip


def _connections(app: App, by_place: dict[object, EnvRead]) -> Iterator[Miscast]:
    databases = app.settings.get("DATABASES")
    if not isinstance(databases, Known) or not isinstance(databases.value, Entries):
        return
    for alias, _ in databases.value.pairs:
        age = entry(databases, alias.value, "CONN_MAX_AGE")
        read = (
            next((by_place[step.span] for step in age.trail if step.span in by_place), None) if age else None
        )
        if read is not None and isinstance(read.given, Known):
            yield from _computed(f"CONN_MAX_AGE of {alias.value}", True, age, read, read.given)


def _tested(read: EnvRead, text: Known[str]) -> Iterator[Miscast]:
    """Yield texts that mean off where a condition asks only whether there is a text."""
    file, plain = read.span.file, read.via == "os" or not read.cast
    line = file.text.rfind("\n", 0, read.span.start) + 1
    before, after = file.text[line : read.span.start], file.text[read.span.end : read.span.end + 20]
    if plain and _means_off(text, read) and _TESTED_BEFORE.search(before) and _TESTED_AFTER.match(after):
        yield _true(read, text, "a condition")


def _tested_by_name(name: str, value: Known[Any], read: EnvRead, text: Known[str]) -> Iterator[Miscast]:
    """Yield the same of a setting that holds the text and that its own module tests."""
    if value.value != text.value or not _means_off(text, read):
        return
    pattern = (
        rf"(?m)^[^\n#]*(?:\b(?:if|elif|while|not)|\bif\b[^=\n]*\b(?:and|or))\s+\(?{re.escape(name)}"
        r"\s*(?::|\)|and\b|or\b|else\b)"
    )
    if re.search(pattern, read.span.file.text):
        yield _true(read, text, f"a condition that asks for {name}")


def _means_off(text: Known[str], read: EnvRead) -> bool:
    return (
        text.value.strip().lower() in OFF
        and text.span is not None
        and isinstance(read.value, Known)
        and (read.value.value == text.value)
    )


def _true(read: EnvRead, text: Known[str], where: str) -> Miscast:
    return Miscast(
        read.key, text.value, f"is true for {where}: every text that is not empty is", _MEND,
        text.span, read.span, template=text.from_template, kind="truth",
    )  # fmt: skip
