"""The looks that earn a row its pass, each on repositories that pass, fail and cannot be told."""

from __future__ import annotations

import pytest

from confguard.readiness import State
from tests.readiness.conftest import FILES

ROW = '[[rows]]\nid = "A"\nphase = 1\nmust = "x"\n'
WORKFLOW = ".github/workflows/ci.yml"
STEPS = (
    "on: push\njobs:\n  check:\n    steps:\n      - uses: actions/checkout@v5\n{step}      - run: echo done\n"
)


@pytest.fixture
def look(answers_of):
    def call(probe, options="", changes=None):
        table = f'probe = "{probe}"' + (f", {options}" if options else "")
        answer = answers_of(f"{ROW}look = [{{ {table} }}]\n", changes)["A"]
        return answer.state, answer.outcome

    return call


@pytest.mark.parametrize(
    ("step", "state"),
    [
        ("      - name: scan\n        run: pip-audit -r requirements.txt\n", State.PASSED),
        ("      - run: |\n          pip-audit\n", State.PASSED),
        ("      - run: pip-audit || true\n", State.FAILED),
        ("      - run: pip-audit\n        continue-on-error: true\n", State.FAILED),
        ("      # - run: pip-audit\n", State.FAILED),
        ("      - run: pytest\n", State.FAILED),
    ],
)
def test_a_workflow_counts_where_its_step_can_fail(look, step, state):
    options = 'runs = ["pip-audit"], what = "a security scan"'
    found, outcome = look("workflow", options, {WORKFLOW: STEPS.format(step=step)})
    assert found is state, outcome


def test_without_workflows_nothing_can_be_told(look):
    assert look("workflow", 'runs = ["x"], what = "x"')[0] is State.CANNOT_TELL


@pytest.mark.parametrize(
    ("text", "headings", "state"),
    [
        ("# Runbook\n\n## Restore drill\n\nDo it.\n", "true", State.PASSED),
        ("Restore drill\n-------------\n", "false", State.PASSED),
        ("# Runbook\n\nA restore drill is planned.\n", "true", State.CANNOT_TELL),
        ("# Runbook\n", "false", State.CANNOT_TELL),
    ],
)
def test_a_topic_is_looked_for_in_documents(look, text, headings, state):
    options = f'topics = {{ drill = "restore drill" }}, what = "a restore drill", headings = {headings}'
    found, outcome = look("documented", options, {"docs/runbook.md": text})
    assert found is state, outcome


@pytest.mark.parametrize(
    ("profiles", "state"), [("    profiles: [proxy]\n", State.PASSED), ("", State.FAILED)]
)
def test_the_proxy_is_gated_by_a_profile(look, profiles, state):
    compose = FILES["compose.prod.yaml"].replace("    profiles: [proxy]\n", profiles)
    found, outcome = look("gated-proxy", "", {"compose.prod.yaml": compose})
    assert found is state, outcome
    assert outcome.evidence[0].span.path == "compose.prod.yaml"


def test_the_template_that_stands_in_is_the_evidence(look):
    state, outcome = look("env-template")
    assert state is State.PASSED
    assert [(one.span.path, one.text) for one in outcome.evidence] == [(".env.example", "stands in for .env")]


def test_a_stack_that_no_env_file_feeds_has_no_template(look):
    compose = "services:\n  web:\n    image: acme/web:1.2\n    env_file: production.env\n"
    files = {"compose.prod.yaml": compose, ".env.example": None}
    assert look("env-template", "", files)[0] is State.FAILED
    files["compose.prod.yaml"] = compose.replace("    env_file: production.env\n", "")
    assert look("env-template", "", files)[0] is State.CANNOT_TELL


