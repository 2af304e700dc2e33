"""How large bodies may be."""

from __future__ import annotations

import pytest

from confguard.model.responses.bodies import declared_limits, ways_to, widest
from tests.model.responses.test_app_headers import FILES

SETTINGS = "MIDDLEWARE = []\nROOT_URLCONF = 'app.urls'\nINSTALLED_APPS = []\n"


def modelled(deployment_of, settings="", locations="location / { proxy_pass http://web:8000; }"):
    nginx = f"server {{\n listen 80;\n {locations}\n}}\n"
    files = FILES | {"app/settings.py": settings + SETTINGS, "nginx.conf": nginx}
    deployment = deployment_of(files)
    return deployment, deployment.proxies[0], deployment.app_of("web")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("MAX_UPLOAD_SIZE = 10 * 1024 * 1024", 10 * 1024 * 1024),
        ("PEOPLE_UPLOAD_MAX_BYTES = 500", 500),
        ("IMPORT_MAX_FILE_SIZE_MB = 5", 5_000_000),
        ("IMPORT_MAX_FILE_SIZE_MIB = 5", 5 * 1024**2),
        ("MAX_FILE_SIZES = {'image': 20_000, 'video': 90_000}", 90_000),
        ("DATA_UPLOAD_MAX_MEMORY_SIZE = 30_000", 30_000),
        ("MAX_UPLOAD_SIZE = 5", None),
        ("MAX_UPLOAD_SIZE = None", None),
        ("MAX_UPLOAD_SIZE = '10M'", 10_000_000),
        ("MAX_UPLOAD_SIZE = '10 MiB'", 10 * 1024**2),
        ("MAX_UPLOAD_SIZE = 'large'", None),
        ("FILE_UPLOAD_MAX_MEMORY_SIZE = 30_000", None),
        ("DATA_UPLOAD_MAX_NUMBER_FIELDS = 30_000", None),
        ("MAX_CONNECTIONS = 30_000", None),
    ],
)
def test_a_limit_is_known_by_its_name_and_unit(deployment_of, setting, expected):
    _, _, app = modelled(deployment_of, f"{setting}\n")
    assert [one.size.value for one in declared_limits(app)] == ([] if expected is None else [expected])


def test_a_word_of_the_name_leads_to_its_route(deployment_of):
    deployment, model, app = modelled(
        deployment_of,
        locations="location /api/photos/ { client_max_body_size 2m; proxy_pass http://web:8000; }\n"
        "location / { client_max_body_size 9m; proxy_pass http://web:8000; }",
    )
    ways = ways_to(deployment, model, app)
    assert widest(ways, frozenset({"photo"})).limit.value == 2 * 1024**2
    assert widest(ways, frozenset({"risk"})).limit.value == 9 * 1024**2
    assert widest((), frozenset()) is None


def test_a_route_without_a_limit_takes_all(deployment_of):
    deployment, model, app = modelled(
        deployment_of,
        locations="client_max_body_size 0; location / { proxy_pass http://web:8000; }",
    )
    assert widest(ways_to(deployment, model, app), frozenset()) is None


def test_routes_of_websockets_take_no_bodies(deployment_of):
    deployment, model, app = modelled(
        deployment_of,
        locations="location /ws/ { proxy_pass http://web:8000; proxy_set_header Upgrade $http_upgrade; }",
    )
    assert ways_to(deployment, model, app) == ()
