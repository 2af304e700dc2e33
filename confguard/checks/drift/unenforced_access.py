"""Production enforces the checks of access that the code has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from confguard.finding import Finding, Label
from confguard.model.deployment import App, Deployment
from confguard.model.repo import Repo
from confguard.model.value import Known, Origin
from confguard.source import Span
from confguard.words import joined, services_named

_ACCESS = r"(?:AUTHZ|AUTHORI[SZ]ATION|AUTHENTICATION|AUTH|PERMISSIONS?|ACCESS_CONTROL|ACL|LOGIN|RBAC)"
_ENFORCES = re.compile(
    rf"(?:^|_){_ACCESS}(?:_\w+?)?_(?:ENFORCED?|ENFORCEMENT|REQUIRED?|CHECKS?)$"
    rf"|(?:^|_)(?:ENFORCE|REQUIRE|CHECK)_(?:\w+_)?{_ACCESS}$"
)
_WAIVES = re.compile(
    rf"(?:^|_)(?:DISABLE|SKIP|BYPASS|NO|WITHOUT)_{_ACCESS}$|(?:^|_){_ACCESS}_(?:DISABLED|OFF)$"
)
_WAY_IN = re.compile(
    r"(?:^|_)(?:SSO|SAML2?|OIDC|OAUTH2?|OPENID(?:_CONNECT)?|LDAP|CAS|SOCIAL|MFA|2FA|TFA|(?:TWO|MULTI|SECOND)_?FACTOR"
    r"|OTP|TOTP|WEBAUTHN|FIDO2?|PASSKEYS?|CAPTCHA|EMAIL_VERIFICATION)(?:_|$)"
)
"""How people must log in is a policy: without it a password still guards what is behind it."""
_OFF = frozenset({"0", "false", "no", "off"})
_ON = frozenset({"1", "true", "yes", "on"})


@dataclass
class _Switch:
    """A variable that switches a check off, where it is written and who reads it."""

    name: str
    text: str
    place: Span
    reads: list[Span] = field(default_factory=list)
    services: list[str] = field(default_factory=list)


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each file that switches checks of access off in production."""
    for deployment in repo.production:
        files: dict[str, dict[str, _Switch]] = {}
        for app in deployment.apps:
            for switch in _switches(app):
                known = files.setdefault(switch.place.path, {}).setdefault(switch.name, switch)
                known.services += switch.services
        for path, switches in files.items():
            yield _finding(deployment, path, list(switches.values()))


def _switches(app: App) -> Iterator[_Switch]:
    for read in app.settings.reads:
        value = app.environment.get(read.key) if read.key and not _WAY_IN.search(read.key) else None
        if not isinstance(value, Known) or value.span is None:
            continue
        text = value.value.strip().lower()
        enforces, waives = _ENFORCES.search(read.key), _WAIVES.search(read.key)
        if (enforces and not waives and text in _OFF) or (waives and text in _ON):
            # The file that a person wrote the text in, and not the line that hands it on.
            places = [step.span for step in value.trail if step.span and step.origin is not Origin.DEFAULT]
            place = places[-1] if places else value.span
            yield _Switch(read.key, value.value, place, [read.span], list(app.services))


def _finding(deployment: Deployment, path: str, switches: list[_Switch]) -> Finding:
    services = sorted({name for one in switches for name in one.services if deployment.serves_http(name)})
    names = [one.name for one in switches]
    where = f" of {services_named(services)}" if services else ""
    return Finding(
        f"{joined([f'`{one.name}={one.text}`' for one in switches])} in {path} "
        f"{'switches' if len(names) == 1 else 'switch'} a check of access{where} off",
        Label(switches[0].place.first_line(), "off for whoever copies this file"),
        (
            *(Label(one.place.first_line(), "off, too") for one in switches[1:]),
            *(Label(one.reads[0].first_line(), f"reads {one.name}") for one in switches),
        ),
        help="switch it on in the file of production, and let the code fall back to on: what is to be "
        "checked less belongs into the files of developers",
        stacks=(deployment.name,),
        address=(path, *names),
    )
