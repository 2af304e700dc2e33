"""What people complain about in the findings of other tools: each is a small repository here."""

from __future__ import annotations

from confguard.discover.kinds import classify
from confguard.discover.project import open_project
from tests.complaints.conftest import SHOP, WEB, shop
from tests.conftest import write_files

SNIPPET = "add_header X-Frame-Options DENY always;\n"
DATABASE = (
    "  db:\n    image: postgres:17.6\n    environment: {POSTGRES_PASSWORD: '${POSTGRES_PASSWORD:?}'}\n"
    "    volumes: ['data:/var/lib/postgresql/data']\n"
)


def test_01_headers_from_an_include_count_and_a_loss_is_told_where_it_happens(judge, report_of):
    """Headers that come from an include, or that are inherited, are said to be missing."""
    include = "include /etc/nginx/snippets/headers.conf;\n    "
    location = (
        "location /a/ { %s add_header X-A a; proxy_set_header Host $host; proxy_pass http://web:8000; }"
    )
    files = {"nginx/snippets/headers.conf": SNIPPET}
    assert not judge(shop(include + location % include) | files, "lost-security-headers")
    (found,) = [
        one
        for one in report_of(shop(include + location % "") | files).findings
        if one.rule == "lost-security-headers"
    ]
    assert found.primary.span.path == "nginx/shop.conf"
    assert "nginx/snippets/headers.conf" in {label.span.path for label in found.related}


def test_02_includes_are_looked_for_in_the_container_and_a_glob_may_match_nothing(judge):
    """Includes are resolved on the machine that lints; globs without a match crash or warn."""
    assert not judge(
        shop("include /etc/nginx/snippets/*.inc;"), "missing-container-file", "rejected-configuration"
    )
    assert judge(shop("include /etc/nginx/snippets/none.conf;"), "rejected-configuration")


def test_03_a_file_that_cannot_be_parsed_is_an_error_and_the_others_are_checked(judge):
    """`Skip unparseable block`, then `No issues found`."""
    files = shop() | {"nginx/shop.conf": "server {\n    listen 80;\n"}
    files["compose.prod.yaml"] = files["compose.prod.yaml"].replace("nginx:1.29.3", "nginx:latest")
    rules = judge(files)
    assert ("unparsable-file", "nginx/shop.conf", "error") in rules
    assert "unpinned-image" in {rule for rule, _, _ in rules}


def test_04_ports_with_variables_are_understood_or_left_alone(judge):
    """Port entries with variables crash the tool or are flagged as unbound."""
    ports = "    ports: ['%s']\nvolumes: {data: {}}\n"
    rule = "published-datastore-port"
    for text, found in (
        ("${ADDRESS:-0.0.0.0}:${PORT:-5432}:5432", True),
        ("${ADDRESS:-127.0.0.1}:${PORT:-5432}:5432", False),
        ("127.0.0.1:${PORT}:5432", False),
    ):
        files = {"compose.prod.yaml": f"services:\n{DATABASE}{ports % text}"}
        assert bool(judge(files, rule)) is found, text


def test_05_an_image_in_a_build_argument_is_looked_up(judge):
    """`tag the image` fires on `FROM $IMAGE` although the ARG has a tag."""
    files = {**SHOP, "compose.prod.yaml": f"services:\n{WEB}"}
    for base, found in (("python:3.13-slim", False), ("python", True), ("python@sha256:" + "0" * 64, False)):
        dockerfile = f"ARG IMAGE={base}\nFROM ${{IMAGE}}\nCOPY . /app\n"
        assert bool(judge(files | {"backend/Dockerfile": dockerfile}, "unpinned-image")) is found, base
    unknown = "ARG IMAGE\nFROM ${IMAGE}\nCOPY . /app\n"
    assert not judge(files | {"backend/Dockerfile": unknown}, "unpinned-image")


def test_06_a_secret_is_known_by_its_value_and_not_by_its_name(judge):
    """References to secret files, required variables and empty templates are taken for secrets."""
    database = DATABASE.replace(
        "{POSTGRES_PASSWORD: '${POSTGRES_PASSWORD:?}'}", "{POSTGRES_PASSWORD_FILE: /run/secrets/password}"
    )
    files = {
        "compose.prod.yaml": f"services:\n{database}    secrets: [password]\nvolumes: {{data: {{}}}}\n"
        "secrets: {password: {file: ./password.txt}}\n",
        ".env.production.example": "API_PASSWORD=\nDB_SECRET=change-me\nTOKEN_FILE=/run/secrets/token\n",
        "scripts/reset-password.sh": "#!/bin/sh\necho done\n",
    }
    rules = {rule for rule, _, _ in judge(files)}
    assert not rules & {"live-secret-in-template", "default-password", "readable-secret", "tracked-env-file"}


def test_07_a_compose_file_needs_no_version_and_no_usual_name(tmp_path):
    """Compose files without the obsolete `version` are not recognised."""
    text = "services:\n  web:\n    image: nginx:1.29.3\n"
    root = write_files(tmp_path, {"compose.yaml": text, "deploy/stack.yml": text})
    kinds = {file.path: (file.kind.value, file.why) for file in classify(open_project(root))}
    assert kinds == {
        "compose.yaml": ("compose", "top-level services: with image or build"),
        "deploy/stack.yml": ("compose", "top-level services: with image or build"),
    }


