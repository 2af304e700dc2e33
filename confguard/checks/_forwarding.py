"""Labels and words on passages to Django. Shared by checks; no rule of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from confguard.finding import Edit, Fix, Label
from confguard.fixes.edits import whole
from confguard.fixes.nginx import set_request_headers
from confguard.model.deployment import App
from confguard.model.forwarding import Cause, Deaf
from confguard.model.passages import Passage
from confguard.source import Span


def distinct(labels: Iterable[Label], primary: Span, limit: int = 6) -> tuple[Label, ...]:
    """Return labels, each line once and without the primary one's."""
    seen = {(primary.path, primary.line)}
    found = []
    for label in labels:
        line = (label.span.path, label.span.line)
        if line not in seen:
            seen.add(line)
            found.append(Label(label.span.first_line(), label.text))
    return tuple(found[:limit])


def listens(passages: Iterable[Passage]) -> Iterator[Label]:
    """Yield a label for each listener through which requests come in."""
    for passage in passages:
        entrance = passage.hop.first.entrance
        place = entrance.listen.statement.span if entrance.listen.statement else entrance.server.span
        if place is not None:
            yield Label(place, f"clients speak {entrance.scheme.upper()} here")


def setting(app: App, name: str, text: str) -> Iterator[Label]:
    """Yield a label for a setting where it is written."""
    value = app.settings.values.get(name)
    if value is not None and value.span is not None:
        yield Label(value.span, text)


def locations(found: Iterable[Deaf]) -> str:
    """Return ``location /``, or ``7 locations``."""
    titles = list(dict.fromkeys(one.passage.level.title for one in found))
    return titles[0] if len(titles) == 1 else f"{len(titles)} locations"


def groups(found: Iterable[Deaf]) -> Iterator[list[Deaf]]:
    """Yield what has the same cause in the same nginx."""
    joined: dict[tuple[object, ...], list[Deaf]] = {}
    for one in found:
        joined.setdefault((one.cause, one.passage.model.service), []).append(one)
    yield from joined.values()


def services(app: App, found: Iterable[Passage]) -> str:
    """Return the names of the services that answer."""
    names = list(dict.fromkeys(passage.service for passage in found if passage.app is app))
    return ", ".join(names)


def words(one: Deaf) -> str:
    """Return what a place does to the header, for a label."""
    if one.cause is Cause.SETTING:
        return "the header that is set here is not looked at"
    if one.cause is Cause.NAME:
        return "the key is not that of a header"
    if one.cause is Cause.OVERWRITTEN:
        return "comes to http: Django takes the request for plain HTTP"
    return "passes requests on without telling the scheme"


def why(group: list[Deaf]) -> str:
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
    return f"{fault} in {locations(group)}"


def tell_scheme(group: Iterable[Deaf]) -> tuple[Fix, ...]:
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


def send(found: Iterable[Passage], name: str, value: str, *, safe: bool) -> tuple[Fix, ...]:
    """Return the fix that lets nginx send a header with a value on these ways."""
    edits: list[Edit | None] = []
    for hop in (one.hop for one in found):
        if hop.outer is not None or hop.target.protocol != "proxy":
            return ()
        made = set_request_headers(hop.model, hop.level, {name: value}, hop.target.statement)
        edits += made if made is not None else (None,)
    return whole(f"write `proxy_set_header {name} {value};`", edits, safe=safe)


def mend(one: Deaf) -> str:
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
