"""nginx lets through what the application accepts."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._trails import deliveries
from confguard.finding import Finding, Fix, Label, Severity
from confguard.fixes.edits import whole
from confguard.fixes.nginx import set_limit
from confguard.model.deployment import App, Deployment
from confguard.model.nginx import NginxModel, Target, nearest, size, upstream_targets
from confguard.model.repo import Repo
from confguard.model.responses import answering, apps_behind, service_behind
from confguard.model.responses.bodies import Declared, Way, declared_limits, is_used, routed, ways_to, widest
from confguard.model.roles import ServiceRole
from confguard.model.value import Known

_FORMS = "DATA_UPLOAD_MAX_MEMORY_SIZE"
"""Django's own limit, which files do not count towards."""
_UNITS = (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024))


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each limit of nginx below one that the application declares."""
    for deployment in repo.production:
        for model in deployment.proxies:
            if deployment.roles[model.service].role is ServiceRole.OTHER:
                continue  # tests are its only clients
            for app in apps_behind(deployment, model):
                yield from _against_settings(deployment, model, app)
            yield from _against_inner(deployment, model)


def _against_settings(deployment: Deployment, model: NginxModel, app: App) -> Iterator[Finding]:
    ways = ways_to(deployment, model, app)
    for declared in declared_limits(app):
        way = widest(routed(model, app, ways, declared.words), declared.words)
        if way is None or not isinstance(way.limit, Known) or way.limit.value > declared.size.value:
            continue
        if way.limit.span is None:
            continue  # nobody chose nginx's limit: missing-body-limit tells of both
        own = declared.setting == _FORMS
        if own and way.limit.value == declared.size.value:
            continue  # Django counts the body as nginx does, but for files
        if own or is_used(deployment.project, declared.setting, app.settings.files):
            yield _finding(deployment, app, declared, way)


def _finding(deployment: Deployment, app: App, declared: Declared, way: Way) -> Finding:
    assert isinstance(way.limit, Known)
    limit, wanted = _shown(way.limit.value), _shown(declared.size.value)
    where = way.target.location.title if way.target.location else "its server"
    primary = (way.limit.span or way.target.span).first_line()
    related = [Label(declared.place, f"accepts {wanted}")] if declared.place else []
    equal = way.limit.value == declared.size.value
    return Finding(
        f"nginx refuses bodies over {limit} for {where}, and the form around a file of `{wanted}`, which "
        f"{declared.setting} lets {answering(deployment, app)} accept, is larger"
        if equal
        else f"nginx refuses bodies over {limit} for {where}, but {declared.setting} lets "
        f"{answering(deployment, app)} accept `{wanted}`",
        Label(primary, "the limit in force"),
        (*related, *deliveries(declared.size, limit=2)),
        notes=("the largest files that are allowed end in 413 Request Entity Too Large",)
        if equal
        else ("uploads between the two sizes end in 413 Request Entity Too Large, before Django sees them",),
        help=f"raise client_max_body_size of {where} to a little more than {wanted} (a form is larger than "
        f"its file), or lower {declared.setting}",
        stacks=(deployment.name,),
        address=(way.target.span.path, where, declared.setting),
        severity=Severity.INFO if declared.setting == _FORMS or equal else None,
        fixes=_raised(way.target, declared.size.value),
    )


def _raised(target: Target, wanted: int) -> tuple[Fix, ...]:
    """Return the fix that lets a route take what is wanted, and one MiB for what is around a file.

    Which of the two limits is meant only its author knows: the lower one may be what protects the server.
    """
    limit = f"{-(-wanted // 1024**2) + 1}m"
    edit = set_limit(target.level, "client_max_body_size", limit, target.statement)
    return whole(f"raise client_max_body_size of the route to {limit}", [edit], safe=False)


def _against_inner(deployment: Deployment, model: NginxModel) -> Iterator[Finding]:
    """Yield what an outer nginx refuses although somebody chose a larger limit in the inner one."""
    seen = set()
    for target in upstream_targets(model):
        service = service_behind(deployment, target)
        inner = next((one for one in deployment.proxies if service and one.service == service.name), None)
        outer = size(target.level, "client_max_body_size")
        if inner is None or inner is model or not isinstance(outer, Known) or not outer.value:
            continue
        chosen = [
            size(one.level, "client_max_body_size")
            for one in upstream_targets(inner)
            if isinstance(nearest(one.level, "client_max_body_size"), tuple)
        ]
        larger = [one for one in chosen if isinstance(one, Known) and one.span and one.value > outer.value]
        if not larger or target.statement in seen:
            continue
        seen.add(target.statement)
        most = max(larger, key=lambda one: one.value)
        assert most.span is not None
        where = target.location.title if target.location else "its server"
        yield Finding(
            f"nginx of {model.service} refuses bodies over {_shown(outer.value)} for {where}, but that of "
            f"{inner.service} behind it lets `{_shown(most.value)}` through",
            Label((outer.span or target.span).first_line(), "the limit in force"),
            (Label(most.span.first_line(), f"chosen in {inner.service}, and never reached"),),
            help=f"give {where} of {model.service} the same client_max_body_size",
            stacks=(deployment.name,),
            address=(target.span.path, where, model.service, inner.service),
        )


def _shown(size_in_bytes: int) -> str:
    """Return a size in the largest unit that makes it a short number."""
    for unit, factor in _UNITS:
        if size_in_bytes >= factor:
            return f"{size_in_bytes / factor:.1f}".removesuffix(".0") + f" {unit}"
    return f"{size_in_bytes} bytes"
