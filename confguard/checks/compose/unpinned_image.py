"""Every image that production pulls names a version."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.compose import Service
from confguard.model.deployment import Deployment
from confguard.model.image import ImageReference, parse_image
from confguard.model.process import builder_of
from confguard.model.repo import Repo
from confguard.model.value import Known, Value
from confguard.source import Span

_HELP = "name a version, as in `{name}:<version>`, or pin the bytes with a digest (`@sha256:...`)"


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each place that names a moving image."""
    digest = bool(repo.options["unpinned-image"]["require-digest"])
    for deployment in repo.production:
        for service in deployment.services.values():
            if service.build is None:
                yield from _pulled(deployment, service, digest)
            else:
                yield from _base(deployment, service, digest)


def _pulled(deployment: Deployment, service: Service, digest: bool) -> Iterator[Finding]:
    """Judge the image of a service that is not built: what another service builds under the name is ours."""
    if service.image is None or builder_of(deployment.compose, service) is not None:
        return
    reference, text = _judged(service.image, digest)
    span = service.image.span
    if reference is not None and span is not None:
        yield _finding(
            f"image {text} of service {service.name}", reference, span, deployment, service.name, digest
        )


def _base(deployment: Deployment, service: Service, digest: bool) -> Iterator[Finding]:
    """Judge the image that a service's Dockerfile starts from."""
    built = deployment.processes[service.name].image
    if built is None or not isinstance(built.base, Known) or built.base.value == "scratch":
        return
    if any(
        _same_image(other.image, built.base) for other in deployment.compose.services.values() if other.build
    ):
        return
    reference, text = _judged(built.base, digest)
    if reference is not None:
        first = built.stages[0].image.span
        yield _finding(f"base image {text}", reference, first, deployment, first.text, digest)


def _judged(image: Value[str], digest: bool) -> tuple[ImageReference | None, str]:
    """Return the reference if it moves, with its text; None where it is pinned or not known."""
    if not isinstance(image, Known):
        return None, ""
    reference = parse_image(image.value)
    if reference is None:
        return None, ""
    moves = reference.digest is None if digest else reference.is_mutable
    return (reference, image.value) if moves else (None, "")


def _same_image(one: Value[str] | None, other: Value[str]) -> bool:
    return (
        isinstance(one, Known)
        and isinstance(other, Known)
        and parse_image(one.value) == parse_image(other.value)
    )


def _finding(
    what: str, reference: ImageReference, span: Span, deployment: Deployment, address: str, digest: bool
) -> Finding:
    missing = "no digest" if digest and not reference.is_mutable else "no version"
    return Finding(
        f"{what} names {missing}",
        Label(span, "whatever is newest on the day of the pull"),
        help=_HELP.format(name=reference.path),
        stacks=(deployment.name,),
        address=(address,),
    )
