"""A response header is sent, and sent once, on what the proxy passes on."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.model.nginx import upstream_targets
from confguard.model.responses import app_behind
from confguard.model.responses.joint import carried
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed, together
from confguard.readiness.probes._common import place
from confguard.readiness.probes.routed import entrances


def look(subject: Subject, name: str) -> Outcome:
    """Look at the header on every proxied location: what nginx adds and what the application sends."""
    return together(_locations(subject, name))


def _locations(subject: Subject, name: str) -> Iterator[Outcome]:
    for model in entrances(subject):
        for target in upstream_targets(model):
            app = app_behind(subject.deployment, target)
            if app is None:
                continue
            headers = carried(app, target)
            where = target.statement.span
            if headers is None:
                yield cannot_tell(f"the headers of a location are not known for {name}", [place(where)])
                continue
            one = next((header for header in headers if header.name.lower() == name.lower()), None)
            if one is None or not (one.by_app or one.by_nginx):
                yield failed(f"{name} is not sent", [place(where, "passes requests on")])
            elif one.is_doubled or len(one.by_nginx) > 1:
                yield failed(f"{name} is sent twice", [place(where, "passes requests on")])
            else:
                yield passed(f"{name} is sent once", [place(where, "passes requests on")])
