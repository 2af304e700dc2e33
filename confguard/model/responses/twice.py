"""What browsers make of an answer that carries a header twice: first the application's, then nginx's.

nginx passes the upstream's headers on and puts those of add_header behind them (ngx_http_headers_filter).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Outcome(Enum):
    """What becomes of a header that comes twice."""

    HARMLESS = "it works as if it came once"
    FIRST = "the application's counts"
    LAST = "nginx's counts"
    STRICTER = "the stricter one counts"
    VOID = "neither counts"
    REFUSED = "the answer is refused"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What browsers make of it; ``words`` say it as a clause about the header."""

    outcome: Outcome
    words: str


_ITEMS = ("cross-origin-opener-policy", "cross-origin-embedder-policy")


def twice(name: str, ours: str | None, theirs: str | None) -> Verdict | None:
    """Return what becomes of a header, by the values of the application (``ours``) and of nginx.

    None for a value that is not known, and for a header of which nothing is known here. Structured items
    that come twice cannot be parsed (RFC 9651, section 4.2; HTML, "obtain an opener policy"); Fetch: "CORS
    check" and "cross-origin resource policy check"; HTML: "check a navigation response's adherence to
    X-Frame-Options"; RFC 6797, section 8.1; Referrer Policy, section 8.1; Permissions Policy, section 9.
    """
    if name == "access-control-allow-origin":
        return Verdict(Outcome.REFUSED, "browsers refuse an answer that allows an origin twice")
    if name in _ITEMS:
        return Verdict(Outcome.VOID, "browsers cannot parse two of them and obey neither")
    if name == "cross-origin-resource-policy":
        return Verdict(Outcome.VOID, "browsers obey neither of two")
    if ours is None or theirs is None:
        return None
    same = _normal(name, ours) == _normal(name, theirs)
    if same and name in _DIFFERENT:
        return Verdict(Outcome.HARMLESS, "both say the same")
    return _DIFFERENT.get(name)


def _normal(name: str, value: str) -> object:
    if name in ("x-frame-options", "x-content-type-options"):
        return value.strip().lower()
    separator = ";" if name == "strict-transport-security" else ","
    parts = [part.strip() for part in value.split(separator) if part.strip()]
    return parts if name == "referrer-policy" else frozenset(part.lower() for part in parts)


_DIFFERENT = {
    "x-frame-options": Verdict(Outcome.STRICTER, "a browser that gets two values shows the page in no frame"),
    "x-content-type-options": Verdict(Outcome.FIRST, "browsers look at the first, which is Django's"),
    "referrer-policy": Verdict(Outcome.LAST, "browsers obey the last that they know, which is nginx's"),
    "strict-transport-security": Verdict(Outcome.FIRST, "browsers obey the first, which is Django's"),
    "permissions-policy": Verdict(
        Outcome.LAST, "for a feature that both name browsers obey the last, which is nginx's"
    ),
}
