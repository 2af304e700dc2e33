"""Whether Django believes that a request came by https which nginx passes on to it."""

from __future__ import annotations

from confguard.model.deployment import App, Deployment
from confguard.model.nginx import NginxModel, Target
from confguard.model.value import Known, Unknown, Value


def believes_https(
    deployment: Deployment, app: App, model: NginxModel, target: Target, secure: bool
) -> Value[bool]:
    """Say whether the application takes a request for https that reached nginx by TLS (``secure``) or not.

    Unknown where requests come to the route in several ways of which it believes different things.
    """
    # These modules ask who is behind a target, and so import this package.
    from confguard.model.belief import is_secure
    from confguard.model.received import received

    found: Value[bool] | None = None
    for passage in deployment.passages:
        hop = passage.hop
        if passage.app is not app or passage.model is not model or hop.entrance.listen.ssl is not secure:
            continue
        if hop.target.statement is not target.statement:
            continue
        said = is_secure(deployment, passage, received(passage, "localhost"))
        if isinstance(said, Unknown):
            return said
        if found is not None and isinstance(found, Known) and found.value is not said.value:
            return Unknown("it depends on the way on which the request comes")
        found = said
    return found or Unknown("no request is known to come this way")
