"""Secret values are hidden in every shape that repositories write them in; names and references stay."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confguard.reporters.secret_context import LONGEST_LINE
from confguard.reporters.secret_values import is_secret_name
from confguard.reporters.secrets import apply_mask, line_secrets, mask_prose, mask_secrets
from confguard.source import SourceFile

DIGEST = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # env files
        ("SECRET_KEY=abc def", "SECRET_KEY=•••"),
        ("export DB_PASSWORD='it is' # note", "export DB_PASSWORD='•••' # note"),
        ("# API_KEY=abc", "# API_KEY=•••"),
        ("TOKEN=abc # note", "TOKEN=••• # note"),
        ('PASSWORD="a \\" b" # c', 'PASSWORD="•••" # c'),
        ("SENTRY_DSN=https://abc@o1.ingest.sentry.io/1", "SENTRY_DSN=•••"),
        ("DATABASE_URL=postgres://u:p@ss@db:5432/x", "DATABASE_URL=postgres://u:•••@db:5432/x"),
        ("CELERY_BROKER_URL=redis://:pw@redis:6379/0", "CELERY_BROKER_URL=redis://:•••@redis:6379/0"),
        ("SECRET_KEY=pa$word{x}y", "SECRET_KEY=•••"),
        ("Authorization=Basic b3RlbDpzdXBlcg==", "Authorization=Basic •••"),
        ("K: ${LIVE_SECRET_KEY:-2FiJk1U2aiVPEQtzLehYGlTSnTnrs7LW}", "K: ${LIVE_SECRET_KEY:-•••}"),
        ("SECRET_KEY=changeme123", "SECRET_KEY=changeme•••"),
        ("SECRET_KEY=django-insecure-x$%y", "SECRET_KEY=django-insecure-•••"),
        ("ANYTHING=AKIAIOSFODNN7EXAMPLE", "ANYTHING=•••"),
        ("ANYTHING=ghp_0123456789abcdefghijABCD", "ANYTHING=•••"),
        ("ANYTHING=s3cr3tAAbbCCdd99887766554433221100xyz", "ANYTHING=•••"),
        (f"ANYTHING={DIGEST}", "ANYTHING=•••"),
        # YAML
        ("  SECRET_KEY: abc", "  SECRET_KEY: •••"),
        ("  SECRET_KEY: ${SECRET_KEY:-abcd}", "  SECRET_KEY: ${SECRET_KEY:-•••}"),
        ("  SECRET_KEY: ${SECRET_KEY:-${OTHER:-abcd}}", "  SECRET_KEY: ${SECRET_KEY:-${OTHER:-•••}}"),
        ("  X: a${DB_PASSWORD:-abcd}b", "  X: a${DB_PASSWORD:-•••}b"),
        ("- POSTGRES_PASSWORD=postgres", "- POSTGRES_PASSWORD=•••"),
        ('- "PASSWORD=a b"', '- "PASSWORD=•••"'),
        ("{PASSWORD: x, HOST: y}", "{PASSWORD: •••, HOST: y}"),
        ("PASSWORD: 'it''s'", "PASSWORD: '•••'"),
        ("URL: postgres://u:${PW:-post}@db/x", "URL: postgres://u:${PW:-•••}@db/x"),
        ("command: redis-server --requirepass foo", "command: redis-server --requirepass •••"),
        ('["redis-server", "--requirepass", "abc"]', '["redis-server", "--requirepass", "•••"]'),
        (
            "test: ['CMD', 'redis-cli', '-a', 'foo', 'ping']",
            "test: ['CMD', 'redis-cli', '-a', '•••', 'ping']",
        ),
        ("test: mysqladmin ping -proot", "test: mysqladmin ping -p•••"),
        ("run: curl -u me:abc https://x", "run: curl -u me:••• https://x"),
        # Dockerfile, nginx
        ("ENV SECRET_KEY abc", "ENV SECRET_KEY •••"),
        ("ENV DEBUG=1 SECRET_KEY=abc", "ENV DEBUG=1 SECRET_KEY=•••"),
        (
            'proxy_set_header Authorization "Basic dXNlcjpwYXNz";',
            'proxy_set_header Authorization "Basic •••";',
        ),
        ("proxy_set_header X-Api-Key abc;", "proxy_set_header X-Api-Key •••;"),
        ("secure_link_secret abc;", "secure_link_secret •••;"),
    ],
)
def test_the_value_is_hidden(line, expected):
    assert mask_secrets(line, "any.yaml") == expected


@pytest.mark.parametrize(
    "line",
    [
        "SECRET_KEY=",
        "SECRET_KEY=change-me-in-production",
        "SECRET_KEY=<your-secret-key>",
        "SECRET_KEY=your-secret-key-here",
        "  SECRET_KEY: ${SECRET_KEY}",
        "  SECRET_KEY: $SECRET_KEY",
        "  SECRET_KEY: ${SECRET_KEY:?set it}",
        "  SECRET_KEY: ${SECRET_KEY:-}",
        "TOKEN_TTL=3600",
        "SESSION_COOKIE_SECURE=True",
        "PASSWORD_RESET_TIMEOUT=1",
        "POSTGRES_PASSWORD_FILE: /run/secrets/x",
        "  file: ./secrets/db_password.txt",
        "secrets: [db_password]",
        "server_tokens off;",
        "ssl_certificate_key /etc/ssl/x.key;",
        "- token-service:8000",
        "http://token-service:8000/",
        f"image: a@sha256:{DIGEST}",
        f"uses: actions/checkout@{DIGEST[:40]}",
        "alias /usr/share/nginx/html/assets/Main2/Component3/static;",
        "proxy_pass http://web:8000/@x;",
        "DATABASE_URL=postgres://u:${DB_PASSWORD}@db/x",
        "SECRET=your-nextauth-secret-generate-with-openssl-rand-base64-32",
        "RUN adduser --disabled-password --gecos '' appuser",
    ],
)
def test_what_is_no_secret_stays(line):
    assert mask_secrets(line, "any.yaml") == line


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('SECRET_KEY = "abc"', 'SECRET_KEY = "•••"'),
        ('K = os.environ.get("SECRET_KEY", "abc")', 'K = os.environ.get("SECRET_KEY", "•••")'),
        ("K = config('SECRET_KEY', default='abc')", "K = config('SECRET_KEY', default='•••')"),
        ('SECRET_KEY = env("SECRET_KEY")', 'SECRET_KEY = env("SECRET_KEY")'),
        ('os.environ["SECRET_KEY"] = "abc"', 'os.environ["SECRET_KEY"] = "•••"'),
        ('  "PASSWORD": "abc", "HOST": "db"', '  "PASSWORD": "•••", "HOST": "db"'),
        ('DEBUG = env("DEBUG", "abc")', 'DEBUG = env("DEBUG", "abc")'),
        ('X = "django-insecure-abc"', 'X = "django-insecure-•••"'),
        ('SECRET_KEY = "8y!)$0t7yq2+65%(a)s"', 'SECRET_KEY = "•••"'),
        ('K = Value(None, environ_name="SENTRY_DSN")', 'K = Value(None, environ_name="SENTRY_DSN")'),
        (
            '"TOKEN_MODEL": "a.b.Token", "token_create": "20/min"',
            '"TOKEN_MODEL": "a.b.Token", "token_create": "20/min"',
        ),
        ('P = get_secret("DB_NAME", "shop")', 'P = get_secret("DB_NAME", "shop")'),
        ('P = get_secret("DB_PASSWORD", "abc")', 'P = get_secret("DB_PASSWORD", "•••")'),
        ('set_password("abc")', 'set_password("•••")'),
        ('U = "redis://:abc@redis"', 'U = "redis://:•••@redis"'),
        (
            'V = ["django.contrib.auth.password_validation.X"]',
            'V = ["django.contrib.auth.password_validation.X"]',
        ),
        ('AUTH_PASSWORD_VALIDATORS = ["a.B"]', 'AUTH_PASSWORD_VALIDATORS = ["a.B"]'),
    ],
)
def test_in_python_only_literals_are_values(line, expected):
    assert mask_secrets(line, "settings.py") == expected


def masked(path, text):
    file = SourceFile(path, text)
    lines = range(1, file.line_count + 1)
    return "\n".join(apply_mask(file.line_text(line), line_secrets(file, line)) for line in lines)


@pytest.mark.parametrize(
    ("path", "text", "hidden"),
    [
        ("s.py", 'SECRET_KEY = os.environ.get(\n    "SECRET_KEY",\n    "abc",\n)\nX = "kept"\n', "abc"),
        ("s.py", '"PASSWORD": Value(\n    "abc", environ_name="DB_PASSWORD"\n)\nX = "kept"\n', "abc"),
        ("s.py", 'X = [\n    "api_key",\n    "kept",\n]\n', "abc"),
        ("s.py", 'KEY = f(\n    "SECRET_KEY"\n)\nX = {\n    "a": "kept",\n}\n', "abc"),
        ("s.py", 'FOO = config(\n  "SECRET_KEY",\n  default="abc")\n', "abc"),
        ("s.py", 'SECRET_KEY = (\n    "abc"\n    "def"\n)\nX = "kept"\n', "abc def"),
        ("s.py", 'SECRET_KEY = \\\n    "abc"\n', "abc"),
        ("s.yaml", "a:\n  SECRET_KEY: >-\n    abc\n  other: kept\n", "abc"),
        ("s.yaml", "command:\n  - redis-server\n  - --requirepass\n  - abc\n  - --port\n", "abc"),
        ("s.env", 'SECRET="abc\ndef"\nX=kept\n', "abc def"),
        (
            "s.env",
            'K="-----BEGIN RSA PRIVATE KEY-----\nabc\ndef\n-----END RSA PRIVATE KEY-----"\nX=kept\n',
            "abc def",
        ),
    ],
)
def test_a_value_on_a_later_line_is_hidden_too(path, text, hidden):
    result = masked(path, text)
    assert not [value for value in hidden.split() if value in result]
    assert ("kept" in result) is ("kept" in text)


def test_the_lines_after_a_secret_stay():
    assert (
        masked("s.py", 'DB = {"PASSWORD": "x",\n "HOST": "db"}\n')
        == 'DB = {"PASSWORD": "•••",\n "HOST": "db"}'
    )
    assert masked("s.yaml", "db_password:\n  file: ./x\n") == "db_password:\n  file: ./x"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SECRET_KEY=abc is used", "SECRET_KEY=••• is used"),
        ("`SECRET_KEY` is 'abc'", "`SECRET_KEY` is '•••'"),
        ("`PASSWORD` is set to `abc`", "`PASSWORD` is set to `•••`"),
        ("it is redis://:abc@redis:6379", "it is redis://:•••@redis:6379"),
        ("${DB_PASSWORD:-abc} applies", "${DB_PASSWORD:-•••} applies"),
        ("SECRET_KEY is read from `DJANGO_SECRET_KEY`", "SECRET_KEY is read from `DJANGO_SECRET_KEY`"),
        ("the password of `db` is weak", "the password of `db` is weak"),
        ("SECRET_KEY: not given to `web`", "SECRET_KEY: not given to `web`"),
    ],
)
def test_sentences_are_masked_where_they_quote_a_secret(text, expected):
    assert mask_prose(text) == expected


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "db_password", "X-Api-Key", "GITHUB_TOKEN", "DB_PASS", "SENTRY_DSN"]
)
def test_names_of_secrets_are_known(name):
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["secrets", "PASSWORD_FILE", "TOKEN_URL", "PUBLIC_KEY", "BYPASS", "NAME", "KEYBOARD"]
)
def test_other_names_are_not_secrets(name):
    assert not is_secret_name(name)


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.sampled_from("SECRET_KEY=: '\"${}-#,()[]abc\\\n\t•/@"), max_size=80),
    st.sampled_from(["a.py", "a.yaml"]),
)
def test_any_text_can_be_masked_and_masking_again_changes_nothing_that_is_hidden(text, path):
    file = SourceFile(path, text)
    for line in range(1, file.line_count + 1):
        ranges = line_secrets(file, line)
        assert all(0 <= start < end <= len(file.line_text(line)) for start, end in ranges)
        assert ranges == sorted(ranges)
    mask_prose(text)


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=4, max_size=20))
def test_no_plain_word_as_a_password_gets_through(word):
    value = f"q{word}"
    for line in (
        f"DB_PASSWORD={value}",
        f"DB_PASSWORD: {value}",
        f"x: u://a:{value}@h",
        f"DB_PASSWORD='{value}'",
    ):
        assert value not in mask_secrets(line, "a.yaml").replace("DB_PASSWORD", "")
    assert value not in mask_secrets(f"PASSWORD = '{value}'", "a.py")


REPEATED = (
    *("${x}", "${SECRET:-", "://:", "://:${x}", "://a:${", "{{", "'", '"\\', "----BEGIN PRIVATE KEY-----"),
    *(
        "redis-cli ",
        "mysql -",
        " -u a",
        "Basic ",
        "--token ",
        "SECRET=",
        "SECRET: {",
        "SECRET is the default ",
    ),
    *("a-", "token", "your-"),
)


@pytest.mark.parametrize("part", REPEATED)
@pytest.mark.parametrize("path", ["a.py", "a.yaml"])
def test_no_line_takes_long(part, path):
    text = part * (LONGEST_LINE // len(part))
    file = SourceFile(path, f"SECRET: (\n{text}\n")
    start = time.process_time()
    line_secrets(file, file.line_count)
    mask_prose(text[:4000])
    assert time.process_time() - start < 2.0, "seconds; a tenth of that is usual"
