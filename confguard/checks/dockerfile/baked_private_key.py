"""No image of production is built with a private key of its own in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.builds import Building, buildings
from confguard.model.dockerfile import run_text
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.source import Span
from confguard.words import services_named

# The commands that write a key: openssl(1), ssh-keygen(1), sscg(8), mkcert.
_MAKES_KEY = re.compile(
    r"\bopenssl\s+req\b[^;&|]*\s-keyout\s|\bopenssl\s+(?:genrsa|genpkey|ecparam)\b[^;&|]*\s-out\s"
    r"|\bssh-keygen\b[^;&|]*\s-(?:A|f|t)\b|\bsscg\s+-|\bmkcert\s+(?:-(?:cert|key)-file|[a-z0-9*.-]+\.?[a-z0-9]*\b)"
)
_WRITTEN = re.compile(r"\s-(?:keyout|out|f|key-file)[ =](/[\w./-]+)")
"""Where a key is written."""
_PRINTED = re.compile(r"\b(?:printf|echo)\s+(?:-\w+\s+)*(?:'[^']*'|\"(?:[^\"\\]|\\.)*\")")
"""The text of a script that is run later."""
_ONLY_READS = re.compile(r"\bssh-keygen\s+(?:-\w+\s+)*-[lRFHyY]\b|/dev/null")


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each RUN that makes a key, with the services whose images have it."""
    found: dict[Span, tuple[list[str], list[str]]] = {}
    for deployment in repo.production:
        for name, process in deployment.processes.items():
            for stage in process.image.stages if process.image is not None else ():
                for one in stage.instructions:
                    if one.name == "RUN" and not one.on_build and _makes(run_text(one)):
                        services, stacks = found.setdefault(one.span.first_line(), ([], []))
                        services.append(name)
                        stacks.append(deployment.name)
        for building in buildings(deployment):
            for place in _copied_keys(building):
                services, stacks = found.setdefault(place.first_line(), ([], []))
                services += [service.name for service in building.services]
                stacks.append(deployment.name)
    for span, (services, stacks) in found.items():
        names = list(dict.fromkeys(services))
        yield Finding(
            f"the image of {services_named(names)} is built with a private "
            "key in it: whoever has the image has the key",
            Label(span, "makes a key once, for all containers"),
            help="make it in the entrypoint if it is missing, and keep it in a volume; or mount the host's",
            stacks=tuple(dict.fromkeys(stacks)),
            address=(span.path, *names),
        )


def _copied_keys(building: Building) -> Iterator[Span]:
    """Yield the RUNs of other stages whose keys are copied into the image."""
    stages = {one.stage.index: one for one in building.images()}
    for copy in building.image.copies if building.image is not None else ():
        inner = stages.get(copy.stage.index) if copy.stage is not None else None
        sources = [source.value.rstrip("/") for source in copy.sources if isinstance(source, Known)]
        for one in (one for stage in inner.stages for one in stage.instructions) if inner is not None else ():
            text = run_text(one) if one.name == "RUN" and not one.on_build else ""
            paths = _WRITTEN.findall(text) if _makes(text) else []
            if any(f"{path}/".startswith(f"{source}/") for path in paths for source in sources):
                yield one.span


def _makes(text: str) -> bool:
    text = _PRINTED.sub("", text.replace("\\\n", "  "))
    if not _MAKES_KEY.search(text) or _ONLY_READS.search(text):
        return False
    return re.search(r"\brm\s[^;&|]*(?:key|pem)", text) is None