@pytest.mark.parametrize(
    ("ports", "state"),
    [
        ({"proxy": "80:80"}, State.PASSED),
        ({"proxy": "80:80", "web": "127.0.0.1:8000:8000"}, State.PASSED),
        ({"proxy": "80:80", "web": "8000:8000"}, State.FAILED),
        ({"db": "5432:5432"}, State.FAILED),
        ({}, State.PASSED),
    ],
)
def test_only_the_proxy_publishes_ports(look, ports, state):
    services = {
        "proxy": "image: nginx:1.29.3\n    volumes: ['./nginx.conf:/etc/nginx/conf.d/default.conf:ro']",
        "web": "image: acme/web:1.0\n    command: gunicorn shop.wsgi",
        "db": "image: postgres:17.6",
    }
    compose = "services:\n"
    for name, text in services.items():
        compose += f"  {name}:\n    {text}\n"
        compose += f"    ports: ['{ports[name]}']\n" if name in ports else ""
    found, outcome = look("published-ports", "", {"compose.prod.yaml": compose})
    assert found is state, outcome


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("os.environ['SECRET_KEY']", State.PASSED),
        ("os.environ.get('SECRET_KEY', get_random_secret_key())", State.CANNOT_TELL),
    ],
)
def test_a_key_that_is_made_up_at_each_start_is_no_key(look, code, state):
    settings = FILES["shop/settings.py"].replace("os.environ['SECRET_KEY']", code)
    settings = "from django.core.management.utils import get_random_secret_key\n" + settings
    env = FILES[".env.example"].replace("SECRET_KEY=change-me\n", "")
    changes = {"shop/settings.py": settings + "KEY = os.environ.get('AWS_SECRET_ACCESS_KEY')\n"}
    found, outcome = look("secret-key", "", {**changes, ".env.example": env})
    assert found is state, outcome


STACK = (
    "on: push\njobs:\n  e2e:\n    steps:\n      - run: cp .env.example .env\n"
    "      - run: docker compose -f compose.prod.yaml up -d db web\n"
    "      - run: docker compose exec {service} npx playwright test\n"
)


@pytest.mark.parametrize(
    ("service", "env", "said"),
    [
        ("web", "POSTGRES_PASSWORD=x\n", ""),
        ("front", "POSTGRES_PASSWORD=x\n", "service front is not started"),
        ("web", "", "gets no password"),
    ],
)
def test_a_step_that_cannot_run_shows_nothing(look, service, env, said):
    compose = (
        "services:\n  web:\n    image: acme/web:1\n  front:\n    image: acme/front:1\n"
        "  db:\n    image: postgres:17.6\n    environment:\n      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}\n"
    )
    changes = {"compose.prod.yaml": compose, ".env.example": f"A=1\n{env}"}
    changes[WORKFLOW] = STACK.format(service=service)
    found, outcome = look("workflow", 'runs = ["playwright"], what = "end-to-end tests"', changes)
    assert (found, said in outcome.text) == (State.FAILED if said else State.PASSED, True), outcome


def test_a_location_for_health_has_to_lead_to_a_route(look):
    nginx = (
        "server {\n    listen 80;\n    location / { proxy_pass http://web:8000; }\n"
        "    location /health { proxy_pass http://web:8000/api/health/; }\n}\n"
    )
    urls = (
        "from django.urls import path\nfrom shop import views\n"
        "urlpatterns = [path('api/health/', views.health)]\n"
    )
    compose = FILES["compose.prod.yaml"] + "    ports: ['80:80']\n"
    changes = {"compose.prod.yaml": compose, "nginx.conf": nginx, "shop/urls.py": urls}
    changes["shop/views.py"] = "def health(request):\n    pass\n"
    options = "paths = ['/api/health/'], named = '/health'"
    found, outcome = look("routed", options, changes)
    assert (found, "/api/health//" in outcome.text) == (State.FAILED, True), outcome


SCHEMA = (
    "from django.conf import settings\nfrom django.urls import path\n"
    "from drf_spectacular.views import SpectacularAPIView\nurlpatterns = []\n"
)


