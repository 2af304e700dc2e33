"""Findings about HTTPS that Django does not notice. Shared by checks; no rule of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from confguard.checks._forwarding import listens, services
from confguard.checks._labels import distinct
from confguard.finding import Edit, Finding, Fix, Label, Severity
from confguard.fixes.edits import whole
from confguard.fixes.nginx import set_request_headers
from confguard.model.deployment import App, Deployment
from confguard.model.forwarding import Cause, Deaf


def groups(found: Iterable[Deaf]) -> Iterator[list[Deaf]]:
    """Yield what has the same cause in the same nginx."""
    joined: dict[tuple[object, ...], list[Deaf]] = {}
    for one in found:
        joined.setdefault((one.cause, one.passage.model.service), []).append(one)
    yield from joined.values()


def finding(
    deployment: Deployment,
    app: App,
    group: list[Deaf],
    effect: str,
    *,
    in_settings: Label,
    counting: Iterable[Label],
    notes: Iterable[str],
    severity: Severity | None = None,
) -> Finding:
    """Return the finding about one of ``groups``.

    ``effect`` ends the message, behind the cause; ``{services}`` in it stands for those that answer.
    ``in_settings`` is the primary label where the settings are the cause, ``counting`` are labels for
    settings that count on HTTPS.
    """
    first = group[0]
    passages = [one.passage for one in group]
    primary = in_settings if first.cause is Cause.SETTING else Label(first.place, _words(first))
    primary = Label(primary.span.first_line(), primary.text)
    labels = (*counting, *listens(passages), *(Label(one.place, _words(one)) for one in group))
    return Finding(
        f"{_why(group)}{effect.format(services=f'service {services(app, passages)}')}",
        primary,
        distinct(labels, primary.span),
        notes=(f"{app.settings.module} is the settings module", *notes),
        help=_mend(first),
        stacks=(deployment.name,),
        address=(first.passage.model.service, *app.services, first.cause.name),
        fixes=_tell_scheme(group),
        severity=severity,
    )


def _words(one: Deaf) -> str:
    """Return what a place does to the header, for a label."""
    if one.cause is Cause.SETTING:
        return "the header that is set here is not looked at"
    if one.cause is Cause.NAME:
        return "the key is not that of a header"
    if one.cause is Cause.OVERWRITTEN:
        return "comes to http: Django takes the request for plain HTTP"
    return "passes requests on without telling the scheme"


def _why(group: list[Deaf]) -> str:
    """Return what keeps Django from learning of HTTPS, and where."""
    one = group[0]
    if one.cause is Cause.SETTING:
        fault = "no SECURE_PROXY_SSL_HEADER says which header tells of HTTPS"
    elif one.cause is Cause.NAME:
        return f"SECURE_PROXY_SSL_HEADER names `{one.header}`, and no header comes to Django under this key"
    elif one.cause is Cause.OVERWRITTEN:
        fault = f"nginx always says http in {one.header.title()}"
    else:
        fault = f"nginx does not send {one.header.title()}"
    return f"{fault} in {_locations(group)}"


def _locations(found: Iterable[Deaf]) -> str:
    """Return ``location /``, or ``7 locations``."""
    titles = list(dict.fromkeys(one.passage.level.title for one in found))
    return titles[0] if len(titles) == 1 else f"{len(titles)} locations"


def _tell_scheme(group: Iterable[Deaf]) -> tuple[Fix, ...]:
    """Return the fix that lets nginx say which scheme browsers speak, where HTTPS ends in it."""
    edits: list[Edit | None] = []
    name = ""
    for one in group:
        hop, name = one.passage.hop, one.header.title()
        ends_here = one.passage.scheme == "https" and hop.outer is None and hop.target.protocol == "proxy"
        if one.cause not in (Cause.OVERWRITTEN, Cause.ABSENT) or not ends_here:
            return ()
        found = set_request_headers(hop.model, hop.level, {name: "$scheme"}, hop.target.statement)
        edits += found if found is not None else (None,)
    return whole(f"send {name} with `$scheme`", edits, safe=True)


def _mend(one: Deaf) -> str:
    """Return what to change so that Django learns of HTTPS."""
    name = one.header.title()
    if one.cause is Cause.SETTING:
        pair = '("HTTP_X_FORWARDED_PROTO", "https")'
        return f"set SECURE_PROXY_SSL_HEADER = {pair}, and send X-Forwarded-Proto from nginx"
    if one.cause is Cause.NAME:
        key = one.header.upper().replace("-", "_").removeprefix("HTTP_")
        return f"write `HTTP_{key}`: the header's name in capitals, with underscores, after HTTP_"
    if one.passage.scheme == "https":
        return f"write `proxy_set_header {name} $scheme;` in each level that has such directives"
    return (
        "let nginx listen with `ssl`, or keep what a proxy before it says: "
        f"`proxy_set_header {name} $http_{one.header.replace('-', '_')};`"
    )
