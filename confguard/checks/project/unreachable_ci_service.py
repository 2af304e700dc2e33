"""Jobs reach their service containers under the names and ports which they are given."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo
from confguard.model.workflows.services import Unreached, unreached


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each service container that the steps of a job cannot reach."""
    for one in unreached(repo):
        yield Finding(
            _message(one),
            Label(one.span.first_line(), "is read by steps on the runner"),
            (Label(one.service.span, "publishes no port" if not one.service.ports else "this service"),),
            notes=(
                "the names of service containers are hosts only for jobs that run in a container themselves",
            )
            if one.by_name
            else ("a port that is not published can be reached by other containers only",),
            help=_help(one),
            address=(one.span.path, one.job.name, one.service.name, one.variable),
        )


def _message(one: Unreached) -> str:
    if one.by_name:
        where = f"`{one.service.name}` of `{one.variable}` is no host"
        return f"job `{one.job.name}` runs on the runner, where {where}"
    what = f"which service container `{one.service.name}` does not publish"
    return f"`{one.variable}` names port {one.port}, {what}"


def _help(one: Unreached) -> str:
    port = one.port or "its port"
    publish = "" if one.service.ports else f"publish `{port}:{port}` in `ports` of the service"
    if not one.by_name:
        return publish
    use = "use `localhost` as the host"
    return f"{use}, and {publish}" if publish else use
