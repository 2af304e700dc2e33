"""nginx looks for static and uploaded files where the application puts them."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._served import WORDS
from confguard.finding import Finding, Label
from confguard.model.deployment import Deployment
from confguard.model.nginx import Statement
from confguard.model.own_files import keeps_uploads, kept_in_folders
from confguard.model.repo import Repo
from confguard.model.served_files import Answer, Served, served
from confguard.model.volumes import Kept, kept, sharing


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each application and location whose folder does not have its files."""
    for deployment in repo.production:
        reported: set[tuple[str, str]] = set()
        for kind in WORDS:
            for one in served(deployment, kind):
                key = (kind, str(_statement(one)))
                if kind == "MEDIA" and (not keeps_uploads(deployment) or _is_lost(one)):
                    continue  # nothing is uploaded, or the same cause is told by lost-media
                if one.answer is Answer.EMPTY and key not in reported and kept_in_folders(one.app, kind):
                    reported.add(key)
                    yield _finding(deployment, one)


def _is_lost(one: Served) -> bool:
    return all(root.layer is None for root in one.roots)


def _statement(one: Served) -> Statement | None:
    """Return the alias or root in effect."""
    for level in one.way.level.chain() if one.way.level else ():
        for name in ("alias", "root"):
            if found := level.named(name):
                return None if found[0].stock else found[0]
    return None


def _finding(deployment: Deployment, one: Served) -> Finding:
    statement, location = _statement(one), one.way.location
    place = statement.span if statement else location.span if location else one.server.span
    assert place is not None
    root = one.roots[0]
    setting = one.app.settings.get(f"{one.kind}_ROOT")
    related = [Label(location.span.first_line(), "takes the requests")] if location and statement else []
    if setting is not None and setting.span is not None:
        related.append(Label(setting.span.first_line(), f"{one.kind}_ROOT is {root.path} in {root.service}"))
    related += _mounts(deployment, one, root)
    return Finding(
        f"nginx looks for {WORDS[one.kind]} in `{one.folder}` of service {one.model.service}, "
        f"where there are none: {one.why}",
        Label(place.first_line(), "answers 404"),
        tuple(related),
        help=_mend(one, statement, root),
        stacks=(deployment.name,),
        address=(one.model.service, one.app.services[0], one.kind),
    )


def _mounts(deployment: Deployment, one: Served, root: Kept) -> Iterator[Label]:
    own = kept(deployment.container_files[one.model.service], one.model.service, one.folder)
    layers = [(found.service, found.layer) for found in (own, root) if isinstance(found, Kept)]
    if isinstance(own, Kept) and own.storage is not None:
        layers += [pair for pair in sharing(deployment, own) if pair[0] in one.app.services]
    for service, layer in dict.fromkeys(layers):
        if layer is not None and layer.span is not None:
            yield Label(layer.span.first_line(), f"mounted at {layer.target} in {service}")


def _mend(one: Served, statement: Statement | None, root: Kept) -> str:
    if not one.folder.endswith("/"):
        return f"end the path with a slash, as the location does: `alias {one.folder}/`"
    if statement is not None and statement.name == "root" and one.folder.endswith(one.url.value):
        base = one.folder[: -len(one.url.value)]
        return f"root puts the whole path behind `{base}`: use `alias`, or the folder above"
    where = f"at {root.path} in {root.service} and at the folder of the alias in {one.model.service}"
    return f"mount one volume {where}"
