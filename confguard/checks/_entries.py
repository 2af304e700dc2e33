"""Settings that are lists of texts: their entries and where each is written. Shared by checks; no rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from confguard.checks._trails import Setting, deliveries, known_settings
from confguard.finding import Edit, Fix, Label
from confguard.fixes.edits import whole
from confguard.model.deployment import Deployment
from confguard.model.django import Items
from confguard.model.value import Known, Origin, Step, Value
from confguard.source import Span
from confguard.words import joined

if TYPE_CHECKING:
    from confguard.model.django import Settings


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list setting, with its place: where the text that it is made of is written."""

    value: Known[Any]
    place: Span

    @property
    def shown(self) -> str:
        """The entry as findings show it."""
        value = self.value.value
        return f"a {value.kind}" if isinstance(value, Items) else repr(value)[:100]


def stays_at_home(settings: Settings) -> str:
    """Return how SESSION_COOKIE_SAMESITE keeps the session's cookie from other sites' scripts, or ``""``.

    ``""`` also where that is not known, or another cookie goes to all sites (``JWT_COOKIE_SAMESITE``).
    """
    found = settings.get("SESSION_COOKIE_SAMESITE")
    others = (value for name, value in settings.values.items() if name.endswith("SAMESITE"))
    if any(not isinstance(one, Known) or one.value in ("None", None, False) for one in (found, *others)):
        return ""
    return str(found.value) if isinstance(found, Known) else ""


def serving(deployment: Deployment, name: str) -> Iterator[Setting]:
    """Yield a setting in each way in which an application that answers requests gets it."""
    for setting in known_settings(deployment, name):
        services = tuple(one for one in setting.services if deployment.serves_http(one))
        if services or not setting.services:
            yield replace(setting, services=services)


def entries(setting: Setting) -> Iterator[Entry]:
    """Yield the known entries of a list, tuple or set that are written somewhere."""
    payload = setting.value.value
    if not isinstance(payload, Items):
        return
    for item in payload:
        place = written(item) if isinstance(item, Known) else None
        place = place or setting.place
        if isinstance(item, Known) and place is not None:
            yield Entry(item, place)


_GAP = re.compile(r"<[^>]+>|\{\{.*\}\}|\[[^\]]*\s[^\]]*\]")


def is_filled_in(value: Known[Any]) -> bool:
    """Say whether a template's text is a gap that the operator fills in (``<your-domain.com>``)."""
    text = value.value
    return value.from_template and isinstance(text, str) and _GAP.search(text) is not None


def by_fault(
    setting: Setting, fault_of: Callable[[str], tuple[str, bool]], *, of_text: bool
) -> Iterator[tuple[str, bool, list[Entry]]]:
    """Yield what is wrong with entries of a list setting, something about the fault, and the entries alike.

    ``fault_of`` tells both of an entry, with ``""`` for one that is right; ``of_text`` is the second for a
    setting that is a text where a list belongs.
    """
    if isinstance(setting.value.value, str) and setting.place is not None:
        yield "is a text where a list belongs", of_text, [Entry(setting.value, setting.place)]
        return
    wrong: dict[tuple[str, bool], list[Entry]] = {}
    for one in entries(setting):
        if isinstance(one.value.value, str) and not is_filled_in(one.value):
            wrong.setdefault(fault_of(one.value.value), []).append(one)
    yield from ((fault, about, alike) for (fault, about), alike in wrong.items() if fault)


def written(value: Value[Any]) -> Span | None:
    """Return where the text of a value is written: a template or a Compose file, or else the settings."""
    return next(
        (step.span.first_line() for step in value.trail if step.span and _is_delivery(step)),
        value.span.first_line() if value.span else None,
    )


def _is_delivery(step: Step) -> bool:
    return step.origin is Origin.TEMPLATE or step.text.startswith("services.")


def others(value: Known[Any], place: Span, limit: int = 3) -> tuple[Label, ...]:
    """Return labels for the further places of a value's trail, without the line of its primary label."""
    newest = (Label(value.span.first_line(), "read here"),) if value.span else ()
    found = [
        label
        for label in (*newest, *deliveries(value, 8))
        if (label.span.path, label.span.line) != (place.path, place.line)
    ]
    return tuple(found[:limit])


def listed(alike: list[Entry]) -> str:
    """Return entries as findings show them: the first few, and how many more there are."""
    few = [one.shown for one in alike[:3]]
    return joined(few) if len(alike) < 4 else f"{', '.join(few)} and {len(alike) - 3} more"


def said_of(alike: list[Entry], fault: str) -> str:
    """Return what is said of one entry (``has no scheme``) in the number of entries that there are."""
    verb, _, rest = fault.partition(" ")
    several = {"has": "have", "is": "are"}.get(verb, verb.removesuffix("s"))
    return fault if len(alike) == 1 else f"{several} {rest}"


def more(alike: list[Entry]) -> tuple[Label, ...]:
    """Return labels for further entries of the same kind, and for the way of the first one."""
    first = alike[0]
    lines = {(first.place.path, first.place.line)}
    found = []
    for one in alike[1:]:
        if (one.place.path, one.place.line) not in lines:
            lines.add((one.place.path, one.place.line))
            found.append(Label(one.place, "and this one"))
    return (*found[:3], *others(first.value, first.place))


def rewritten(alike: list[Entry], mend: Callable[[str], str]) -> tuple[Fix, ...]:
    """Return the fix that writes entries as they are meant, each where it stands once as a whole."""
    edits: list[Edit | None] = []
    for one in alike:
        text = one.value.value
        found = list(re.finditer(rf"(?<![\w./:*-]){re.escape(text)}(?![\w./:*-])", one.place.text))
        wanted = mend(text)
        if len(found) != 1 or not wanted or wanted == text:
            return ()
        edits.append(Edit(one.place.sub(*found[0].span()), wanted))
    return whole(f"write {joined([repr(mend(one.value.value)) for one in alike[:3]])}", edits, safe=True)


def near(settings: Settings, *names: str) -> Span | None:
    """Return a place in the files of settings where one that is missing would stand well."""
    for name in (*names, "ALLOWED_HOSTS", "DEBUG", "MIDDLEWARE", "SECRET_KEY", "INSTALLED_APPS"):
        value = settings.values.get(name)
        step = next((step for step in value.trail if _is_in(step, settings)), None) if value else None
        if step is not None and step.span is not None:
            return step.span.first_line()
    return None


def _is_in(step: Step, settings: Settings) -> bool:
    return step.span is not None and step.span.path in settings.files
