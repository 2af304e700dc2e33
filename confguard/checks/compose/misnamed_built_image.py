"""A service that uses what another one builds names the image that is really built."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.process import builder_of
from confguard.model.repo import Repo
from confguard.model.value import Known


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each service that names another service's image under another project's name."""
    for deployment in repo.production:
        project = deployment.compose.name
        for service in deployment.services.values():
            image = service.image
            if service.build is not None or not isinstance(image, Known) or not isinstance(project, Known):
                continue
            builder = builder_of(deployment.compose, service)
            if builder is None or builder.image is not None or image.span is None:
                continue
            built = f"{project.value}-{builder.name}"
            # Without a name of its own a project is named after its folder, which is another on each host.
            if not _is_written(project) or image.value.removesuffix(":latest") == built:
                continue
            yield Finding(
                f"service {service.name} runs {image.value}, but what service {builder.name} builds is named "
                f"{built}",
                Label(image.span, "built by nobody: it would be pulled, or an old one would run"),
                (
                    *((Label(builder.spans[-1], f"built as {built}"),) if builder.spans else ()),
                    *((Label(project.span.first_line(), "the project's name"),) if project.span else ()),
                ),
                help=f"give {builder.name} an `image:` and use that name in both, or give {service.name} the "
                "same `build:`",
                stacks=(deployment.name,),
                address=(service.name, builder.name),
            )


def _is_written(project: Known[str]) -> bool:
    return project.span is not None and not project.from_default
