"""What each rule's fixes may change of what runs: patterns of the lines of ``effects``; all else must stay.

``{0}``, ``{1}`` stand for the parts of the finding's address, ``{names}`` for any of them, ``{wrote}``
for any word of the fix's title. ``*nothing*``: what runs may stay as it is.
"""

import re
from collections.abc import Iterable

from confguard.finding import Finding

HEADERS = r"[-+] .* nginx/\S+/.*: add_header .*"
HIDDEN = r"\+ .* nginx/\S+/.*: (proxy|uwsgi)_hide_header .*"
FORWARDED = r"[-+] .* nginx/\S+/.*: proxy_set_header "
SETTINGS = r"[-+] .* settings/.*"
VARIABLES = (r"[-+] (.* )?(env|environment)/.*", r"[-+] .* compose/services/[^/]*/environment/.*")
GIVEN = r"\+ .* compose/services/[^/]*/environment/{names}: .*"
WITHOUT_SERVICE = (r"\+ .* compose/services: {{}}", r"- .* compose/(networks|volumes|configs|secrets)/.*")

INTENDED: dict[str, tuple[str, ...]] = {
    "header-without-always": (HEADERS,),
    "lost-security-headers": (HEADERS,),
    "unprotected-static-responses": (HEADERS,),
    "lost-forwarded-proto": (FORWARDED + ".*",),
    "ssl-redirect-loop": (FORWARDED + ".*",),
    "missing-upgrade-headers": (FORWARDED + ".*", r"\+ .* nginx/\S+/.*: proxy_http_version 1.1"),
    "rewritten-host": (FORWARDED + ".*",),
    "dropped-port": (FORWARDED + "Host .*",),
    "spoofable-forwarded-host": (FORWARDED + ".*",),
    "spoofable-forwarded-proto": (FORWARDED + ".*",),
    "body-limit-mismatch": (r"[-+] .* nginx/\S+/.*: client_max_body_size .*",),
    "missing-body-limit": (r"\+ .* nginx/\S+/.*: client_max_body_size .*",),
    "duplicated-header": (HIDDEN, HEADERS),
    "conflicting-header": (HIDDEN, HEADERS),
    "csp-mismatch": (r"[-+] .* nginx/\S+/.*: add_header Content-Security-Policy.*",),
    "ineffective-override": (
        r"- .* (compose/services/{0}/.*|environment/{0}: .*|settings/.*|nginx/.*)",
        r"- .* compose/(networks|volumes|configs|secrets)/.*",
    ),
    "published-datastore-port": (r"[-+] .* compose/services/{0}/ports/.*",),
    "duplicate-port": (r"- .* compose/services/[^/]*/ports/.*",),
    # The stack with the profile is one of its own then.
    "ungated-proxy": (
        r"- .* (compose/services|environment|nginx)/{0}[/:].*",
        r"\+ .* \(profile \w+\) .*",
        *WITHOUT_SERVICE,
    ),
    "test-service": (r"- .* (compose/services|environment|nginx)/{0}[/:].*", *WITHOUT_SERVICE),
    "unordered-upstream": (r"[+] .* compose/services/{0}/depends_on/.*",),
    "unordered-migration": (r"[-+] .* compose/services/[^/]*/depends_on/{0}/.*",),
    "unmet-dependency": (
        r"[-+] .* compose/services/[^/]*/depends_on/{0}/condition: .*",
        r"[-+] .* compose/services/{0}/restart: .*",
    ),
    "unused-volume": ("*nothing*",),
    "read-only-proxy": (r"[+] .* compose/services/{0}/tmpfs/.*",),
    "default-password": (
        r"[-+] .* compose/services/[^/]*/(environment/\w*|command.*|healthcheck/.*): .*",
        r"[-+] .* environment/.*: \w+=.*",
        r"[-+] .* settings/.*: DATABASES=.*",
    ),
    "undeclared-build-argument": (r"[+] dockerfile/.*: ARG .*",),
    "lost-argument": (r"[+] dockerfile/.*: ARG .*",),
    "duplicate-key": ("*nothing*",),
    "expanded-dollar": (
        r"[-+] .* environment/.*: {1}=.*",
        r"[-+] .* compose/services/[^/]*/environment/{1}: .*",
        r"[-+] env/.*: {1}=.*",
        r"[-+] .* settings/.*: .*",
    ),
    "missing-dockerignore": (r"\+ ignore/.*",),
    "copied-env-file": (r"\+ ignore/.*",),
    "unused-suppression": ("*nothing*",),
    "undelivered-variable": (
        GIVEN,
        r"\+ (.* )?env(ironment)?/.*: {names}=.*",
        SETTINGS,
    ),
    "unpassed-variable": (
        GIVEN,
        r"\+ .* environment/.*: {names}=.*",
        SETTINGS,
    ),
    "undelivered-proxy-variable": (
        r"\+ .* compose/services/{0}/environment/{names}: .*",
        r"\+ .* environment/{0}: {names}=.*",
    ),
    "misspelt-variable": (
        r"- .* environment/.*: {0}=.*",
        r"\+ .* environment/.*: {1}=.*",
        r"- .* compose/services/[^/]*/environment/{0}: .*",
        r"\+ .* compose/services/[^/]*/environment/{1}: .*",
        r"- env/.*: {0}=.*",
        r"\+ env/.*: {1}=.*",
        SETTINGS,
    ),
    "crossed-variable": (
        r"[-+] .* environment/.*: {0}=.*",
        r"[-+] .* compose/services/[^/]*/environment/{0}: .*",
        SETTINGS,
    ),
    "malformed-csrf-origin": (
        r"[-+] .* settings/.*: CSRF_TRUSTED_ORIGINS=.*",
        *VARIABLES,
    ),
    "malformed-cors-origin": (
        r"[-+] .* settings/.*: (CORS_ALLOWED_ORIGINS|CORS_ORIGIN_WHITELIST)=.*",
        *VARIABLES,
    ),
    "unusable-allowed-host": (
        r"[-+] .* settings/.*: ALLOWED_HOSTS=.*",
        *VARIABLES,
    ),
    "unknown-library-setting": (
        r"- .* settings/.*: ({names}=|\w+={{.*{names}\b).*",
        r"\+ .* settings/.*: ({wrote}=|\w+={{.*\b{wrote}\b).*",
        "*nothing*",
    ),
    "misordered-middleware": (r"[-+] .* settings/.*: MIDDLEWARE=.*",),
    "debug-enabled": (
        r"- .* settings/.*: DEBUG=True",
        r"\+ .* settings/.*: DEBUG=False",
        # What a project derives from it in the way that Django's documentation does.
        r"- .* settings/.*: ((SESSION|CSRF)_COOKIE_SECURE|SECURE_\w+)=(False|0)",
        r"\+ .* settings/.*: ((SESSION|CSRF)_COOKIE_SECURE|SECURE_\w+)=(True|\d+)",
    ),
    "insecure-cookies": (r"[-+] .* settings/.*: (SESSION|CSRF)_COOKIE_\w+=.*",),
    "rejected-stack": (
        r"\+ .* compose/services/[^/]*/{wrote}[/:].*",
        r"\+ .* {wrote}/.*: \w+=.*",  # where that is the environment
    ),
    "mismatched-route-prefix": (r"[-+] .* nginx/{0}/.*: proxy_pass .*",),
    "weak-hsts": (r"\+ .* nginx/.*: add_header Strict-Transport-Security .*",),
    "wrong-upstream-port": (r"[-+] .* nginx/{0}/.*: (proxy_pass|server|set) .*",),
    "loopback-service-host": (
        SETTINGS,
        r"[-+] .* compose/services/[^/]*/(environment/.*|command.*): .*",
        r"[-+] .* environment/.*",
        r"[-+] env/.*",
    ),
    "unknown-copy-stage": (r"[-+] dockerfile/.*: (COPY |RUN --mount=).*",),
    "missing-build-target": (r"[-+] .* compose/services/[^/]*/build/target: .*",),
    "shared-container-name": (r"- .* compose/services/[^/]*/container_name: .*",),
}


def matches(line: str, finding: Finding, patterns: Iterable[str]) -> bool:
    """Say whether a line of a difference is what the fix of a finding is meant to change."""
    address = [re.escape(part) for part in finding.address]
    either = f"(?:{'|'.join(address)})"
    words = re.findall(r"\w+", finding.fixes[0].title) if finding.fixes else []
    wrote = f"(?:{'|'.join(words) or '(?!)'})"
    return any(
        re.fullmatch(one.format(*address, names=either, wrote=wrote), line, re.DOTALL)
        for one in patterns
        if one != "*nothing*"
    )
