"""Every look passes, fails and says that it cannot tell: the ready product, a break of it, a lack in it."""

from __future__ import annotations

import pytest

from confguard.readiness import State, Subject
from confguard.readiness.assess import answer
from confguard.readiness.plan import load_plan, probe_names
from tests.readiness.shop import FILES, C, E, N, S, W, changed

BARE = {C: "services:\n  thing:\n    image: acme/thing:1.2\n", "compose.host-expose.yaml": None, E: None}
"""A stack of which nothing is known."""
LOGGED = (
    "LOGGING = {'version': 1, 'formatters': {'f': {'()': 'shop.logging.JsonFormatter'}},\n"
    "    'handlers': {'h': {'class': 'logging.StreamHandler', 'formatter': 'f'}}}\n"
)
LOGGING = {S: FILES[S] + LOGGED, "shop/logging.py": "REDACTED = ['password']\n"}
TOKEN = {"front/auth.ts": "localStorage.setItem('auth.refreshToken', t)\n"}
SPECTACULAR = '"django.contrib.contenttypes", "drf_spectacular"'


def schema(permission):
    extra = f'SPECTACULAR_SETTINGS = {{"SERVE_PERMISSIONS": ["rest_framework.permissions.{permission}"]}}\n'
    view = 'path("api/schema/", SpectacularAPIView.as_view()),'
    urls = changed(("shop/urls.py", "urlpatterns = [", f"urlpatterns = [\n    {view}"))["shop/urls.py"]
    settings = changed((S, '"django.contrib.contenttypes"', SPECTACULAR))[S] + extra
    return {S: settings, "shop/urls.py": f"from drf_spectacular.views import SpectacularAPIView\n{urls}"}