def test_08_a_key_of_a_newer_compose_is_no_error(judge):
    """The bundled schema is behind, and a new key is reported as an error."""
    text = (
        "services:\n  web:\n    image: ghcr.io/acme/web:1.2\n    brand_new_key: 1\nx-own: 1\nbrand_new: {}\n"
    )
    assert all(severity == "info" for _, _, severity in judge({"compose.prod.yaml": text}))


def test_09_files_are_judged_as_the_stack_that_they_make(report_of):
    """Each file is linted alone; overrides and merges are ignored."""
    base = f"services:\n{DATABASE}    ports: ['5432:5432']\nvolumes: {{data: {{}}}}\n"
    command = "deploy:\n\tdocker compose -f compose.yaml -f compose.prod.yaml up -d\n"
    mended = "services:\n  db:\n    ports: !reset []\n"
    ineffective = "services:\n  db:\n    ports: []\n"
    for overlay, found in ((mended, False), (ineffective, True)):
        files = {"compose.yaml": base, "compose.prod.yaml": overlay, "Makefile": command}
        findings = [one for one in report_of(files).findings if one.rule == "published-datastore-port"]
        assert bool(findings) is found
        assert all(one.stacks == ("compose.yaml + compose.prod.yaml",) for one in findings)


def test_10_what_programs_read_differently_is_told(report_of):
    """Parsers of env files disagree on quotes, dollars and comments."""
    compose = "services:\n  web:\n    image: ghcr.io/acme/web:1.2\n    env_file: .env\n"
    for line, path, rule in (
        ("MODE;LIVE=1", ".env.example", "malformed-line"),
        ("PEPPER=x7$kQ2vTe", ".env", "expanded-dollar"),
    ):
        found = report_of({"compose.prod.yaml": compose, path: f"MODE=live\n{line}\nA=1\n"}, select=(rule,))
        assert [str(one.primary.span)[: len(path) + 2] for one in found.findings] == [f"{path}:2"]


TEMPLATE = (
    "services:\n  proxy:\n    image: nginx:1.29.3\n    ports: ['80:80']\n"
    "    environment: {PORT: '80', host: a}\n"
    "    volumes: ['./nginx/t.template:/etc/nginx/templates/default.conf.template:ro']\n"
)


def test_11_templates_of_the_nginx_image_have_plain_variables_only(judge):
    """`${PORT:-8080}` does not work in templates; names of nginx's variables collide with the environment."""
    default = "server {\n    listen ${PORT:-8080};\n    client_max_body_size 1m;\n}\n"
    files = {"compose.prod.yaml": TEMPLATE, "nginx/t.template": default}
    assert "error" in {severity for _, path, severity in judge(files) if path == "nginx/t.template"}
    collision = "server {\n    listen ${PORT};\n    set $host a;\n    return 200 $host;\n}\n"
    found = judge({"compose.prod.yaml": TEMPLATE, "nginx/t.template": collision}, "substituted-variable")
    assert [severity for _, _, severity in found] == ["error"]


HSTS = 'add_header Strict-Transport-Security "max-age=31536000" always;'


def test_12_a_header_is_judged_over_both_layers(judge):
    """`check --deploy` asks Django for what the proxy does."""
    rules = ("weak-hsts", "conflicting-header", "duplicated-header")
    assert [rule for rule, _, _ in judge(shop(), *rules)] == ["weak-hsts"]
    assert not judge(shop(HSTS), *rules)
    django = "SECURE_HSTS_SECONDS = 31536000\n"
    assert not judge(shop("", django), *rules)
    assert [rule for rule, _, _ in judge(shop(HSTS, "SECURE_HSTS_SECONDS = 60\n"), *rules)] == [
        "conflicting-header"
    ]


def test_13_a_variable_that_nothing_sets_is_told_with_its_place(report_of):
    """An unset variable becomes an empty string with a warning that nobody reads."""
    settings = "import os\nDEBUG = False\nDATABASE = os.environ['DATABASE_URL']\nROOT_URLCONF = 'shop.urls'\n"
    files = {**SHOP, "compose.prod.yaml": f"services:\n{WEB}", "backend/shop/settings.py": settings}
    files[".env.production.example"] = "OTHER=1\n"
    (found,) = [one for one in report_of(files).findings if one.rule == "undelivered-variable"]
    assert "DATABASE_URL" in found.message
    assert "backend/shop/settings.py" in {label.span.path for label in found.labels}


def test_14_the_missing_key_is_added_to_the_template_without_a_value(tmp_path):
    """Compare two env files, and then add the missing keys."""
    from confguard.config import Settings
    from confguard.run.fixing import fix

    settings = "import os\nDEBUG = False\nAPI = os.environ['API_TOKEN']\nROOT_URLCONF = 'shop.urls'\n"
    files = {
        **SHOP,
        "compose.prod.yaml": f"services:\n{WEB}    env_file: [.env]\n",
        "backend/shop/settings.py": settings,
        ".env.production.example": "# the shop\nOTHER=1  # why\n",
    }
    root = write_files(tmp_path, files)
    assert not fix(root, Settings()).changes, "an empty value may start what refused to start without one"
    fixed = fix(root, Settings(), unsafe=True)
    before, after = fixed.changes[".env.production.example"]
    assert after.startswith(before)
    assert "API_TOKEN=" in after