@pytest.mark.parametrize(
    ("routes", "state"),
    [
        ("if settings.DEBUG:\n    urlpatterns += [path('s/', SpectacularAPIView.as_view())]\n", State.PASSED),
        ("urlpatterns += [path('s/', SpectacularAPIView.as_view())]\n", State.FAILED),
        (
            "class Own(SpectacularAPIView):\n    pass\nurlpatterns += [path('s/', Own.as_view())]\n",
            State.FAILED,
        ),
        ("urlpatterns += [path('s/', open('x').read())]\n", State.CANNOT_TELL),
    ],
)
def test_a_schema_that_no_route_leads_to_is_open_to_nobody(look, routes, state):
    settings = FILES["shop/settings.py"].replace(
        "INSTALLED_APPS = []", "INSTALLED_APPS = ['drf_spectacular']"
    )
    changes = {"shop/settings.py": settings, "shop/urls.py": SCHEMA + routes}
    found, outcome = look("schema-protected", "", changes)
    assert found is state, outcome


def test_what_nothing_needs_takes_nothing_away_and_shows_nothing(answers_of):
    both = "look = [{ probe = 'workflow', runs = ['pytest'], what = 'tests' }, {options}]\n"
    front = "{ probe = 'workflow', runs = ['vitest'], what = 'front', needs = '\"react\"' }"
    changes = {WORKFLOW: STEPS.format(step="      - run: pytest\n")}
    answer = answers_of(ROW + both.replace("{options}", front), changes)["A"]
    assert (answer.state, answer.outcome.text) == (State.PASSED, "tests")
    assert answers_of(f"{ROW}look = [{front}]\n", changes)["A"].state is State.CANNOT_TELL


def test_findings_do_not_fail_a_row_that_is_settled(answers_of):
    settings = FILES["shop/settings.py"] + "SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\n"
    nginx = FILES["nginx.conf"].replace(
        "proxy_pass http://web:8000;",
        "proxy_pass http://web:8000; proxy_set_header X-Forwarded-Proto http;",
    )
    rules = 'rules = ["lost-forwarded-proto", "ssl-redirect-loop"]\nlook = [{ probe = "ssl-redirect" }]\n'
    compose = FILES["compose.prod.yaml"] + "    ports: ['80:80']\n"
    changes = {"compose.prod.yaml": compose, "nginx.conf": nginx}
    off = answers_of(ROW + rules, {**changes, "shop/settings.py": settings})["A"]
    assert (off.state, off.findings) == (State.PASSED, ())
    settings += "SECURE_SSL_REDIRECT = True\nMIDDLEWARE = ['django.middleware.security.SecurityMiddleware']\n"
    on = answers_of(ROW + rules, {**changes, "shop/settings.py": settings})["A"]
    assert on.state is State.FAILED


@pytest.mark.parametrize(
    ("changes", "told", "state"),
    [
        ({}, "Your own nginx on the host passes requests on.\n", State.FAILED),
        ({}, "Start it.\n", State.CANNOT_TELL),
        ({"ports": "['8000:8000']"}, "Put it behind an existing reverse proxy.\n", State.CANNOT_TELL),
        ({"networks": "[edge]"}, "Put it behind an existing reverse proxy.\n", State.PASSED),
    ],
)
def test_a_proxy_outside_of_the_stack_has_to_reach_the_applications(look, changes, told, state):
    compose = "services:\n  web:\n    image: acme/web:1.0\n    command: gunicorn shop.wsgi\n"
    compose += "".join(f"    {key}: {text}\n" for key, text in changes.items())
    compose += "networks:\n  edge: {external: true}\n"
    found, outcome = look(
        "external-proxy", "ports = false", {"compose.prod.yaml": compose, "README.md": f"# Run\n\n{told}"}
    )
    assert found is state, outcome


def test_a_gated_proxy_leaves_the_proxy_outside_nothing_to_reach(look):
    told = {"README.md": "# Run\n\nWith your own reverse proxy leave the profile out.\n"}
    assert look("external-proxy", "ports = false", told)[0] is State.FAILED


