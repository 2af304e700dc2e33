"""Which nginx of a repository is meant: by stack, by service, or a file taken alone."""

from __future__ import annotations

from dataclasses import dataclass

from confguard.discover.kinds import Kind
from confguard.model.compose import Service
from confguard.model.deployment import Deployment
from confguard.model.nginx import NginxModel, load_alone
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.words import joined


class ChoiceError(Exception):
    """Nothing of the repository is what was asked for; the message says what there is."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """An nginx with where it runs; ``stack`` and ``service`` are empty for a file taken alone."""

    model: NginxModel
    stack: str = ""
    service: Service | None = None

    def container_port(self, port: int) -> int:
        """Return the port of the container that a port of the host leads to; itself where none does."""
        for one in self.service.ports if self.service else ():
            published = one.published.value if one.published and isinstance(one.published, Known) else ""
            if published == str(port) and isinstance(one.target, Known) and one.target.value.isdigit():
                return int(one.target.value)
        return port


def proxies(repo: Repo, *, stack: str = "", service: str = "", conf: str = "") -> tuple[Proxy, ...]:
    """Return the nginx of each service of a stack, or of all that production runs; raises ChoiceError."""
    if conf:
        model = load_alone(repo.project, conf)
        if model is None:
            raise ChoiceError(f"there is no file {conf!r} in {repo.project.root}")
        return (Proxy(model),)
    found = [
        Proxy(model, one.name, one.services.get(model.service))
        for one in _deployments(repo, stack)
        for model in one.proxies
        if not service or model.service == service
    ]
    if not found:
        where = f"the stack {stack}" if stack else "what production runs"
        named = f" named {service!r}" if service else ""
        files = [file.path for file in repo.files if file.kind is Kind.NGINX]
        alone = f"`--conf {files[0]}`" if files else "--conf FILE"
        raise ChoiceError(f"no service{named} of {where} is an nginx; {alone} looks at one file alone")
    return tuple(found)


def _deployments(repo: Repo, stack: str) -> tuple[Deployment, ...]:
    if not stack:
        return repo.production
    found = tuple(one for one in repo.deployments if one.name == stack)
    if not found:
        names = joined([repr(one.name) for one in repo.deployments]) or "none"
        raise ChoiceError(f"there is no stack {stack!r}; the repository has {names}")
    return found


def listening(found: tuple[Proxy, ...], port: int) -> Proxy:
    """Return the one that a request to a port reaches: by published port, by listener, or the first."""
    published = (proxy for proxy in found if str(port) in _published(proxy))
    listens = (
        proxy
        for proxy in found
        if any(listen.port == port for server in proxy.model.servers for listen in server.listens)
    )
    return next(published, None) or next(listens, None) or found[0]


def _published(proxy: Proxy) -> set[str]:
    ports = proxy.service.ports if proxy.service else ()
    return {one.published.value for one in ports if one.published and isinstance(one.published, Known)}
