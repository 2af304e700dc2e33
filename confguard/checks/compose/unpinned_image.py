"""Every image that production pulls names a version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from confguard.finding import Finding, Label, Severity
from confguard.model.compose import Service
from confguard.model.deployment import Deployment
from confguard.model.image import ImageReference, parse_image
from confguard.model.process import builder_of
from confguard.model.repo import Repo
from confguard.model.value import Known, Value
from confguard.source import Span
from confguard.words import joined

_VARIABLE = re.compile(r":\$\{?(\w+)")
_SHOWN = 3
_INTERPRETERS = frozenset(["python", "pypy", "node", "php", "ruby", "golang"])
"""Images whose next version may refuse the code that is built upon them."""
_HELP = "name a version, as in `{name}:<version>`, or pin the bytes with a digest (`@sha256:...`)"


@dataclass(frozen=True)
class _Use:
    """One place that names a moving image: a service pulls it, or a Dockerfile starts from it."""

    reference: ImageReference
    text: str
    span: Span
    service: str
    stack: str
    severity: Severity


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each moving image, with all the places that name it."""
    digest = bool(repo.options["unpinned-image"]["require-digest"])
    allowed = repo.options["unpinned-image"]["allow"]
    pulled: dict[str, list[_Use]] = {}
    bases: dict[str, list[_Use]] = {}
    for deployment in repo.production:
        for service in deployment.services.values():
            found, use = (
                (pulled, _pulled(deployment, service, digest))
                if service.build is None
                else (bases, _base(deployment, service, digest))
            )
            if use is not None and use.reference.path not in allowed:
                found.setdefault(use.text, []).append(use)
    for uses in _by_cause(pulled):
        names = tuple(dict.fromkeys(use.service for use in uses))
        word = "service" if len(names) == 1 else "services"
        texts = list(dict.fromkeys(use.text for use in uses))
        more = len(texts) - _SHOWN
        images = joined([*texts[:_SHOWN], *([f"{more} more"] if more > 0 else [])])
        noun = "image" if len(texts) == 1 else "images"
        yield _finding(f"{noun} {images} of {word} {joined(names)}", uses, digest)
    for uses in bases.values():
        yield _finding(f"base image {uses[0].text}", uses, digest)


def _by_cause(pulled: Mapping[str, list[_Use]]) -> list[list[_Use]]:
    """Return the uses of each image, joined where one variable gives the tag to several.

    Images of one publisher with the same tag, and several tags of one image, are of one release as well.
    """
    groups: list[tuple[set[str], list[_Use]]] = []
    for text, uses in pulled.items():
        variable = _VARIABLE.search(uses[0].span.text)
        keys = {variable[1]} if variable else {text, *_release(uses[0].reference)}
        together = [group for group in groups if group[0] & keys]
        groups = [group for group in groups if not group[0] & keys]
        before = [use for _, others in together for use in others]
        groups.append((keys.union(*(one for one, _ in together)), [*before, *uses]))
    return [uses for _, uses in groups]


def _release(reference: ImageReference) -> tuple[str, ...]:
    """Return what images that are released together have in common; official images stand for themselves."""
    folder, _, _ = reference.path.rpartition("/")
    published = folder and folder != reference.registry and not folder.endswith("library")
    return (f"{reference.path}:", f"{folder}/:{reference.tag or 'latest'}") if published else ()


def _pulled(deployment: Deployment, service: Service, digest: bool) -> _Use | None:
    """Judge the image of a service that is not built: what another service builds under the name is ours."""
    if service.image is None or builder_of(deployment.compose, service) is not None:
        return None
    reference, text = _judged(service.image, digest)
    span = service.image.span
    if reference is None or span is None:
        return None
    # What the repository builds, or gives a version by a variable of its own, is the application.
    own = deployment.processes[service.name].build is not None or _VARIABLE.search(span.text) is not None
    matters = own or deployment.datastore(service) is not None
    severity = Severity.WARNING if matters else Severity.INFO
    return _Use(reference, text, span, service.name, deployment.name, severity)


def _base(deployment: Deployment, service: Service, digest: bool) -> _Use | None:
    """Judge the image that a service's Dockerfile starts from."""
    built = deployment.processes[service.name].image
    if built is None or not isinstance(built.base, Known) or built.base.value == "scratch":
        return None
    if any(
        _same_image(other.image, built.base) for other in deployment.compose.services.values() if other.build
    ):
        return None
    reference, text = _judged(built.base, digest)
    if reference is None:
        return None
    runs_code = reference.name in _INTERPRETERS and reference.tag in (None, "latest")
    severity = Severity.WARNING if runs_code else Severity.INFO
    return _Use(reference, text, built.stages[0].image.span, service.name, deployment.name, severity)


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


def _finding(what: str, uses: Sequence[_Use], digest: bool) -> Finding:
    first = uses[0]
    verb = "names" if len({use.text for use in uses}) == 1 else "name"
    missing = "no digest" if digest and not first.reference.is_mutable else "no version"
    places = list(dict.fromkeys(use.span for use in uses))
    return Finding(
        f"{what} {verb} {missing}",
        Label(places[0], "whatever is newest on the day of the pull"),
        tuple(Label(span, "the same") for span in places[1:]),
        help=_HELP.format(name=first.reference.path),
        stacks=tuple(dict.fromkeys(use.stack for use in uses)),
        address=tuple(dict.fromkeys(use.reference.path for use in uses)),
        severity=max(use.severity for use in uses),
    )
