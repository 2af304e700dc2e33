"""The env template that feeds the deployment has every key that production needs."""

from __future__ import annotations

from confguard.finding import Label
from confguard.model.django.settings import EnvRead
from confguard.model.value import Known, Origin
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import beginning, entries, interpolated, place, readable, templates


def look(subject: Subject, keys: tuple[str, ...], required: bool = False) -> Outcome:
    """Look for keys in the stack's env files; ``A|B`` is satisfied by either.

    One that Compose files set themselves has no place there. A key that is not there fails where settings or
    Compose files ask for it and nothing sets it, and always if it is ``required``; else nobody knows whether
    this product has it.
    """
    sources = [parsed.source for parsed in templates(subject)]
    if not sources:
        return cannot_tell("no env file or template in the repository feeds the stack")
    found = entries(subject)
    missing = [key for key in keys if not any(name in found for name in key.split("|"))]
    elsewhere = [] if required else [key for key in missing if _is_delivered(subject, key)]
    missing = [key for key in missing if key not in elsewhere]
    offered = {entry.key for parsed in templates(subject) for entry in parsed.entries if entry.commented}
    asked = [
        (key, label)
        for key in missing
        if (label := _asked(subject, key)) is not None and not offered & set(key.split("|"))
    ]
    if required and missing:
        where = [beginning(source, "the template") for source in sources]
        return failed(f"{_shown(missing)} {_are(missing)} missing", where)
    if asked:
        names = [key for key, _ in asked]
        return failed(f"{_shown(names)} {_are(names)} missing", [label for _, label in asked])
    if missing:
        return cannot_tell(f"nothing in the repository surely needs {_shown(missing)} from the template")
    names = [name for key in keys for name in key.split("|") if name in found]
    text = f"all {len(keys)} keys are there" if not elsewhere else "what Compose files do not set is there"
    return passed(text, [place(found[name].line, name) for name in names])


def _is_constant(read: EnvRead) -> bool:
    """Say whether a default is a text of the code: one that is computed from other variables may be right."""
    default = read.default
    return isinstance(default, Known) and all(step.origin is not Origin.TEMPLATE for step in default.trail)


def _shown(keys: list[str]) -> str:
    """Return the keys as text, with the alternatives of each."""
    return ", ".join(" or ".join(key.split("|")) for key in keys)


def _are(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _is_delivered(subject: Subject, key: str) -> bool:
    """Say whether an application gets a key, from whatever sets it."""
    apps = [app for app in subject.deployment.apps if readable(app)]
    return any(isinstance(app.environment.get(name), Known) for app in apps for name in key.split("|"))


def _asked(subject: Subject, key: str) -> Label | None:
    """Return what asks for a key that nothing delivers."""
    names = key.split("|")
    apps = [app for app in subject.deployment.apps if readable(app)]
    if any(app.environment.get(name) for app in apps for name in names):
        return None
    for app in apps:
        for read in app.settings.reads:
            if read.key in names and (read.default is None or _is_constant(read)):
                return place(read.span, f"reads {read.key}")
    wanted = interpolated(subject) & set(names)
    for path in subject.deployment.stack.files if wanted else ():
        source = subject.repo.project.read(path)
        position = (
            min((source.text.find(name) for name in wanted if name in source.text), default=-1)
            if source
            else -1
        )
        if source is not None and position >= 0:
            return Label(source.span(position).first_line(), f"puts in {', '.join(sorted(wanted))}")
    return None
