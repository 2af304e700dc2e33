"""DEBUG is off in the environment that production delivers."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._trails import deliveries, explain, known_settings, never_passed
from confguard.finding import Finding, Label, Severity
from confguard.model.django import Partial
from confguard.model.repo import Repo

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
            yield Finding(
                f"DEBUG is on{debug.where('in')}",
                Label(debug.place, f"comes to {debug.value.value!r}"),
                (*deliveries(debug.value), *never_passed(deployment, debug)),
                notes=explain(debug),
                help=_TEXT_IS_TRUE if meant_off else _HELP,
                stacks=(deployment.name,),
                address=("DEBUG", *debug.services),
                severity=severity,
            )
