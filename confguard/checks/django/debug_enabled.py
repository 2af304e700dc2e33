"""DEBUG is off in the environment that production delivers."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._trails import deliveries, explain, known_settings
from confguard.finding import Finding, Label, Severity
from confguard.model.django import Partial
from confguard.model.repo import Repo


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each way in which DEBUG surely becomes true in production."""
    for deployment in repo.production:
        for debug in known_settings(deployment, "DEBUG"):
            # A text that is only partly known may be empty, and so false.
            if isinstance(debug.value.value, Partial) or not debug.value.value or debug.place is None:
                continue
            # A template's text is a proposal: the operator may still change it.
            severity = Severity.WARNING if debug.value.from_template else Severity.ERROR
            yield Finding(
                f"DEBUG is on{debug.where('in')}",
                Label(debug.place, f"comes to {debug.value.value!r}"),
                deliveries(debug.value),
                notes=explain(debug),
                help="deliver a false value in production, and let the code fall back to off: "
                'os.getenv("DEBUG", "false").lower() == "true"',
                stacks=(deployment.name,),
                address=("DEBUG", *debug.services),
                severity=severity,
            )
