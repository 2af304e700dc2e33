"""What the first bytes of a file look like: light tests on text, without any parser.

Each says in a few words what it saw, or ``""``. They work on bytes, so that nothing is decoded twice.
"""

from __future__ import annotations

import re

from confguard.words import joined

SERVICE_KEYS = frozenset([
    b"annotations", b"attach", b"blkio_config", b"build", b"cap_add", b"cap_drop", b"cgroup",
    b"cgroup_parent", b"command", b"configs", b"container_name", b"cpu_count", b"cpu_percent",
    b"cpu_period", b"cpu_quota", b"cpu_rt_period", b"cpu_rt_runtime", b"cpu_shares", b"cpus", b"cpuset",
    b"credential_spec", b"depends_on", b"deploy", b"develop", b"device_cgroup_rules", b"devices", b"dns",
    b"dns_opt", b"dns_search", b"domainname", b"entrypoint", b"env_file", b"environment", b"expose",
    b"extends", b"external_links", b"extra_hosts", b"gpus", b"group_add", b"healthcheck", b"hostname",
    b"image", b"init", b"ipc", b"isolation", b"label_file", b"labels", b"links", b"logging", b"mac_address",
    b"mem_limit", b"mem_reservation", b"mem_swappiness", b"memswap_limit", b"models", b"network_mode",
    b"networks", b"oom_kill_disable", b"oom_score_adj", b"pid", b"pids_limit", b"platform", b"ports",
    b"post_start", b"pre_stop", b"privileged", b"profiles", b"provider", b"pull_policy", b"read_only",
    b"restart", b"runtime", b"scale", b"secrets", b"security_opt", b"shm_size", b"stdin_open",
    b"stop_grace_period", b"stop_signal", b"storage_opt", b"sysctls", b"tmpfs", b"tty", b"ulimits",
    b"use_api_socket", b"user", b"userns_mode", b"uts", b"volumes", b"volumes_from", b"working_dir",
])  # fmt: skip
"""The keys of a service (Compose Specification, 2.40)."""

_TOP_LEVEL = re.compile(rb"^([A-Za-z_][\w.-]*|\"[^\"\n]+\")[ \t]*:", re.MULTILINE)
_SERVICES = re.compile(rb"^[\"']?services[\"']?[ \t]*:[ \t]*(?:&\S+[ \t]*)?(?:#[^\n]*)?\r?$", re.MULTILINE)
_KEY = re.compile(rb"^([ ]*)[\"']?([\w.${}-]+)[\"']?[ \t]*:(?=\s|$)(.*)$")
_FOREIGN = frozenset([
    b"apiVersion", b"kind", b"openapi", b"swagger", b"jobs", b"stages", b"hosts", b"spec", b"pipeline",
    b"steps", b"runs", b"Resources", b"databases", b"scrape_configs", b"receivers", b"exporters",
    b"parameters",
])  # fmt: skip
_SHELL = re.compile(rb"^[ \t]*export(?:[ \t]+\w+)+[ \t]*$|=\"?\$\(", re.MULTILINE)
_PROJECT_TEMPLATE = re.compile(
    rb"\{\{-?\s*cookiecutter|^\s*\{%|\{%-?\s*(?:if|for|endif|set|block|extends)\b", re.MULTILINE
)


def compose_shape(data: bytes) -> str:
    """Say why a YAML text is a Compose file: ``services:`` whose entries look like services."""
    if b"services" not in data:
        return ""
    start = _SERVICES.search(data)
    if start is None or not _FOREIGN.isdisjoint(_TOP_LEVEL.findall(data)):
        return ""
    services, known, foreign, made = _services(data[start.end() :])
    if not services or known <= foreign:
        return ""
    return "top-level services: with image or build" if made else "top-level services: that adds to others"


def _services(data: bytes) -> tuple[int, int, int, bool]:
    """Count the entries below ``services:`` and their known and foreign keys; say if one has an image."""
    services = known = foreign = 0
    made = False
    outer = inner = -1
    for line in data.split(b"\n"):
        stripped = line.strip()
        if not stripped or stripped.startswith((b"#", b"{%", b"{{")):
            continue
        indent = len(line) - len(line.lstrip(b" "))
        if indent == 0:
            break
        match = _KEY.match(line.rstrip())
        if outer < 0:
            if match is None:
                return 0, 0, 0, False  # a list or a scalar
            outer = indent
        if match is None:
            continue
        if indent == outer:
            services += 1
            inner = -1
            if b"{" in match[3] or b"*" in match[3]:
                known += 1  # a flow mapping or an alias
        elif indent > outer:
            inner = indent if inner < 0 else inner
            if indent == inner:
                known, foreign = _count(match[2], known, foreign)
                made = made or match[2] in (b"image", b"build", b"extends")
    return services, known, foreign, made


