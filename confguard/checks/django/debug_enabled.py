"""DEBUG is off in the environment that production delivers."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._trails import assignment, deliveries, explain, in_services
from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import App, Deployment
from confguard.model.repo import Repo
from confguard.model.value import Known


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each Django application of production in which DEBUG is surely true."""
    for deployment in repo.production:
        for app in deployment.apps:
            yield from _judge(deployment, app)


def _judge(deployment: Deployment, app: App) -> Iterator[Finding]:
    debug = app.settings.get("DEBUG")
    if not isinstance(debug, Known) or not debug.value or (place := assignment(debug)) is None:
        return
    # A template's text is a proposal: the operator may still change it.
    severity = Severity.WARNING if debug.from_template else Severity.ERROR
    yield Finding(
        f"DEBUG is on{in_services(app)}",
        Label(place, f"comes to {debug.value!r}"),
        deliveries(debug),
        notes=explain(debug, app),
        help="deliver a false value in production, and let the code fall back to off: "
        'os.getenv("DEBUG", "false").lower() == "true"',
        stacks=(deployment.name,),
        address=("DEBUG", *app.services),
        severity=deployment.severity(severity),
    )
