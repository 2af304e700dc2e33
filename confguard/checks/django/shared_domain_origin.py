"""No trusted origin lies in a domain in which everybody can get a name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.checks._entries import Entry, entries, more, serving, stays_at_home
from confguard.checks._trails import Setting, explain
from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.words import joined

SHARED = (
    "amplifyapp.com", "appspot.com", "azurestaticapps.net", "azurewebsites.net", "cloudfront.net", "deno.dev",
    "firebaseapp.com", "fly.dev", "github.io", "gitlab.io", "glitch.me", "herokuapp.com", "loca.lt",
    "netlify.app", "ngrok-free.app", "ngrok-free.dev", "ngrok.app", "ngrok.dev", "ngrok.io", "onrender.com",
    "pages.dev", "pythonanywhere.com", "railway.app", "up.railway.app", "repl.co", "run.app", "surge.sh",
    "trycloudflare.com", "vercel.app", "web.app", "workers.dev",
)  # fmt: skip
"""Domains under which a hoster gives names to everybody (publicsuffix.org, private section, 2026)."""

_LISTS = ("CSRF_TRUSTED_ORIGINS", "CORS_ALLOWED_ORIGIN_REGEXES", "CORS_ORIGIN_REGEX_WHITELIST")
_OPEN_PATTERN = re.compile(
    r"(?:\.\*|\.\+|\[[^\]]*\][+*]|\\w[+*]|\\S[+*])\)?\\?\.(?P<domain>(?:[a-z0-9-]+\\?\.)+[a-z]+)\$?\Z"
)


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each setting that trusts all names of such a domain."""
    for deployment in repo.production:
        for name in _LISTS:
            for setting in serving(deployment, name):
                wrong = [one for one in entries(setting) if shared_domain(name, one.value.value)]
                if wrong:
                    yield _finding(deployment, name, setting, wrong)


def shared_domain(name: str, entry: object) -> str:
    """Return the shared domain of which an entry trusts every name, or ``""``."""
    if not isinstance(entry, str) or len(entry) > 300:
        return ""
    if name == "CSRF_TRUSTED_ORIGINS":
        match = re.fullmatch(r"[a-z]+://\*\.([a-z0-9.-]+)", entry)
        domain = match[1] if match else ""
    else:
        found = _OPEN_PATTERN.search(entry)
        domain = found["domain"].replace("\\", "") if found else ""
    return domain if domain in SHARED else ""


def _finding(deployment: Deployment, name: str, setting: Setting, wrong: list[Entry]) -> Finding:
    first = wrong[0]
    domains = dict.fromkeys(shared_domain(name, one.value.value) for one in wrong)
    csrf = name == "CSRF_TRUSTED_ORIGINS"
    kept = stays_at_home(setting.settings)
    credentials = setting.settings.get("CORS_ALLOW_CREDENTIALS")
    # A cookie that is Lax or Strict comes along neither with a form nor with a script of another site.
    exposed = not kept and (csrf or (isinstance(credentials, Known) and credentials.value is True))
    effect = (
        "requests from such a page pass the check of their origin"
        if csrf
        else "a script on such a page reads answers" + (" with the user's cookies" if exposed else "")
    )
    return Finding(
        f"{name}{setting.where('of')} trusts every name under {joined(list(domains))}: anybody can have one",
        Label(first.place, "an attacker gets a name that matches"),
        more(wrong),
        notes=(
            *explain(setting),
            effect,
            *((f"the session's cookie is {kept}: browsers do not send it along from there",) if kept else ()),
        ),
        help="name the one host that is yours: `https://your-app.vercel.app`",
        stacks=(deployment.name,),
        address=(name, *setting.services),
        severity=None if exposed and not first.value.from_template else Severity.INFO,
    )
