"""DEBUG is off in the environment that production delivers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from confguard.checks._trails import Setting, explain, known_settings, never_passed, read_and_delivered
from confguard.finding import Edit, Finding, Fix, Label, Severity
from confguard.fixes.edits import whole
from confguard.fixes.python import assignment_at, constants_in, span_of
from confguard.model.django import Partial
from confguard.model.repo import Repo
from confguard.model.value import Known

if TYPE_CHECKING:
    from confguard.model.django import EnvRead

_OPPOSITE = {"true": "false", "1": "0", "yes": "no", "on": "off", "t": "f", "y": "n"}
_OFF = frozenset({"0", "false", "no", "off", "n", "f"})
_HELP = (
    "deliver a false value in production, and let the code fall back to off: "
    'os.getenv("DEBUG", "false").lower() == "true"'
)
_TEXT_IS_TRUE = (
    'every text that is not empty is true, bool("0") and bool("False") too: compare it, as in '
    'os.getenv("DEBUG", "false").lower() in ("1", "true")'
)


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each way in which DEBUG surely becomes true in production."""
    for deployment in repo.production:
        for debug in known_settings(deployment, "DEBUG"):
            # A text that is only partly known may be empty, and so false.
            if isinstance(debug.value.value, Partial) or not debug.value.value or debug.place is None:
                continue
            meant_off = any(text.strip().lower() in _OFF for text in debug.delivered)
            # A template's text is a proposal; but one that means "off" and turns it on does so in any case.
            severity = Severity.WARNING if debug.value.from_template and not meant_off else Severity.ERROR
            # A text that means "off" and comes to "on" is mended where it is read.
            place = debug.place if meant_off else debug.mend or debug.place
            yield Finding(
                f"DEBUG is on{debug.where('in')}",
                Label(place, f"comes to {debug.value.value!r}"),
                (*read_and_delivered(debug.value, place), *never_passed(deployment, debug)),
                notes=explain(debug),
                help=_TEXT_IS_TRUE if meant_off else _HELP,
                stacks=(deployment.name,),
                address=("DEBUG", *debug.services),
                severity=severity,
                fixes=_fixes(debug),
            )


def _fixes(debug: Setting) -> tuple[Fix, ...]:
    """Return the fix that turns DEBUG off in the code: the literal, or the default of what is read."""
    if debug.value.from_template or any(step.text.startswith("services.") for step in debug.value.trail):
        return ()
    places = {step.span for step in debug.value.trail}
    reads = [read for read in debug.settings.reads if read.span in places]
    if not reads:
        assignment = assignment_at(debug.value.span) if debug.value.span else None
        node = assignment.value if assignment else None
        if debug.value.span is None or not isinstance(node, ast.Constant) or node.value is not True:
            return ()
        return whole("write False", [Edit(span_of(debug.value.span.file, node), "False")], safe=False)
    edits = [_default_off(read) for read in reads]
    return whole("let it be off where nothing is delivered", edits, safe=False)


def _default_off(read: EnvRead) -> Edit | None:
    """Return what writes the opposite default of a read, in the same spelling."""
    if not isinstance(read.default, Known):
        return None
    for node in constants_in(read.span):
        place, text = span_of(read.span.file, node), str(node.value)
        is_default = node.value == read.default.value and type(node.value) is type(read.default.value)
        if is_default and text.lower() in _OPPOSITE:
            off = _OPPOSITE[text.lower()]
            off = off.capitalize() if text[:1].isupper() else off
            return Edit(place, place.text.replace(text, off))
    return None
