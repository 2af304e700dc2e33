"""nginx reads the configuration that its container is given."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import Deployment
from confguard.model.nginx import NginxModel
from confguard.model.nginx.unread import Unread, configurations, unread
from confguard.model.repo import Repo
from confguard.source import Span


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each mount or COPY of configuration that nginx never reads."""
    files = configurations(repo.files)
    for deployment in repo.production:
        for model in deployment.proxies:
            groups: dict[Span, list[Unread]] = {}
            for one in unread(model, files, _ran(deployment, model)):
                layer = deployment.container_files[model.service].provider(one.delivered.target)
                if layer is None or layer.span is None or _is_read(model, layer.path):
                    continue
                groups.setdefault(layer.span, []).append(one)
            for place, found in groups.items():
                yield _finding(repo, deployment, model, place, found)


def _ran(deployment: Deployment, model: NginxModel) -> str:
    """Return the text of what the container and its build run, scripts of the repository with it."""
    process = deployment.processes[model.service]
    stages = process.image.stages if process.image else ()
    runs = [one.text for stage in stages for one in stage.instructions if one.name == "RUN"]
    scripts = [one.path for one in model.delivered if one.target.startswith("/docker-entrypoint.d/")]
    sources = [source.text for path in scripts if (source := deployment.project.read(path))]
    return "\n".join((process.text, *runs, *sources))


def _is_read(model: NginxModel, path: str | None) -> bool:
    """Say whether nginx reads any file of a folder that is delivered whole: the others are spare ones."""
    return path is not None and any(one.startswith(f"{path}/") for one in model.files)


def _finding(
    repo: Repo, deployment: Deployment, model: NginxModel, place: Span, found: list[Unread]
) -> Finding:
    first, more = found[0], len(found) - 1
    source = repo.project.read(first.delivered.path)
    related = [Label(source.line_span(1), "is never read")] if source is not None and source.text else []
    process = deployment.processes[model.service]
    if process.span is not None and "command is nginx" in first.why:
        related.append(Label(process.span.first_line(), "is run instead"))
    nothing = not model.files
    return Finding(
        f"nginx of service {model.service} never reads {first.delivered.path}"
        + (f" and {more} more" if more else "")
        + f", which is `{first.delivered.target}` in its container",
        Label(place.first_line(), first.why),
        tuple(related),
        notes=("it runs with the image's default.conf, which serves a welcome page",) if nothing else (),
        help=first.mend,
        stacks=(deployment.name,),
        address=(model.service, first.delivered.path),
        severity=Severity.ERROR if nothing else None,
    )
