"""What answers carry, from nginx and the application together.

>>> from confguard.model.responses import app_behind, carried, routes, sent_by_app
"""

from __future__ import annotations

from confguard.model.responses.app_headers import (
    SECURITY_HEADERS,
    AppHeader,
    When,
    canonical,
    headers_of_app,
    sent_by_app,
)
from confguard.model.responses.behind import answering, app_behind, apps_behind, service_behind
from confguard.model.responses.doubled import Doubled, doubled
from confguard.model.responses.joint import Carried, carried
from confguard.model.responses.scheme import believes_https
from confguard.model.responses.serving import Serves, is_websocket, named_for_websockets, serves
from confguard.model.responses.twice import Outcome, Verdict, twice

__all__ = [
    "SECURITY_HEADERS",
    "AppHeader",
    "Carried",
    "Doubled",
    "Outcome",
    "Serves",
    "Verdict",
    "When",
    "answering",
    "app_behind",
    "apps_behind",
    "believes_https",
    "canonical",
    "carried",
    "doubled",
    "headers_of_app",
    "is_websocket",
    "named_for_websockets",
    "sent_by_app",
    "serves",
    "service_behind",
    "twice",
]
