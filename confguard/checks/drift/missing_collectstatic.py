"""Static files that are served are collected."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._roles import meant_for_production, service_labels
from confguard.finding import Finding, Label
from confguard.model.preparing import collecting_nowhere, without_static_files
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.source import Span
from confguard.words import services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each application whose STATIC_ROOT is served and that nothing fills."""
    for deployment in meant_for_production(repo):
        for one in without_static_files(deployment):
            root = one.app.settings.get("STATIC_ROOT")
            labels = [
                Label(step.span.first_line(), step.text) for step in one.because if step.span is not None
            ]
            if isinstance(root, Known) and root.span is not None:
                labels.append(Label(root.span.first_line(), "stays empty"))
            labels += service_labels(deployment, one.services, "serves it")
            if not labels:
                continue
            who = services_named(one.services)
            yield Finding(
                f"the static files of {who} are served from STATIC_ROOT, and nothing runs `collectstatic`",
                labels[0],
                tuple(labels[1:5]),
                notes=("no Dockerfile, start script, command, workflow or document speaks of it",),
                help="run `manage.py collectstatic --noinput` in the Dockerfile, or before the server starts",
                stacks=(deployment.name,),
                address=one.services,
            )
        told: set[Span] = set()
        for _, service, place in collecting_nowhere(deployment):
            if place in told:
                continue
            told.add(place)
            yield Finding(
                f"collectstatic of service {service} ends in an error: STATIC_ROOT is not set",
                Label(place.first_line(), "ImproperlyConfigured"),
                help="set STATIC_ROOT to the folder from which the files are served",
                stacks=(deployment.name,),
                address=(service, "STATIC_ROOT"),
            )
