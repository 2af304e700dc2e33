"""What a row's rules judge is there and was understood: their silence means something then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from confguard.discover.kinds import Kind
from confguard.finding import Label
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, passed, together
from confguard.readiness.probes._subject import beginning, place, readable

_NAMES = {
    "compose": ("Compose file", "Compose files"),
    "nginx": ("file of nginx", "files of nginx"),
    "django": ("settings module", "settings modules"),
    "dockerfile": ("Dockerfile", "Dockerfiles"),
    "workflows": ("workflow", "workflows"),
    "documents": ("document", "documents"),
    "makefile": ("Makefile", "Makefiles"),
    "env": ("env file", "env files"),
}
_KINDS = {
    "dockerfile": Kind.DOCKERFILE,
    "workflows": Kind.WORKFLOW,
    "documents": Kind.DOCUMENT,
    "makefile": Kind.MAKEFILE,
    "env": Kind.ENV,
}


def look(subject: Subject, things: tuple[str, ...]) -> Outcome:
    """Look for ``compose``, ``nginx``, ``django``, ``dockerfile``, ``workflows``, ``documents``, ``makefile``
    and ``env``.
    """
    return together(_there(subject, thing) for thing in things)


def _there(subject: Subject, thing: str) -> Outcome:
    found = list(_places(subject, thing))
    if not found:
        return cannot_tell(f"the stack has no {thing} that could be looked at")
    names = _NAMES.get(thing, (thing, thing))
    count = f"{len(found)} {names[len(found) != 1]}"
    return passed(
        f"{count} {'was' if len(found) == 1 else 'were'} looked at, and nothing is against it", found
    )


def _places(subject: Subject, thing: str) -> Iterator[Label]:
    deployment = subject.deployment
    if thing == "compose":
        yield from _labels(deployment.stack.files, subject)
    elif thing == "nginx":
        yield from _labels((path for model in deployment.proxies for path in model.files), subject)
    elif thing == "django":
        for app in deployment.apps:
            # A template's placeholder that the settings refuse is no reason not to know the rest.
            if readable(app) and (app.settings.failure is None or app.settings.failure.placeholder):
                yield from _labels((app.settings.path,), subject)
    else:
        yield from _labels(subject.repo.paths(_KINDS[thing]), subject)


def _labels(paths: Iterable[str], subject: Subject) -> Iterator[Label]:
    for path in dict.fromkeys(paths):
        source = subject.repo.project.read(path)
        label = beginning(source, "was looked at") if source is not None else None
        if label is not None and place(label.span) is not None:
            yield label
