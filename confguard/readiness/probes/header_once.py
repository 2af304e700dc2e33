"""A response header is sent, and sent once, on what the proxy passes on and on what it serves itself."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.model.nginx import NginxModel, header_set, lost_headers, upstream_targets
from confguard.model.nginx.file_paths import served_folders
from confguard.model.responses import app_behind
from confguard.model.responses.joint import carried
from confguard.readiness.outcome import Outcome, State, Subject, cannot_tell, failed, passed, together
from confguard.readiness.probes._subject import entrances, place, why_no_way


def look(subject: Subject, name: str, required: bool = True) -> Outcome:
    """Look at the header on every location: what nginx adds, what it drops, what the application sends.

    A header that nobody sends fails if it is ``required``; else it cannot be told.
    """
    found = list(_locations(subject, name, required))
    found += [one for model in entrances(subject) for one in _lost(model, name)]
    if any(one.state is State.PASSED for one in found):
        found += [one for model in entrances(subject) for one in _files(model, name)]
    if not found:
        return cannot_tell(why_no_way(subject))
    return together(found)


def _locations(subject: Subject, name: str, required: bool) -> Iterator[Outcome]:
    for model in entrances(subject):
        for target in upstream_targets(model):
            app = app_behind(subject.deployment, target)
            if app is None:
                continue
            headers = carried(app, target)
            where = place(target.statement.span, "passes requests on")
            if headers is None:
                yield cannot_tell(f"the headers of a location are not known for {name}", [where])
                continue
            one = next((header for header in headers if header.name.lower() == name.lower()), None)
            if one is None or not (one.by_app or one.by_nginx):
                outcome = failed if required else cannot_tell
                yield outcome(f"{name} is not sent", [where])
            elif one.is_doubled or len(one.by_nginx) > 1:
                yield failed(f"{name} is sent twice", [where])
            else:
                yield passed(f"{name} is sent once", [where])


def _lost(model: NginxModel, name: str) -> Iterator[Outcome]:
    """Yield the levels that drop what the server adds, where no application sends it either."""
    for level in model.levels():
        lost, droppers = lost_headers(level)
        mine = [header for header in lost if header.name.lower() == name.lower()]
        if not mine or not droppers or level.is_stock or level.named("return"):
            continue
        if header_set(level).get(name):
            continue
        yield Outcome(
            State.FAILED,
            f"{name} is lost where a location has an add_header of its own",
            tuple(label for label in (place(droppers[0].span, level.title), place(mine[0].span)) if label),
        )


def _files(model: NginxModel, name: str) -> Iterator[Outcome]:
    """Yield the locations that serve files without a header that other answers have."""
    for location, statement, _ in served_folders(model):
        if not header_set(location.level).get(name):
            label = place(statement.span, location.level.title)
            yield cannot_tell(f"nginx serves files without {name}", [label])
