"""The SECRET_KEY of production is not one that the repository holds."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._trails import assignment, deliveries, explain, of_services
from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import App, Deployment
from confguard.model.repo import Repo
from confguard.model.secret_shape import Shape, shape_of
from confguard.model.value import Known, Origin


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each application of production whose key anybody can read in the repository."""
    for deployment in repo.production:
        for app in deployment.apps:
            yield from _judge(deployment, app)


def _judge(deployment: Deployment, app: App) -> Iterator[Finding]:
    key = app.settings.get("SECRET_KEY")
    if app.settings.failure is not None or not isinstance(key, Known):
        return  # it does not start with this key, or the key is not known
    if not isinstance(key.value, str | bytes) or (place := assignment(key)) is None:
        return
    text = key.value if isinstance(key.value, str) else key.value.decode("latin-1")
    shape = shape_of(text)
    if key.from_template:
        # The operator replaces a placeholder. What looks like a usable key is often left as it is.
        if shape is not Shape.DEVELOPMENT:
            return
        severity = Severity.WARNING
    else:
        severity = Severity.ERROR
    yield Finding(
        f"SECRET_KEY{of_services(app)} is {_source(key, shape)}",
        Label(place, f"{len(text)} characters that anybody can read in the repository"),
        deliveries(key),
        notes=explain(key, app),
        help='read it without a fallback (`os.environ["SECRET_KEY"]`), let Compose require it '
        "(`${SECRET_KEY:?}`), and replace a key that was ever committed",
        stacks=(deployment.name,),
        address=("SECRET_KEY", *app.services),
        severity=deployment.severity(severity),
    )


def _source(key: Known[object], shape: Shape) -> str:
    if key.from_template:
        return f"{shape.value} in a template, where a placeholder belongs"
    default = next((step for step in key.trail if step.origin is Origin.DEFAULT), None)
    if default is not None:
        return f"a fallback in the code: {default.text}"
    paths = [step.span.path for step in key.trail if step.span is not None]
    if len(set(paths)) > 1:
        return f"committed in {paths[-1]}"
    return "a literal in the code"
