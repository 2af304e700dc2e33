"""A port that clients take for HTTPS speaks TLS, and a TLS listener is published."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.model.compose import Port, Service
from confguard.model.deployment import Deployment
from confguard.model.nginx import Listen, NginxModel
from confguard.model.repo import Repo
from confguard.model.value import Known

_HTTPS = ("443", "8443", "4443")


def check(repo: Repo) -> Iterator[Finding]:
    """Yield findings for ports of HTTPS without TLS behind them, and for TLS that nobody can reach."""
    for deployment in repo.production:
        for model in deployment.proxies:
            service = deployment.services.get(model.service)
            if service is None or service.network_mode is not None or model.missing or model.problems:
                continue
            yield from _plain(deployment, service, model)
            yield from _unpublished(deployment, service, model)


def _plain(deployment: Deployment, service: Service, model: NginxModel) -> Iterator[Finding]:
    for port in service.ports:
        if not isinstance(port.published, Known) or port.published.value not in _HTTPS or port.span is None:
            continue
        listens = _behind(model, port)
        if not listens or any(listen.ssl or listen.unknown for listen in listens):
            continue
        first = next((listen.statement for listen in listens if listen.statement), None)
        if port.loopback:
            continue
        yield Finding(
            f"service {service.name} publishes {port.published.value}, and nginx speaks plain HTTP there",
            Label(port.span, "browsers speak TLS on this port"),
            (Label(first.span, "listens without `ssl`"),) if first is not None and not first.stock else (),
            help="listen with `ssl` and a certificate, or publish the port as another one",
            stacks=(deployment.name,),
            address=(service.name, port.published.value),
        )


def _behind(model: NginxModel, port: Port) -> list[Listen]:
    number = int(port.target.value) if isinstance(port.target, Known) and port.target.value.isdigit() else 0
    return [one for server in model.servers for one in server.listens if one.port == number or one.unknown]


def _unpublished(deployment: Deployment, service: Service, model: NginxModel) -> Iterator[Finding]:
    targets = {port.target.value for port in service.ports if isinstance(port.target, Known)}
    known = all(isinstance(port.target, Known) and port.target.value.isdigit() for port in service.ports)
    if not service.ports or not known:
        return
    told = set()
    for server in model.servers:
        for listen in server.listens:
            if not listen.ssl or listen.port is None or str(listen.port) in targets or listen.port in told:
                continue
            if listen.statement is None or listen.statement.stock:
                continue
            told.add(listen.port)
            yield Finding(
                f"nginx of service {service.name} speaks TLS on port {listen.port}, which is not published",
                Label(listen.statement.span, "nobody outside of the stack can reach it"),
                tuple(Label(port.span, "published") for port in service.ports[:2] if port.span),
                help=f'publish it: `"{listen.port}:{listen.port}"`; or remove the listener',
                stacks=(deployment.name,),
                address=(service.name, f"unpublished {listen.port}"),
                severity=Severity.INFO,
            )