def _count(key: bytes, known: int, foreign: int) -> tuple[int, int]:
    if key in SERVICE_KEYS or key.startswith(b"x-") or key == b"<<":
        return known + 1, foreign
    return known, foreign + 1


def may_be_compose(data: bytes) -> bool:
    """Say whether a file that is named like a Compose file does not look like something else."""
    return _FOREIGN.isdisjoint(_TOP_LEVEL.findall(data))


def is_shell(data: bytes) -> bool:
    """Say whether a text of assignments is one that a shell reads: it exports names, or runs commands."""
    return _SHELL.search(data) is not None


def is_project_template(data: bytes) -> bool:
    """Say whether Jinja or cookiecutter must render a text before a program can read it."""
    return _PROJECT_TEMPLATE.search(data) is not None


def is_dockerfile(data: bytes) -> bool:
    """Say whether a text has a FROM, or nothing yet."""
    return not data.strip() or re.search(rb"^[ \t]*FROM[ \t]", data, re.MULTILINE | re.IGNORECASE) is not None


_ASSIGNMENT = re.compile(rb"(?:export[ \t]+)?[A-Za-z_][\w.-]*[ \t]*=")


def assignments(data: bytes) -> float | None:
    """Return which share of the lines are KEY=VALUE; None where only comments and blank lines are.

    Binary data has a share of 0.
    """
    if b"\0" in data:
        return 0.0
    total = right = comments = 0
    quote = b""
    for line in data.split(b"\n"):
        stripped = line.strip()
        if quote:
            quote = b"" if stripped.endswith(quote) else quote
            continue
        if not stripped:
            continue
        if stripped.startswith(b"#"):
            comments += _ASSIGNMENT.match(stripped.lstrip(b"# \t")) is not None
            continue
        total += 1
        if _ASSIGNMENT.match(stripped):
            right += 1
            value = stripped.partition(b"=")[2].strip()
            if value[:1] in (b'"', b"'") and value.count(value[:1]) == 1:
                quote = value[:1]
    if not total:
        return 1.0 if comments else None
    return right / total


_NGINX_BLOCK = re.compile(
    rb"^[ \t]*(server|http|stream|events|upstream[ \t]+[^\s{]+|location[ \t]+[^{;\n]*|map[ \t]+\S+[ \t]+\S+"
    rb"|geo[ \t]+\S+|limit_except[^{\n]*)[ \t\r\n]*\{",
    re.MULTILINE,
)
_NGINX_DIRECTIVE = re.compile(
    rb"^[ \t]*(?:[^#\n]*\{[ \t]*)?(proxy_[a-z_]+|fastcgi_[a-z_]+|uwsgi_[a-z_]+|grpc_[a-z_]+|"
    rb"ssl_[a-z_]+|gzip[a-z_]*|client_[a-z_]+|server_name|server_tokens|listen|add_header|"
    rb"more_set_headers|root|alias|try_files|return|rewrite|expires|error_page|access_log|error_log|"
    rb"limit_(?:req|conn|rate)[a-z_]*|auth_[a-z_]+|sendfile|keepalive[a-z_]*|resolver|worker_[a-z_]+|"
    rb"include|charset|etag|internal|set|allow|deny|index|types_hash[a-z_]*|http2|quic[a-z_]*|"
    rb"real_ip_[a-z]+|set_real_ip_from|brotli[a-z_]*|log_format|default_type|tcp_no[a-z]+|"
    rb"large_client_[a-z_]+|underscores_in_headers|merge_slashes|absolute_redirect|port_in_redirect|"
    rb"stub_status|sub_filter[a-z_]*|load_module|user|pid|satisfy|valid_referers|zone|server)(?=[ \t;]|"
    rb"[ \t]*\n)[^\n]*",
    re.MULTILINE,
)
_NOT_NGINX = re.compile(
    rb"^[ \t]*(?:<(?:VirtualHost|IfModule|Directory|Location|Proxy)\b|\[[\w: .-]+\][ \t]*\r?$|#!/)",
    re.MULTILINE | re.IGNORECASE,
)


