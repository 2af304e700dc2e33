"""What each rule's fixes may change of what runs: patterns of the lines of ``effects``; all else must stay.

``{0}``, ``{1}`` stand for the parts of the finding's address.
"""

HEADERS = r"[-+] .* nginx/\S+/.*: add_header .*"
FORWARDED = r"[-+] .* nginx/\S+/.*: proxy_set_header "

INTENDED: dict[str, tuple[str, ...]] = {
    "header-without-always": (r"[-+] .* nginx/\S+/.*: add_header .*",),
    "lost-security-headers": (HEADERS,),
    "unprotected-static-responses": (HEADERS,),
    "lost-forwarded-proto": (FORWARDED + "(?i:x-forwarded-proto) .*", FORWARDED + ".*"),
    "ssl-redirect-loop": (FORWARDED + ".*",),
    "missing-upgrade-headers": (FORWARDED + ".*", r"\+ .* nginx/\S+/.*: proxy_http_version 1.1"),
    "rewritten-host": (FORWARDED + ".*",),
    "dropped-port": (FORWARDED + "Host .*",),
    "spoofable-forwarded-host": (FORWARDED + ".*",),
    "spoofable-forwarded-proto": (FORWARDED + ".*",),
    "body-limit-mismatch": (r"[-+] .* nginx/\S+/.*: client_max_body_size .*",),
    "missing-body-limit": (r"\+ .* nginx/\S+/.*: client_max_body_size .*",),
    "duplicated-header": (r"\+ .* nginx/\S+/.*: (proxy|uwsgi)_hide_header .*",),
    "conflicting-header": (r"\+ .* nginx/\S+/.*: (proxy|uwsgi)_hide_header .*",),
    "csp-mismatch": (r"[-+] .* nginx/\S+/.*: add_header Content-Security-Policy.*",),
}