CASES = {
    "backup-scheduled": (
        "",
        {},
        changed((C, "    command: celery -A shop beat\n", "    command: python x\n")),
        {S: FILES[S].replace("nightly-backup", "nightly")},
    ),
    "body-limits": (
        'routes = { "/a/" = "10m" }',
        {},
        changed((N, "client_max_body_size 10m", "client_max_body_size 2m")),
        BARE,
    ),
    "build-arguments": (
        'pattern = "^VITE_"',
        {},
        changed(("front/Dockerfile", "ARG VITE_COOKIE_REFRESH_AUTH\n", "")),
        BARE,
    ),
    "certificates": ("", {}, {"old/a.key": "-----BEGIN PRIVATE KEY-----\n"}, BARE),
    "configurable-ports": ('roles = ["proxy"]', {}, changed((C, "${HTTP_PORT:-80}:80", "80:80")), BARE),
    "deploy-check": (
        "",
        {},
        changed((S, "CSRF_COOKIE_SECURE = True", "CSRF_COOKIE_SECURE = False")),
        BARE,
    ),
    "documented": (
        'topics = { start = "make up-prod" }, what = "x", required = true',
        {},
        {"README.md": "# Shop\n"},
        {"README.md": None},
    ),
    "domains": (
        "",
        {},
        changed((E, "ALLOWED_HOSTS=shop.example", "ALLOWED_HOSTS=other.example")),
        changed((N, "server_name shop.example", "server_name _")),
    ),
    "env-template": ("", {}, {E: None}, BARE),
    "external-proxy": (
        "",
        {},
        changed(("compose.host-expose.yaml", "${WEB_PORT:-8000}:8000", "8000:8000")),
        {"compose.host-expose.yaml": None},
    ),
    "gated-proxy": ("", {}, changed((C, "    profiles: [proxy]\n", "")), BARE),
    "header-once": (
        'name = "Permissions-Policy"',
        {},
        changed((N, '    add_header Permissions-Policy "camera=()" always;\n', "")),
        BARE,
    ),
    "healthcheck": ("required = true", {}, changed((C, "    healthcheck:\n", "    labels:\n")), BARE),
    "hsts": ("", {}, changed((S, "SECURE_HSTS_SECONDS = 31536000", "SECURE_HSTS_SECONDS = 0")), BARE),
    "https-served": ("", {}, {N: FILES[N].replace("listen 443 ssl", "listen 443")}, BARE),
    "internal-stores": (
        "",
        {},
        changed((C, "    image: redis:8.2.1\n", "    image: redis:8.2.1\n    ports: ['6379:6379']\n")),
        BARE,
    ),
    "isolated": (
        "",
        {},
        {
            **changed((C, "  redis:\n", "  redis:\n    container_name: shop-redis\n")),
            "compose.dev.yaml": "services:\n  redis:\n    image: redis:8\n    container_name: shop-redis\n",
        },
        changed((C, "name: shop-prod\n", "")),
    ),
    "json-logs": (
        "",
        LOGGING,
        {**LOGGING, S: FILES[S] + LOGGED.replace("JsonFormatter", "Plain")},
        {**LOGGING, "shop/logging.py": None},
    ),
    "judged": ('things = ["django"]', {}, None, BARE),
    "log-format": ("", {}, changed((N, "$request $status", "$http_cookie")), BARE),
    "migrations": ("switch = true", {}, {"migrate.sh": "#!/bin/sh\npython manage.py migrate\n"}, BARE),
    "no-development-values": ("", {}, changed((E, "DEBUG=false", "DEBUG=true")), BARE),
    "production-target": ("", {}, changed((C, "target: production", "target: development")), BARE),
    "published-ports": (
        "",
        {},
        changed((C, "    image: redis:8.2.1\n", "    image: redis:8.2.1\n    ports: ['6379:6379']\n")),
        BARE,
    ),
    "routed": (
        'paths = ["/api/health/"]',
        {},
        changed((N, "    location / {\n", "    location /api/ { return 204; }\n    location / {\n")),
        {"shop/urls.py": "urlpatterns = []\n"},
    ),
    "schema-protected": ("", schema("IsAuthenticated"), schema("AllowAny"), BARE),
    "secret-key": ("", {}, changed((S, 'os.environ["SECRET_KEY"]', '"abc"')), BARE),
    "sentry": ("", {}, changed((E, "SENTRY_DSN=https://key@sentry.example/1", "SENTRY_DSN=")), BARE),
    "setting": ('name = "DEBUG", equals = false', {}, changed((E, "DEBUG=false", "DEBUG=true")), BARE),
    "ssl-redirect": ("", {}, None, {N: FILES[N].replace("listen 443 ssl", "listen 443")}),
    "stack-commands": (
        'subcommands = ["build", "up", "down"]',
        {},
        changed(("Makefile", "--profile proxy down", "down")),
        {"Makefile": None},
    ),
    "store-credentials": ("", {}, changed((C, "${POSTGRES_PASSWORD:?}", "${POSTGRES_PASSWORD:-shop}")), BARE),
    "store-tls": (
        "",
        {},
        changed((S, '"HOST": "db",', '"HOST": "db", "OPTIONS": {"sslmode": "verify-full"},')),
        BARE,
    ),
    "template-keys": ('keys = ["ALLOWED_HOSTS"]', {}, changed((E, "ALLOWED_HOSTS=shop.example\n", "")), BARE),
    "template-values": ('values = { DEBUG = "false" }', {}, changed((E, "DEBUG=false", "DEBUG=true")), BARE),
    "text-search": (
        "files = 'lighthouserc', pattern = 'webpack', what = 'x'",
        {},
        changed(("lighthouserc.js", "''", "'webpack'")),
        {"lighthouserc.js": None},
    ),
    "token-storage": (
        'mode = ["COOKIE_REFRESH_AUTH"]',
        {},
        TOKEN,
        {**TOKEN, **changed((E, "COOKIE_REFRESH_AUTH=true\n", ""))},
    ),
    "versioned-images": ("", {}, changed((C, "shop:${SHOP_VERSION:?}", "shop:latest")), BARE),
    "workflow": (
        'runs = ["pip-audit"], what = "a scan"',
        {},
        changed((W, "pip-audit -r", "echo")),
        {W: None},
    ),
    "writable-backups": ("", {}, changed((C, "backups:/backups", "backups:/backups:ro")), BARE),
}
"""Probe to options and what passes, fails (None: rules do that) and cannot be told, as changes of files."""


def test_every_probe_has_its_examples():
    assert set(CASES) == set(probe_names())


@pytest.mark.parametrize(
    ("probe", "state"),
    [
        (probe, state)
        for probe, case in CASES.items()
        for state, changes in zip((State.PASSED, State.FAILED, State.CANNOT_TELL), case[1:], strict=True)
        if changes is not None
    ],
)
def test_a_probe_answers(checked, tmp_path, probe, state):
    options, *states = CASES[probe]
    changes = states[(State.PASSED, State.FAILED, State.CANNOT_TELL).index(state)]
    done = checked(changes)
    table = f'probe = "{probe}"' + (f", {options}" if options else "")
    head = 'title = "T"\n[[phases]]\nnumber = 1\ntitle = "One"\n[[rows]]\nid = "A"\nphase = 1\nmust = "x"\n'
    plan = tmp_path / "plan.toml"
    plan.write_text(f"{head}look = [{{ {table} }}]\n")
    found = answer(
        load_plan(str(plan)).rows[0], Subject(done.repo, done.repo.production[0], done.report.findings)
    )
    assert found.state is state, found.outcome
    assert found.outcome.text
    assert found.outcome.evidence or state is not State.PASSED