def nginx_shape(data: bytes, *, placed: bool) -> str:
    """Say why a text is nginx configuration; ``placed`` means that its path speaks for it.

    Fragments (only directives) count where they are placed; blocks count anywhere if directives of nginx
    stand in them.
    """
    if b"\0" in data or _NOT_NGINX.search(data):
        return ""
    blocks = list(dict.fromkeys(match[1].split()[0].decode() for match in _NGINX_BLOCK.finditer(data)))
    seen = [match for match in _NGINX_DIRECTIVE.finditer(data) if b";" in match[0] or b"\n" in match[0]]
    directives = list(dict.fromkeys(match[1].decode() for match in seen))
    if blocks and (directives or placed):
        shown = [*blocks[:2], *directives[:1]]
        return joined(shown)
    lines = [
        line for line in (raw.strip() for raw in data.split(b"\n")) if line and not line.startswith(b"#")
    ]
    ended = sum(line.partition(b"#")[0].rstrip().endswith((b";", b"{", b"}")) for line in lines)
    if placed and directives and ended * 3 >= len(lines) * 2:
        return " and ".join(directives[:2])
    return ""


def has_variables_of_envsubst(data: bytes) -> bool:
    """Say whether a text holds ``${UPPER}`` or ``$UPPER``, which the image's start script fills in."""
    return (
        re.search(rb"^[^#\n]*\$(?:\{[A-Z][A-Z0-9_]*\}|[A-Z][A-Z0-9_]{2,}\b)", data, re.MULTILINE) is not None
    )


_SETTING = re.compile(
    rb"^[ \t]*(INSTALLED_APPS|MIDDLEWARE|MIDDLEWARE_CLASSES|ROOT_URLCONF|DATABASES|WSGI_APPLICATION|"
    rb"TEMPLATES|ALLOWED_HOSTS|SECRET_KEY|DEBUG|CACHES|STATIC_URL|STATIC_ROOT|MEDIA_ROOT|"
    rb"AUTH_USER_MODEL|LOGGING|STORAGES|CSRF_TRUSTED_ORIGINS|SECURE_[A-Z_]+|SESSION_COOKIE_[A-Z]+|"
    rb"CSRF_COOKIE_[A-Z]+|EMAIL_BACKEND|REST_FRAMEWORK|AUTHENTICATION_BACKENDS|DEFAULT_FROM_EMAIL|"
    rb"CELERY_[A-Z_]+|CONTENT_SECURITY_POLICY|CSP_[A-Z_]+|CORS_[A-Z_]+|DEFAULT_FILE_STORAGE|"
    rb"PASSWORD_HASHERS|CHANNEL_LAYERS|USE_TZ|TIME_ZONE|X_FRAME_OPTIONS|"
    rb"FORCE_SCRIPT_NAME)\b[ \t]*(?::[^=\n]+)?(?:\+?=(?!=)|\.(?:append|extend|insert|update)\()",
    re.MULTILINE,
)
_DECISIVE = frozenset(
    [b"INSTALLED_APPS", b"MIDDLEWARE", b"MIDDLEWARE_CLASSES", b"ROOT_URLCONF", b"DATABASES"]
)
_STAR = re.compile(rb"^[ \t]*from[ \t]+[\w.]+[ \t]+import[ \t]+(?:\*|\([ \t]*\*)", re.MULTILINE)


def settings_shape(data: bytes, *, named: bool) -> str:
    """Say why a Python text is a Django settings module; ``named`` means that its path speaks for it."""
    names = list(dict.fromkeys(match[1] for match in _SETTING.finditer(data)))
    decisive = [name for name in names if name in _DECISIVE]
    if decisive and (named or len(names) > 2):
        return "assigns " + " and ".join(name.decode() for name in (decisive + names)[:1] + names[1:2])
    if named and _STAR.search(data):
        return "builds on another settings module with import *"
    if named and len(names) > 1:
        return "assigns " + " and ".join(name.decode() for name in names[:2])
    return ""


def assigns_constants(data: bytes) -> bool:
    """Say whether a Python text assigns an upper-case name at its top level."""
    return re.search(rb"^[A-Z][A-Z0-9_]+[ \t]*(?::[^=\n]+)?=(?!=)", data, re.MULTILINE) is not None
