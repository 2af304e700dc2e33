"""Edits of Compose files: ports, conditions, variables and overlays, as they are written."""

from dataclasses import replace

import pytest

from confguard.config import Settings
from confguard.fixes import compose
from confguard.fixes.edits import apply
from confguard.run import check
from confguard.source import SourceFile


@pytest.fixture
def services(repository):
    """Return a function that gives the services of a Compose file, and of overlays by their name."""

    def read(text, **overlays):
        named = {f"compose.{name}.yaml": overlay for name, overlay in overlays.items()}
        root = repository({"compose.yaml": text, **named})
        return max((one.services for one in check(root, Settings()).repo.deployments), key=len)

    return read


@pytest.fixture
def edited(services):
    """Return a function that edits the service web of a Compose file and returns the file's new text."""
    return lambda text, make: new_text(make(services(text)["web"]))


def new_text(edit):
    return None if edit is None else apply([edit])[edit.span.file]


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ('- "5432:5432"', '- "127.0.0.1:5432:5432"'),
        ("- 5432:5432/tcp  # why", "- 127.0.0.1:5432:5432/tcp  # why"),
        ("- '0.0.0.0:5432:5432'", "- '127.0.0.1:5432:5432'"),
        ('- "[::]:5432:5432"', '- "127.0.0.1:5432:5432"'),
        ("- ${PORT:-5432}:5432", "- 127.0.0.1:${PORT:-5432}:5432"),
        ('- "5432"', '- "127.0.0.1::5432"'),
        ("- 5432", "- 127.0.0.1::5432"),
        (
            "- target: 5432\n        published: 5432",
            "- host_ip: 127.0.0.1\n        target: 5432\n        published: 5432",
        ),
        ("- {target: 5432, published: 5432}", "- {target: 5432, published: 5432, host_ip: 127.0.0.1}"),
        (
            "- target: 5432\n        host_ip: 0.0.0.0\n        published: 5432",
            "- target: 5432\n        host_ip: 127.0.0.1\n        published: 5432",
        ),
    ],
)
def test_a_port_is_published_on_loopback_as_it_is_written(edited, written, wanted):
    text = f"services:\n  web:\n    image: a:1\n    ports:\n      {written}\n"
    expected = None if wanted is None else text.replace(written, wanted)
    assert (
        edited(text, lambda service: compose.on_loopback(service.ports[0]) if service.ports else None)
        == expected
    )


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("image: a:1\n", "image: a:1\n    environment:\n      A: ${A}\n      B: ${B}\n"),
        ("environment:\n      C: x\n", "environment:\n      C: x\n      A: ${A}\n      B: ${B}\n"),
        (
            "environment:\n      - C=x # why\n",
            "environment:\n      - C=x # why\n      - A=${A}\n      - B=${B}\n",
        ),
        ("environment: {C: x}\n", 'environment: {C: x, A: "${A}", B: "${B}"}\n'),
        ('environment: ["C=x"]\n', 'environment: ["C=x", "A=${A}", "B=${B}"]\n'),
        ("environment: *shared\n", None),
        ("environment: &own\n      C: x\n", None),
        ("environment:\n      A: x\n", None),
        (
            "environment:\n      <<: *shared\n      C: x\n",
            "environment:\n      <<: *shared\n      C: x\n      A: ${A}\n      B: ${B}\n",
        ),
    ],
)
def test_variables_are_passed_on_in_the_style_of_the_environment(edited, written, wanted):
    before = "x-shared: &shared\n  D: y\nservices:\n  web:\n    build: .\n    "
    expected = None if wanted is None else before + wanted
    assert edited(before + written, lambda service: compose.pass_on(service, ["A", "B"])) == expected


