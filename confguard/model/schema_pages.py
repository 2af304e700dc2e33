"""Pages of drf-spectacular that load their scripts from another host, and the policies that forbid it.

drf-spectacular 0.28 (``settings.py``, ``templates/drf_spectacular``): SWAGGER_UI_DIST and REDOC_DIST are
addresses of jsdelivr by default, and ``"SIDECAR"`` stands for files of the application itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.csp import lets_script
from confguard.model.django.values import entry
from confguard.model.path_answers import answers
from confguard.model.responses import carried, sent_by_app
from confguard.model.responses.app_headers import AppHeader, When
from confguard.model.value import Known, Unknown

if TYPE_CHECKING:
    from confguard.discover.project import Project
    from confguard.model.deployment import App, Deployment
    from confguard.model.django.routes import Route
    from confguard.source import Span

_HEADER = "content-security-policy"
_KINDS = {
    # View, setting, default, the script of that distribution.
    "Swagger": (
        "SWAGGER_UI_DIST",
        "https://cdn.jsdelivr.net/npm/swagger-ui-dist@latest",
        "swagger-ui-bundle.js",
    ),
    "Redoc": ("REDOC_DIST", "https://cdn.jsdelivr.net/npm/redoc@latest", "bundles/redoc.standalone.js"),
}
_VIEW = re.compile(r"Spectacular(Swagger|Redoc)(?:Split)?View\Z")
_OWN = re.compile(
    r"^[ \t]*class[ \t]+(?P<name>\w+)[ \t]*\([^)]*\bSpectacular(?P<kind>Swagger|Redoc)(?:Split)?View\b",
    re.MULTILINE,
)
_OTHERWISE = re.compile(r"\btemplate_name\w*\s*=|csp_exempt|csp_override|csp_update|csp_replace")


@dataclass(frozen=True, slots=True)
class BlockedPage:
    """A page whose script is at ``address``; ``policy`` forbids it and is written at ``policy_at``."""

    route: Route
    setting: str
    address: str
    chosen_at: Span | None
    policy: str
    policy_at: Span | None


def blocked_pages(deployment: Deployment) -> Iterator[BlockedPage]:
    """Yield the pages of schemas that come to browsers with a policy under which they stay empty."""
    project = deployment.project
    own = project.once(("schema views",), lambda: _own_views(project))
    for app in deployment.apps:
        given = app.settings.get("SPECTACULAR_SETTINGS")
        if isinstance(given, Unknown):
            continue
        for one in app.urlconf.routes:
            name = (one.view or "").rpartition(".")[2]
            match = _VIEW.match(name) if name.startswith("Spectacular") else None
            kind = match[1] if match else own.get(name)
            if kind is None or not one.certain or _OTHERWISE.search(one.span.file.text):
                continue
            setting, usual, script = _KINDS[kind]
            chosen = entry(given, setting)
            base = chosen.value if isinstance(chosen, Known) else usual
            if isinstance(chosen, Unknown) or not isinstance(base, str) or not base.startswith("https://"):
                continue
            address = f"{base.rstrip('/')}/{script}"
            place = next((v.span for v in (chosen, given) if isinstance(v, Known) and v.span), None)
            for policy, span in _policies(deployment, app, f"/{_path(one)}"):
                if not lets_script(policy, address):
                    yield BlockedPage(one, setting, address, place, policy, span)
                    break


def _path(one: Route) -> str:
    """Return a path that a route takes: that of a regular expression where it has nothing but letters."""
    return one.head if one.matches(f"/{one.head}") else one.text


def _own_views(project: Project) -> dict[str, str]:
    """Return the project's classes that are such views, with what they show."""
    found: dict[str, str] = {}
    for path in project.paths:
        source = project.read(path) if path.endswith(".py") else None
        if source is not None and "Spectacular" in source.text and not _OTHERWISE.search(source.text):
            found.update((match["name"], match["kind"]) for match in _OWN.finditer(source.text))
    return found


def _policies(deployment: Deployment, app: App, path: str) -> Iterator[tuple[str, Span | None]]:
    """Yield the policies that surely are enforced for the answers of a path."""
    ways = answers(deployment, app, path)
    if ways is None or "<" in path:
        return
    if not ways and not deployment.proxies:
        yield from _of_app(sent_by_app(app))
    for way in ways:
        for target in way.way.targets if way.sent is not None else ():
            for one in carried(app, target) or ():
                if one.name == _HEADER:
                    yield from _of_app(one.by_app)
                    for header in one.by_nginx:
                        if isinstance(header.value, Known) and "$" not in header.value.value:
                            yield header.value.value, header.span


def _of_app(headers: Iterable[AppHeader]) -> Iterator[tuple[str, Span | None]]:
    for header in headers:
        if header.name == _HEADER and header.when is When.ALWAYS and isinstance(header.value, Known):
            yield header.value.value, header.place
