"""No level loses the security headers of the levels around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from confguard.finding import Finding, Label, Severity
from confguard.fixes.edits import whole
from confguard.fixes.nginx import add, source_of
from confguard.model.deployment import Deployment
from confguard.model.nginx import (
    Header,
    Level,
    NginxModel,
    Statement,
    hidden_headers,
    lost_headers,
    targets_of,
)
from confguard.model.repo import Repo
from confguard.model.responses import SECURITY_HEADERS, headers_of_app
from confguard.model.value import Known
from confguard.words import joined

_HARMLESS = frozenset({"x-content-type-options", "referrer-policy", "strict-transport-security"})


@dataclass(frozen=True, slots=True)
class _Loss:
    """A level whose own add_header drops security headers of the levels around it."""

    level: Level
    gone: tuple[Header, ...]
    dropper: Statement

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(header.name for header in self.gone))

    @property
    def answers_itself(self) -> bool:
        """Whether it gives a fixed answer (`return 200 "ok"`): no page that the headers could protect."""
        return self.level.kind == "location" and bool(self.level.named("return"))


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for the levels of a server that drop the same security headers."""
    wanted = {*SECURITY_HEADERS, *(name.lower() for name in repo.options["lost-security-headers"]["headers"])}
    for deployment in repo.production:
        for model in deployment.proxies:
            groups: dict[tuple[object, ...], list[_Loss]] = {}
            for level in model.levels():
                for loss in _losses(deployment, model, level, wanted):
                    key = (level.enclosing("server"), loss.names, loss.answers_itself)
                    groups.setdefault(key, []).append(loss)
            # Servers may share the file that drops them: one line to mend, one finding.
            shared: dict[tuple[object, ...], list[_Loss]] = {}
            for (_, names, fixed), losses in groups.items():
                places = tuple(loss.dropper.span for loss in losses)
                known = shared.setdefault((places, names, fixed), losses)
                if known is not losses:
                    more = (header for header in losses[0].gone if header not in known[0].gone)
                    known[0] = replace(known[0], gone=(*known[0].gone, *more))
            for losses in shared.values():
                yield _finding(deployment, model, losses)


def _losses(deployment: Deployment, model: NginxModel, level: Level, wanted: set[str]) -> Iterator[_Loss]:
    lost, droppers = lost_headers(level)
    if not lost or not droppers or level.is_stock:
        return
    targets = targets_of(model, level)
    sent_by_app = headers_of_app(deployment, targets)
    if sent_by_app:
        sent_by_app -= hidden_headers(level, targets[0].protocol) or frozenset()
    gone = tuple(
        header
        for header in lost
        if header.name.lower() in wanted
        # What the application itself sends is still there, unless nginx hides it.
        and header.name.lower() not in sent_by_app
    )
    if gone:
        yield _Loss(level, gone, droppers[0])


def _finding(deployment: Deployment, model: NginxModel, losses: list[_Loss]) -> Finding:
    first, *others = losses
    more = f" and {len(others)} more location{'s' * (len(others) > 1)}" if others else ""
    verb, own = ("lose", "their") if others else ("loses", "its")
    outer = first.gone[0].level
    outer_name = outer.title if outer.kind == "location" else outer.kind
    names = (
        joined(first.names)
        if len(first.names) < 5
        else f"{', '.join(first.names[:3])} and {len(first.names) - 3} more"
    )
    return Finding(
        f"{_title(model, first.level)}{more} {verb} {names}: "
        f"{own} own {first.dropper.name} drops those of the {outer_name}",
        Label(first.dropper.span.first_line(), "drops all that the levels above add"),
        (
            *(Label(one.dropper.span.first_line(), f"so does {one.level.title}") for one in others),
            *(Label(header.span.first_line(), "is lost there") for header in first.gone),
        ),
        notes=(
            "nginx inherits add_header only into levels that have none of their own",
            *((f"lost are {joined(first.names)}",) if names != joined(first.names) else ()),
        ),
        help="repeat the lost headers there, from one snippet that both levels include"
        + (", or write `add_header_inherit merge;`" if model.at_least(1, 29, 3) else ""),
        stacks=(deployment.name,),
        address=(first.level.span.path if first.level.span else "", first.level.title),
        severity=Severity.INFO if first.answers_itself else None,
        fixes=whole(
            f"repeat {joined(first.names)} there",
            (
                add(one.level, [source_of(header.statement) for header in one.gone], one.dropper)
                for one in losses
            ),
            safe=not any(_forbids(header) for one in losses for header in one.gone),
        ),
    )


def _forbids(header: Header) -> bool:
    """Say whether a header could take something away that works: embedding a file, what a worker may load."""
    name = header.name.lower()
    if name == "x-frame-options":
        return not (isinstance(header.value, Known) and header.value.value.lower() == "sameorigin")
    return name not in _HARMLESS


def _title(model: NginxModel, level: Level) -> str:
    """Name the level, with its server, as it is written, where there are several."""
    server = model.server_of(level)
    several = sum(not one.is_stock for one in model.servers) > 1
    if not several or server is None or not server.names or level.kind == "server":
        return level.title
    return f"{level.title} of server {server.names[0].span.text}"
