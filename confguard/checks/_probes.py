"""What probes that fail are said to do, and how they are mended. Shared by checks; no rule of its own."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._trails import deliveries
from confguard.finding import Label
from confguard.model.deployment import Deployment
from confguard.model.health import Failing, Why
from confguard.model.store_probes import Refused
from confguard.model.value import Known
from confguard.words import joined


def places_of(deployment: Deployment, one: Failing) -> Iterator[Label]:
    """Yield where the setting gets its value, or where the image starts that lacks the program."""
    if one.trail:
        value = Known(None, one.trail)
        if value.span is not None:
            yield Label(value.span.first_line(), "set here")
        yield from deliveries(value, 2)
    urls = deployment.project.read(one.urls) if one.urls else None
    if urls is not None:
        yield Label(urls.span(0, len(urls.line_text(1))), "the routes are here")
    image = deployment.processes[one.service].image
    if one.why is Why.TOOL and image is not None:
        yield Label(image.stages[0].span.first_line(), "starts from an image without it")


def words_of(one: Failing) -> tuple[str, str]:
    """Return why a probe fails, and what happens at the place where it is written."""
    request = one.probe.request
    host = request.headers.get("host", request.host) if request else ""
    if one.why is Why.WORDS:
        return "it is written for a shell and runs without one", "`CMD` runs one program with these arguments"
    if one.why is Why.NOTHING:
        return f"`{one.probe.text.strip()}` does not ask the program", "succeeds as well when nobody answers"
    if one.why is Why.TOOL:
        return f"its image has no `{one.probe.tool}`", "the program is not found"
    if one.why is Why.PORT:
        port = request.port if request else 0
        heard = (
            f"it listens on {joined([str(port) for port in one.ports])}" if one.ports else "it is no server"
        )
        return f"nothing listens on port `{port}` ({heard})", "the connection is refused"
    if one.why is Why.HOST:
        return f"ALLOWED_HOSTS refuses its host `{host}`", "Django answers 400"
    if one.why is Why.REDIRECT:
        return "SECURE_SSL_REDIRECT sends it to https, which the server does not speak", "follows a redirect"
    if one.why is Why.PATH and request is not None:
        return f"Django has no route for `{request.path}`", "Django answers 404"
    if one.refused is not None:
        return _of_store(one.refused)
    return "SECURE_SSL_REDIRECT answers it with a redirect, and that counts as healthy", "sees status 301"


def _of_store(found: Refused) -> tuple[str, str]:
    if found.lost and not found.fails:
        return (
            f"its container has no {found.lost}, so that the client takes `ping` for the password",
            "succeeds as well when nobody answers",
        )
    if found.what == "password":
        lacks = f"its container has no {found.lost}" if found.lost else "it has not the server's password"
        return lacks, "is answered with NOAUTH"
    return f"the server has no {found.what} `{found.name}`", "cannot connect"


def help_of(one: Failing) -> str:
    """Return how a probe that fails for a reason is mended."""
    header = "send `X-Forwarded-Proto: https` as the proxy does (the header of SECURE_PROXY_SSL_HEADER)"
    return {
        Why.WORDS: "write `CMD-SHELL` in place of `CMD`",
        Why.TOOL: f"install {one.probe.tool} in the Dockerfile, or ask with one that the image has",
        Why.PORT: "give the service a `healthcheck:` that fits its program, or switch the one "
        "of the image off with `disable: true`",
        Why.HOST: "add the host to ALLOWED_HOSTS, or send one that it holds with a Host header",
        Why.REDIRECT: f"{header}, or list the path in SECURE_REDIRECT_EXEMPT",
        Why.PATH: "ask for a path that the URLconf has, or add a route for it",
        Why.REFUSED: "take the names and the password from the container's environment, like the server",
        Why.UNASKED: "give the container the variable in `environment:`, best as REDISCLI_AUTH",
        Why.NOTHING: "ask for a page: `wget -q -O /dev/null http://127.0.0.1/ || exit 1`",
        Why.ONLY_REDIRECT: f"{header}, or list the path in SECURE_REDIRECT_EXEMPT",
    }[one.why]
