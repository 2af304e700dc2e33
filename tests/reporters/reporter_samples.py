"""One list of findings that every format is tested on, and one made of hostile names."""

from __future__ import annotations

from pathlib import Path

from confguard.finding import Confidence, Edit, Finding, Fix, Label, Severity
from confguard.reporters.result import Report, RuleInfo, StackInfo
from confguard.source import SourceFile, Span

NGINX = SourceFile(
    "deploy/nginx/default.conf.template",
    "upstream app {\n    server web:8001;\n}\nserver {\n    listen 80;\n    location / {\n        proxy_pass http://app;\n"
    "        proxy_set_header Host $host;\n    }\n    location /static/ {\n\talias /static/;\n    }\n}\n",
)
COMPOSE = SourceFile(
    "compose.yaml",
    "services:\n"
    "  web:\n"
    "    image: example/web:1.2\n"
    "    environment:\n"
    "      SECRET_KEY: hunter2-hunter2\n"
    "      NAME: 日本語 café\n"
    "    command: gunicorn app.wsgi -b 0.0.0.0:8000\n"
    "  db:\n"
    "    image: postgres\n"
    "    ports:\n"
    '      - "5432:5432"\n',
)
ENV = SourceFile(
    ".env.example", "DEBUG=true\nSECRET_KEY=change-me\nDATABASE_URL=postgres://app:s3cr3t!pw@db:5432/app\n"
)
SETTINGS = SourceFile(
    "app/settings.py",
    'import os\n\nDEBUG = os.getenv("DEBUG", "0") == "true"\n'
    'SECRET_KEY = os.environ.get("SECRET_KEY", "django-insecure-1234567890")\n',
)
SECRETS = ("hunter2", "s3cr3t", "1234567890")


def at(file: SourceFile, text: str, occurrence: int = 0) -> Span:
    """Return the span of a text's n-th occurrence in a file."""
    start = -1
    for _ in range(occurrence + 1):
        start = file.text.index(text, start + 1)
    return file.span(start, start + len(text))


def rule(name: str, family: str, severity: Severity, *tags: str) -> RuleInfo:
    return RuleInfo(
        name,
        family,
        f"Finds {name}.",
        severity,
        Confidence.HIGH,
        f"Because of *{name}*.",
        f"# {name}\n\nBecause.",
        f"https://example.org/rules/{name}",
        tags,
    )


FINDINGS = (
    Finding(
        "DEBUG is on in production",
        Label(at(ENV, "true"), "delivered here"),
        (Label(at(SETTINGS, "DEBUG"), "read here"), Label(at(COMPOSE, "web:"), "by this service")),
        ("the template is used as it is",),
        "set DEBUG=false",
        ("production",),
        ("settings", "DEBUG"),
        Severity.ERROR,
        (Fix("write false", (Edit(at(ENV, "true"), "false"),), safe=True),),
        "debug-in-production",
    ),
    Finding(
        "SECRET_KEY has a default",
        Label(at(SETTINGS, '"django-insecure-1234567890"'), "anyone can read it"),
        (Label(at(COMPOSE, "hunter2-hunter2"), "delivered here"), Label(at(ENV, "SECRET_KEY"), "")),
        ("the value is hunter2-hunter2",),
        rule="secret-key-default",
        severity=Severity.ERROR,
        address=("settings", "SECRET_KEY"),
    ),
    Finding(
        "the database is published on all interfaces",
        Label(at(COMPOSE, '"5432:5432"'), "reachable from outside"),
        (Label(at(COMPOSE, "db:\n    image: postgres\n    ports:\n"), "this service"),),
        help="publish it on 127.0.0.1, or not at all",
        stacks=("production", "test"),
        rule="published-datastore-port",
        severity=Severity.WARNING,
        address=("service", "db"),
    ),
    Finding(
        "nginx proxies to a port the service does not listen on",
        Label(at(NGINX, "web:8001"), "nothing listens on 8001"),
        (
            Label(at(NGINX, "http://app"), "used here"),
            Label(at(COMPOSE, "gunicorn"), "started here"),
            Label(at(COMPOSE, "0.0.0.0:8000"), "`web` listens on 8000"),
        ),
        rule="proxy-port",
        severity=Severity.WARNING,
        address=("upstream", "app"),
    ),
    Finding(
        "an accent",
        Label(at(COMPOSE, "café"), "after wide characters"),
        (Label(at(NGINX, "alias"), "after a tab"),),
        rule="accent",
        severity=Severity.INFO,
    ),
)

REPORT = Report(
    version="1.2.3",
    root=Path("/home/someone/project"),
    findings=FINDINGS,
    rules={
        info.name: info
        for info in (
            rule("debug-in-production", "django", Severity.ERROR, "security"),
            rule("secret-key-default", "django", Severity.ERROR, "security"),
            rule("published-datastore-port", "compose", Severity.WARNING, "security"),
            rule("proxy-port", "drift", Severity.WARNING),
            rule("quiet-rule", "env", Severity.INFO),
        )
    },
    stacks=(
        StackInfo(
            "production",
            "production",
            ("compose.yaml",),
            "Makefile:3 PGPASSWORD=opensesame docker compose up",
        ),
        StackInfo("test", "test", ("compose.yaml", "compose.test.yaml"), ""),
    ),
    files={"compose": 2, "nginx": 1, "env": 1, "django": 1},
    suppressed=1,
    hidden=2,
    notes=("no stack is known to be production; compose.yaml is treated as it",),
    seconds=0.25,
)

BAD = "\x1b[31m\r\n::error file=x::boo\n##[error]boo %0A \u202e\u2028\udc80 |`<b>*_[a](1)\x00\x9b|"
"""Terminal escapes, line breaks, workflow commands of both forms, bidi, a surrogate, Markdown and HTML."""

HOSTILE_FILE = SourceFile(f"::warning::{BAD}.yaml", f"key: '{BAD}'\r\n\tother: \u200b\u0301\n")


def hostile_report() -> Report:
    """Return a report in which every text that may come from a repository is hostile."""
    findings = tuple(
        Finding(
            f"message {BAD}",
            Label(HOSTILE_FILE.span(start, end), BAD),
            (Label(HOSTILE_FILE.span(0, len(HOSTILE_FILE.text)), BAD),),
            (BAD,),
            BAD,
            (BAD,),
            (BAD.encode(errors="replace").decode(),),
            severity,
            (Fix(BAD, (), safe=False),),
            "hostile",
        )
        for start, end, severity in ((0, 3, Severity.ERROR), (5, 40, Severity.WARNING), (7, 7, Severity.INFO))
    )
    return Report(
        version="1.2.3",
        root=Path("/x"),
        findings=findings,
        stacks=(StackInfo(BAD, "unknown", (BAD,), BAD),),
        files={"compose": 1},
        notes=(BAD,),
    )