@pytest.mark.parametrize(
    ("written", "condition", "wanted"),
    [
        ("image: b:1", "service_started", "image: b:1\n    depends_on:\n      - db"),
        (
            "image: b:1",
            "service_healthy",
            "image: b:1\n    depends_on:\n      db:\n        condition: service_healthy",
        ),
        ("depends_on: [mq]", "service_started", "depends_on: [mq, db]"),
        ("depends_on: [mq]", "service_healthy", None),
        ("depends_on:\n      - mq", "service_started", "depends_on:\n      - mq\n      - db"),
        (
            "depends_on:\n      mq:\n        condition: service_started",
            "service_healthy",
            "depends_on:\n      mq:\n        condition: service_started\n      db:\n"
            "        condition: service_healthy",
        ),
        (
            "depends_on: {mq: {condition: service_started}}",
            "service_healthy",
            "depends_on: {mq: {condition: service_started}, db: {condition: service_healthy}}",
        ),
    ],
)
def test_a_service_is_let_wait_for_another_one(services, written, condition, wanted):
    text = f"services:\n  db: {{image: a:1}}\n  mq: {{image: a:1}}\n  web:\n    build: .\n    {written}\n"
    expected = None if wanted is None else text.replace(written, wanted)
    found = services(text)
    assert new_text(compose.depend_on(found["web"], [found["db"]], condition)) == expected


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (
            "depends_on:\n      - db # first\n      # then\n      - mq\n",
            "depends_on:\n      db: # first\n        condition: service_healthy\n      # then\n      mq:\n"
            "        condition: service_started\n",
        ),
        (
            "depends_on:\n      db: {condition: service_started}\n",
            "depends_on:\n      db: {condition: service_healthy}\n",
        ),
        ("depends_on: [db]\n", None),
    ],
)
def test_another_condition_is_written(edited, written, wanted):
    text = f"services:\n  db: {{image: a:1}}\n  mq: {{image: a:1}}\n  web:\n    image: a:1\n    {written}"
    expected = None if wanted is None else text.replace(written, wanted)

    def make(service):
        own = next(one for one in service.depends_on if one.service == "db")
        return compose.set_condition(own.span, "service_healthy")

    assert edited(text, make) == expected


def test_a_service_that_others_merge_is_not_given_a_profile(edited):
    shared = "services:\n  web: &web\n    image: a:1\n  other:\n    <<: *web\n"
    assert edited(shared, lambda service: compose.add_profile(service, "proxy")) is None
    alone = "services:\n  web:\n    image: a:1\n"
    assert (
        edited(alone, lambda service: compose.add_profile(service, "proxy"))
        == alone + '    profiles: ["proxy"]\n'
    )


def test_keys_of_overlays_are_tagged():
    file = SourceFile("compose.prod.yaml", "services:\n  web:\n    ports: []\n    volumes:\n      - a:/b\n")
    ports, volumes = (file.span(file.text.index(key)) for key in ("ports", "volumes"))
    edits = [compose.reset(ports), compose.override(volumes)]
    text = apply(edits)[file]
    assert "    ports: !reset []\n    volumes: !override\n      - a:/b\n" in text


def test_no_service_is_let_wait_for_one_that_other_stacks_may_lack(services):
    def waiting(text, **overlays):
        found = services(text, **overlays)
        return compose.depend_on(found["web"], [found["db"]])

    plain = "services:\n  web:\n    image: a:1\n"
    assert waiting(plain + "  db: {image: a:1}\n") is not None
    assert waiting(plain, override="services:\n  db: {image: a:1}\n") is None
    database = services(plain + "  db: {image: a:1}\n")["db"]
    web = services(plain + "  db: {image: a:1}\n")["web"]
    assert compose.depend_on(web, [replace(database, profiles=("debug",))]) is None


def test_variables_are_a_list_where_other_services_of_the_file_have_lists(repository):
    text = "services:\n  web:\n    build: .\n  other:\n    build: .\n    environment:\n      - Z=1\n"
    root = repository({"compose.yaml": text, "Dockerfile": "FROM python:3.13\n"})
    service = check(root, Settings()).repo.deployments[0].services["web"]
    lines = "    environment:\n      - A=${A}\n  other"
    assert new_text(compose.pass_on(service, ["A"])) == text.replace("  other", lines)