def test_hsts_over_https_that_nothing_speaks_is_not_told(look):
    settings = FILES["shop/settings.py"].replace(
        "MIDDLEWARE = []", "MIDDLEWARE = ['django.middleware.security.SecurityMiddleware']"
    )
    changes = {"shop/settings.py": settings + "SECURE_HSTS_SECONDS = 60\n", "nginx.conf": None}
    changes["compose.prod.yaml"] = "services:\n  web:\n    build: .\n    env_file: .env\n"
    found, outcome = look("hsts", "", changes)
    assert (found, "nothing in the stack speaks" in outcome.text) == (State.CANNOT_TELL, True), outcome


def test_an_empty_setting_may_be_right(look):
    settings = FILES["shop/settings.py"] + "CSRF_TRUSTED_ORIGINS = []\n"
    options = 'name = "CSRF_TRUSTED_ORIGINS", truthy = true'
    assert look("setting", options, {"shop/settings.py": settings})[0] is State.FAILED
    found, outcome = look("setting", f'{options}, empty = "or not"', {"shop/settings.py": settings})
    assert (found, outcome.text.endswith("in service web: or not")) == (State.CANNOT_TELL, True), outcome


def test_a_key_that_compose_sets_itself_is_not_missing_in_the_template(look):
    settings = FILES["shop/settings.py"] + "BROKER = os.environ.get('REDIS_URL', 'redis://localhost')\n"
    compose = FILES["compose.prod.yaml"].replace(
        "    env_file: .env\n", "    env_file: .env\n    environment: [REDIS_URL=redis://redis]\n"
    )
    options = 'keys = ["SECRET_KEY", "REDIS_URL"]'
    changes = {"shop/settings.py": settings}
    assert look("template-keys", options, changes)[0] is State.FAILED
    assert look("template-keys", options, {**changes, "compose.prod.yaml": compose})[0] is State.PASSED


def test_an_nginx_beside_the_application_is_its_proxy(look):
    files = {
        "Dockerfile": "FROM python:3.13.1\nRUN apt-get install -y nginx\nWORKDIR /app\nCOPY . .\n"
        "COPY nginx.conf /app/etc/nginx.conf\nCOPY start.sh /start.sh\nCMD /start.sh\n",
        "start.sh": "#!/bin/sh\nnginx -c /app/etc/nginx.conf\n"
        "exec gunicorn shop.wsgi -b unix:/tmp/app.sock\n",
        "nginx.conf": "events {}\nhttp {\n  include /usr/share/nginx/modules/*.conf;\n"
        "  upstream app { server unix:///tmp/app.sock; }\n"
        "  server { listen 8080; client_max_body_size 5m; location / { proxy_pass http://app; } }\n}\n",
        "tests/proxy.conf": "server { listen 80; location / { proxy_pass http://web:8080; } }\n",
        "compose.prod.yaml": "services:\n  web:\n    build: .\n    env_file: .env\n    ports: ['80:8080']\n"
        "  proxy:\n    image: nginx:1.29.3\n    ports: ['81:80']\n"
        "    volumes: ['./tests/proxy.conf:/etc/nginx/conf.d/default.conf:ro']\n",
    }
    state, outcome = look("published-ports", "", files)
    assert (state, outcome.text) == (State.FAILED, "ports are published by proxy")
    state, outcome = look("body-limits", "routes = { '/a/' = '5m' }", files)
    assert (state, outcome.evidence[0].span.path) == (State.PASSED, "nginx.conf"), outcome
    state, outcome = look("gated-proxy", "", files)
    assert (state, outcome.text) == (State.FAILED, "web, proxy run without any profile")
    state, outcome = look("header-once", "name = 'X-Frame-Options', required = false", files)
    assert outcome.evidence[0].span.path == "nginx.conf", outcome


def test_a_heading_tells_more_than_a_word_beside(look):
    text = "# Shop\n\nCopy it by git or by a backup restore.\n\n## Restore drill\n\nDo it.\n"
    state, outcome = look("documented", 'topics = { drill = "restore" }, what = "x"', {"README.md": text})
    assert (state, [one.span.line for one in outcome.evidence]) == (State.PASSED, [5])
