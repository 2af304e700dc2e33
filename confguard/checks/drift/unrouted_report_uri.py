"""Somebody takes the reports that a Content-Security-Policy asks browsers for."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._labels import distinct
from confguard.finding import Finding, Label
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.report_uris import Loss, LostReport, lost_reports


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each path of the site at which reports get lost."""
    for deployment in repo.production:
        for one in lost_reports(deployment):
            yield _finding(deployment, one)


def _finding(deployment: Deployment, one: LostReport) -> Finding:
    primary = one.places[0].first_line()
    labels = [Label(place, "asks for reports there too") for place in one.places[1:]]
    if one.answer is not None and one.answer.way.locations:
        location = one.answer.way.locations[0]
        if location is not None and location.span is not None:
            labels.append(Label(location.span, f"takes {one.path} and answers {one.answer.status}"))
    if one.route is not None:
        exempt = "without @csrf_exempt" if Loss.CSRF in one.losses else "and nothing leads there"
        labels.append(Label(one.route.span, f"the view for it, {exempt}"))
    return Finding(
        f"reports of violations are lost: {_words(one)}",
        Label(primary, f"browsers POST to {one.path}"),
        distinct(labels, primary),
        notes=(*_notes(one), f"{one.app.settings.urlconf.module} is the URLconf"),
        help=_help(one),
        stacks=(deployment.name,),
        address=("report-uri", *one.app.services),
    )


def _words(one: LostReport) -> str:
    path = f"`{one.path}`"
    if one.losses[0] is Loss.NGINX:
        status = one.answer.status if one.answer is not None else 404
        return f"nginx answers {status} to a POST to {path} and passes none on to Django"
    if one.losses[0] is Loss.ROUTE:
        return f"Django has no route for {path} and answers 404"
    return f"Django's view for {path} demands a CSRF token, which browsers do not send with a report: 403"


def _notes(one: LostReport) -> Iterator[str]:
    if len(one.losses) > 1:
        yield "where they come to Django, its view refuses them with 403: reports have no CSRF token"


def _help(one: LostReport) -> str:
    steps = []
    if Loss.NGINX in one.losses:
        steps.append(f"pass it on: `location = {one.path}` with the proxy_pass of Django's other locations")
    if Loss.ROUTE in one.losses:
        steps.append("give Django a view for it, or name the path that takes reports")
    if Loss.CSRF in one.losses:
        steps.append("decorate the view with `@csrf_exempt`")
    return "; ".join(steps)
