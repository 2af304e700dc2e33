"""Which hosts and origins Django accepts (Django 5.2: http/request.py, utils/http.py, middleware/csrf.py)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_HOST = re.compile(r"([a-z0-9.-]+|\[[a-f0-9]*:[a-f0-9.:]+\])(?::([0-9]+))?")
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def split_domain_port(host: str) -> tuple[str, str]:
    """Return the domain, in lower case, and the port of a Host header; the domain of a bad one is ``""``."""
    match = _HOST.fullmatch(host.lower())
    return (match[1].removesuffix("."), match[2] or "") if match else ("", "")


def same_domain(host: str, pattern: str) -> bool:
    """Say whether a host is the pattern's, or below it where that begins with a dot (``is_same_domain``)."""
    if not pattern:
        return False
    pattern = pattern.lower()
    return pattern == host or (pattern[0] == "." and (host.endswith(pattern) or host == pattern[1:]))


def accepts(host: str, allowed: Iterable[str]) -> bool:
    """Say whether ``HttpRequest.get_host`` accepts a Host header under these ALLOWED_HOSTS."""
    domain, _ = split_domain_port(host)
    return bool(domain) and any(pattern == "*" or same_domain(domain, pattern) for pattern in allowed)


def host_fault(entry: str) -> str:
    """Say why an entry of ALLOWED_HOSTS matches no host at all; ``""`` for one that may match."""
    if entry == "*":
        return ""
    if not entry.strip():
        return "is empty"
    if entry != entry.strip():
        return "has a space around it"
    if "://" in entry:
        return "has a scheme"
    if "/" in entry:
        return "has a slash"
    if "*" in entry:
        return "has a star, which stands for nothing but alone: a leading dot means all below"
    if "," in entry or ";" in entry or " " in entry:
        return "holds several hosts in one text"
    if entry.startswith("[") or entry.count(":") > 1:
        return "" if _HOST.fullmatch(entry.lower()) else "is an IPv6 address without its brackets"
    if ":" in entry:
        return "has a port, which Django takes off before it compares"
    if not _HOST.fullmatch(entry.lower().removeprefix(".")):
        return "is no host name that Django accepts"
    return "ends with a dot, which Django takes off before it compares" if entry.endswith(".") else ""


def csrf_fault(origin: str) -> tuple[str, bool]:
    """Say why an entry of CSRF_TRUSTED_ORIGINS trusts no origin (``""`` if it may), and if checks refuse it.

    The comparison of ``CsrfViewMiddleware._origin_verified`` is one of texts: what browsers send in
    ``Origin`` has no path, no default port and no upper case (RFC 6454, section 6.1).
    """
    if "://" not in origin:
        return "has no scheme", True
    scheme, _, rest = origin.partition("://")
    if origin != origin.strip():
        return "has a space around it", False
    if "," in rest or ";" in rest or " " in rest:
        return "holds several origins in one text", False
    if not rest.strip("/"):
        return "has no host", False
    if "/" in rest or "?" in rest or "#" in rest:
        return ("ends with a slash" if rest.count("/") == 1 and rest.endswith("/") else "has a path"), False
    if rest != rest.lower() or scheme != scheme.lower():
        return "has upper case, which no browser sends", False
    if "*" in rest and (not rest.startswith("*.") or "*" in rest[1:]):
        return "has a star that is not the first label", False
    port = rest.rpartition(":")[2] if ":" in rest and not rest.endswith("]") else ""
    if port and port == _DEFAULT_PORTS.get(scheme):
        return f"names port {port}, which no browser sends for {scheme}", False
    return "", False


def trusts(origin: str, trusted: Iterable[str]) -> bool:
    """Say whether CSRF_TRUSTED_ORIGINS holds an origin that a browser sends (``_origin_verified``)."""
    parsed = urlsplit(origin)
    for entry in trusted:
        if "*" not in entry:
            if entry == origin:
                return True
            continue
        try:
            pattern = urlsplit(entry)
        except ValueError:
            continue
        if pattern.scheme == parsed.scheme and same_domain(parsed.netloc, pattern.netloc.lstrip("*")):
            return True
    return False


def cors_fault(origin: str) -> tuple[str, bool]:
    """Say why an entry of CORS_ALLOWED_ORIGINS is none (``""`` if it is one), and if it allows all the same.

    Both parts follow django-cors-headers 4.9 (checks.py: E013, E014; middleware.py): its check refuses an
    entry with a path, its middleware compares scheme and host only.
    """
    if origin in ("null", "file://"):
        return "", True
    try:
        parsed = urlsplit(origin)
    except ValueError:
        return "is no URL", False
    if not parsed.scheme or not parsed.netloc:
        return "has no scheme" if "://" not in origin else "has no host", False
    if "*" in parsed.netloc:
        return "has a star, which stands for nothing: patterns belong into CORS_ALLOWED_ORIGIN_REGEXES", False
    if "," in origin or ";" in origin or " " in origin:
        return "holds several origins in one text", False
    if parsed.path or parsed.query or parsed.fragment:
        return ("ends with a slash" if parsed.path == "/" and not parsed.query else "has a path"), True
    return "", True
