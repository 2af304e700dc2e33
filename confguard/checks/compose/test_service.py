"""No service of production is made of files for tests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.fixes.compose import add_profile
from confguard.fixes.edits import whole
from confguard.model.compose import Service
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.source import Span

_OF_TESTS = re.compile(r"(?:^|/)(?:tests?|e2e|testing|integration[-_]tests?)(?:/|$)")


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each service that starts with production and has files of tests only."""
    for deployment in repo.production:
        if any(_OF_TESTS.search(path) for path in deployment.stack.files):
            continue
        for service in deployment.services.values():
            if deployment.app_of(service.name) is not None or deployment.datastore(service) is not None:
                continue  # production needs it; with which files is another matter
            found = _files(deployment, service)
            if found and not service.profiles and all(_OF_TESTS.search(path) for path in found):
                yield _finding(deployment, service, found)


def _files(deployment: Deployment, service: Service) -> dict[str, Span | None]:
    """Return the project's files and folders that a service mounts or is built from."""
    found = {mount.path: mount.span for mount in service.volumes if mount.type == "bind" and mount.path}
    build = service.build
    if build is not None:
        context = build.context.value if isinstance(build.context, Known) else "."
        found[context] = build.context.span or build.span
        dockerfile = build.dockerfile_path
        if dockerfile is not None and _OF_TESTS.search(dockerfile) and not _OF_TESTS.search(context):
            del found[context]  # what the tests build of the sources is theirs
            found[dockerfile] = build.dockerfile.span or build.span
    return {path: span for path, span in found.items() if span is not None}


def _finding(deployment: Deployment, service: Service, found: dict[str, Span | None]) -> Finding:
    first, *others = found.items()
    place = service.span or first[1]
    assert place is not None
    ports = [port.span for port in service.ports if port.span is not None]
    return Finding(
        f"service {service.name} is made of files for tests (`{first[0]}`), and starts with production",
        Label(place.first_line(), "has no profile: it always starts"),
        (
            *(Label(span.first_line(), "a file of the tests") for _, span in [first, *others][:3] if span),
            *(Label(span.first_line(), "is open in production, too") for span in ports[:2]),
        ),
        help="put it into a profile (`profiles: [test]`), or into an overlay for tests",
        stacks=(deployment.name,),
        address=(service.name,),
        fixes=whole("give it the profile test", [add_profile(service, "test")], safe=False),
    )
