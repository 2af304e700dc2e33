"""Words and stacks that checks of processes share; no rule of its own."""

from __future__ import annotations

from collections.abc import Iterable

from confguard.finding import Label, Severity
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.stacks import Role


def meant_for_production(repo: Repo) -> tuple[Deployment, ...]:
    """Return the stacks that production runs, without those that are only judged for want of a better one."""
    return tuple(one for one in repo.production if one.stack.role not in (Role.DEVELOPMENT, Role.TEST))


def softened(deployment: Deployment, severity: Severity = Severity.WARNING) -> Severity:
    """Return a severity, or advice where nothing says that the stack is deployed."""
    return severity if deployment.stack.role in (Role.PRODUCTION, Role.STAGING) else Severity.INFO


def service_labels(deployment: Deployment, names: Iterable[str], text: str, limit: int = 4) -> list[Label]:
    """Return a label at the key of each service, in the newest file that writes it."""
    spans = [deployment.services[name].span for name in names if name in deployment.services]
    return [Label(span, text) for span in spans if span is not None][:limit]
