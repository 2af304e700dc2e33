"""The applications run images with a version, so that an older one can be run again."""

from __future__ import annotations

from confguard.model.image import parse_image
from confguard.model.roles import ServiceRole
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import place

_OWN = (ServiceRole.APP, ServiceRole.FRONTEND, ServiceRole.WORKER, ServiceRole.BEAT)


def look(subject: Subject) -> Outcome:
    """Look at the image of each application, worker and front end."""
    good, bad = [], []
    for name, found in subject.deployment.roles.items():
        if found.role not in _OWN:
            continue
        service = subject.deployment.services[name]
        if service.image is None:
            bad.append(
                (name, place(service.build.span if service.build else service.span, "is built on the host"))
            )
            continue
        reference = parse_image(service.image.value) if isinstance(service.image, Known) else None
        if reference is None:
            return cannot_tell(f"the image of {name} is not known", [place(service.image.span)])
        label = place(service.image.span, f"{name} runs it")
        if reference.is_mutable:
            bad.append((name, label))
        else:
            good.append(label)
    if bad:
        names = ", ".join(name for name, _ in bad)
        return failed(f"no version says what runs in {names}", [label for _, label in bad])
    if not good:
        return cannot_tell("no application of the stack is known")
    return passed("the applications' images have versions", good)
