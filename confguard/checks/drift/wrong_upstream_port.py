"""nginx passes requests only to ports on which somebody listens, in the protocol that is spoken there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.checks._reach import address, listens, ports_of
from confguard.finding import Edit, Finding, Fix, Label
from confguard.fixes.edits import whole
from confguard.model.compose import Service
from confguard.model.deployment import Deployment
from confguard.model.hosts import Reach, Reached, reach
from confguard.model.listening import Listening
from confguard.model.nginx import Target, upstream_targets
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.source import Span

_SPOKEN = {"http": "proxy", "https": "proxy", "uwsgi": "uwsgi", "fastcgi": "fastcgi"}


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each upstream port on which its service surely does not answer."""
    for deployment in repo.production:
        for model in deployment.proxies:
            reported: set[Span] = set()
            for target in upstream_targets(model):
                place = target.port_span or target.host_span
                if place in reported or "down" in target.parameters:
                    continue
                finding = _judge(deployment, model.service, target)
                if finding is not None:
                    reported.add(place)
                    yield finding


def _judge(deployment: Deployment, proxy: str, target: Target) -> Finding | None:
    origin = deployment.services.get(proxy)
    if origin is None or not isinstance(target.host, Known) or target.socket:
        return None
    if not isinstance(target.port, Known) and target.upstream is None:
        return None
    port = target.port.value if isinstance(target.port, Known) else 80 if target.port is None else 0
    found = _reached(deployment, origin, target.host.value) if target.host.value else None
    if not port or found is None or found.kind is not Reach.SERVICE or found.service is None:
        return None
    if found.service.network_mode is not None:
        return None
    name = found.service.name
    listening = deployment.listening[name]
    why = _why_not(listening, target, port, own=name == proxy)
    if not why:
        return None
    place = target.port_span or target.host_span
    return Finding(
        f"nginx of service {proxy} passes requests to port {port} of service {name}, and {name} {why}",
        Label(place, "nobody answers: 502 Bad Gateway"),
        tuple(listens(found.service, listening)),
        notes=("without a port it is 80",) if target.port_span is None else (),
        help=_help(listening, name, port, target, own=name == proxy),
        stacks=(deployment.name,),
        address=(proxy, name, str(port)),
        fixes=_led(listening, target, port, own=name == proxy),
    )


def _led(listening: Listening, target: Target, port: int, own: bool) -> tuple[Fix, ...]:
    """Return the fix that passes to the only port on which the service listens for others."""
    open_ = {one.port for one in listening.listeners if one.sure and not one.loopback}
    place = target.port_span
    if own or len(open_) != 1 or listening.on(port) or place is None or place.text != str(port):
        return ()
    (only,) = open_
    return whole(f"pass to port {only}", [Edit(place, str(only))], safe=False)


def _reached(deployment: Deployment, origin: Service, host: str) -> Reached:
    """Return who answers to a host: to a loopback one the container itself, unless it shares its network."""
    if not re.fullmatch(r"localhost|127\.[\d.]+|\[::1\]", host):
        return reach(deployment, origin, host)
    guests = (
        one.network_mode for one in deployment.compose.services.values() if one.network_mode is not None
    )
    alone = all(isinstance(mode, Known) and mode.value in ("none", "bridge", "host") for mode in guests)
    return Reached(Reach.SERVICE, origin) if alone else Reached(Reach.ELSEWHERE)


def _why_not(listening: Listening, target: Target, port: int, own: bool) -> str:
    """Return what is wrong with a port, ``""`` where nothing surely is."""
    there = listening.on(port)
    if not there:
        return f"listens on {ports_of(listening)}" if listening.complete else ""
    if not own and all(one.loopback for one in there):
        return f"listens there only for itself, on {address(there[0])}"
    spoken = {_SPOKEN.get(one.protocol, "") for one in there}
    if (
        target.protocol in ("proxy", "uwsgi", "fastcgi")
        and "" not in spoken
        and target.protocol not in spoken
    ):
        return f"speaks {there[0].protocol} there, not what `{target.protocol}_pass` sends"
    return ""


def _help(listening: Listening, name: str, port: int, target: Target, own: bool) -> str:
    there = listening.on(port)
    if there and all(one.loopback for one in there):
        return f"let {name} listen on all addresses: `0.0.0.0:{port}`"
    if there:
        word = {"http": "proxy_pass", "https": "proxy_pass"}.get(
            there[0].protocol, f"{there[0].protocol}_pass"
        )
        return f"use `{word}`, or let {name} speak what nginx sends"
    if own:
        return (
            "pass to the service that answers, by its name: a loopback address is the proxy's own container"
        )
    if not listening.listeners:
        return f"{name} answers no requests: pass them to the service that does"
    return f"pass to {ports_of(listening)}, or let {name} listen on {port}"
