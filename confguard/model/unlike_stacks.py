"""Settings of one application that two stacks of production decide differently."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from confguard.model.roles import ServiceRole
from confguard.model.value import Known, Unknown

if TYPE_CHECKING:
    from confguard.model.deployment import App, Deployment
    from confguard.model.django.settings import EnvRead

_OF_THE_PLACE = re.compile(
    # Addresses, names and credentials belong to the machine.
    r"HOST|UR[LI]|ADDR|DOMAIN|ORIGIN|PORT(?:_|S?$)|(?:^|_)IPS?(?:_|$)|NETWORK|SECRET|KEY|TOKEN|PASS|CREDENTIAL"
    r"|USER|MAIL|SMTP|PATH|DIR(?:_|$)|ROOT|FILE|FOLDER|PREFIX|SUFFIX|NAME|TITLE|BRAND|THEME|LOGO|REGION|ZONE"
    r"|LANG|LOCALE|COUNTRY|CURRENCY|ENV(?:_|$)|ENVIRONMENT|STAGE|VERSION|RELEASE|TAG$|REVISION|BUILD|SITE"
    r"|TENANT|CHANNEL|PLATFORM|PROVIDER"
    # So do TLS, proxies and whom it lets in.
    r"|TRUST|PROX|FORWARD|SSL|HTTPS?(?:_|$)|TLS|SECURE|COOKIE|HSTS|CSRF|CORS|CSP|ALLOW|AUTH|LDAP|SAML|OIDC|SSO"
    r"|SIGN_?UP|SIGN_?IN|LOGIN|REGISTR|INVIT|PUBLIC|LICEN[SC]E|EDITION|PLAN$|DEMO|TRIAL"
    # What is watched, and what the machine can bear.
    r"|DEBUG|LOG(?:_|S?$|G)|SILK|TOOLBAR|PROFIL|SENTRY|METRIC|TRAC(?:E|ING)|TELEMETRY|ANALYTICS|PROMETHEUS|OTEL"
    r"|MONITOR|WORKER|CONCURREN|THREAD|PROCESSES|PARALLEL|CPU|GPU|TIMEOUT|TTL|POOL|CONN|MEM(?:ORY)?(?:_|$)|CACHE"
    r"|INTERVAL|RETR(?:Y|IES)|BATCH|CHUNK|_AGE$|LIMIT|QUOTA|RATE|SIZE|MAX_|MIN_"
    # Which services are beside it.
    r"|DATABASE|SQL|(?:^|_)DB(?:_|$)|REDIS|MEMCACHE|BROKER|QUEUE|RABBIT|KAFKA|ENGINE|BACKEND|DRIVER|(?:^|_)S3"
    r"|MINIO|AWS|GCS|AZURE|BUCKET|STORAGES?$|STATIC|MEDIA|WHITENOISE|NGINX|SERVER|ELASTIC|SEARCH"
    r"|MIGRAT|COLLECT|RUN_|INIT_|SEED|BACKUP"
)
"""Names of what differs from machine to machine on purpose."""

_MODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}\Z")
_VARIANT = re.compile(r"demo|example|sample|quick|minimal|simple|tutorial|light", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unlike:
    """A setting: ``value`` where a Compose file passes ``given``, and ``other_value`` in the other stack.

    ``defaulted`` says that the other stack does not pass the variable, or passes an empty text for want of
    one, so that the default of the settings applies.
    """

    variable: str
    setting: str
    given: Known[str]
    value: Known[Any]
    other_given: Known[str] | Unknown | None
    other_value: Known[Any]
    defaulted: bool
    read: EnvRead


@dataclass(frozen=True, slots=True)
class UnlikePair:
    """Two stacks of production that run one application: ``giver`` decides what ``taker`` leaves out."""

    giver: Deployment
    taker: Deployment
    giver_app: App
    taker_app: App
    unlike: tuple[Unlike, ...]


def unlike_pairs(deployments: Sequence[Deployment]) -> Iterator[UnlikePair]:
    """Yield the pairs of stacks known to be production whose application differs in its modes or switches.

    What a machine or its neighbours decide is left out, by its name, and so is what an env file decides:
    the operator of each stack writes that.
    """
    candidates = [
        (one, app)
        for one in deployments
        if one.stack.is_production and not any(_VARIANT.search(path) for path in one.stack.files)
        for app in _server(one)
    ]
    for first, second in combinations(candidates, 2):
        if first[1].settings.path != second[1].settings.path or not _apart(*first, *second):
            continue
        for (giver, one), (taker, other) in ((first, second), (second, first)):
            unlike = tuple(_unlike(giver, one, taker, other))
            if unlike:
                yield UnlikePair(giver, taker, one, other, unlike)


def _server(deployment: Deployment) -> Iterator[App]:
    """Yield the one application of a stack that surely answers requests; none where there are several."""
    roles = deployment.roles
    found = [
        app
        for app in deployment.apps
        if any(roles[name].sure and roles[name].role is ServiceRole.APP for name in app.services)
    ]
    # What refuses a template's placeholder starts as soon as the operator has replaced it.
    if len(found) == 1 and all(failure.placeholder for failure in found[0].settings.failures):
        yield found[0]


def _apart(one: Deployment, app: App, two: Deployment, other: App) -> bool:
    """Say whether each stack has a file of its own that gives its application an environment.

    An overlay without one, and one that only adds to the other stack, are variants of that stack.
    """
    shared = set(one.stack.files) & set(two.stack.files)
    return all(
        any(
            value is not None and value.span is not None and value.span.path in set(each.stack.files) - shared
            for name in each_app.services
            for value in each.services[name].environment.values()
        )
        for each, each_app in ((one, app), (two, other))
    )


def _unlike(giver: Deployment, one: App, taker: Deployment, other: App) -> Iterator[Unlike]:
    only_here = {word for name in {*giver.services} ^ {*taker.services} for word in _words(name)}
    seen: set[str] = set()
    for read in one.settings.reads:
        name = read.key
        if not name or name in seen or read.conditional or _OF_THE_PLACE.search(name.upper()):
            continue
        seen.add(name)
        if only_here & _words(name) or name in giver.documented or name in taker.documented:
            continue
        given, theirs = one.environment.get(name), other.environment.get(name)
        defaulted = _lacking(taker, theirs)
        if not isinstance(given, Known) or not _decided(giver, given):
            continue
        if not (defaulted or _decided(taker, theirs)):
            continue
        if not defaulted and giver.stack.files > taker.stack.files:
            continue  # told of the pair the other way round
        for setting, here, there in _settings_of(read, one, other):
            yield Unlike(name, setting, given, here, theirs, there, defaulted, read)


def _words(name: str) -> set[str]:
    return {word for word in re.split(r"[^a-z0-9]+", name.lower()) if len(word) > 2}


def _decided(deployment: Deployment, value: Known[str] | Unknown | None) -> bool:
    """Say whether a Compose file of a stack itself says what a variable is, not its env file."""
    if not isinstance(value, Known) or not value.value or value.from_template or value.span is None:
        return False
    return all(step.span is None or step.span.path in deployment.stack.files for step in value.trail)


def _lacking(deployment: Deployment, value: Known[str] | Unknown | None) -> bool:
    """Say whether a stack passes nothing, or the empty text of a variable that nothing sets."""
    return value is None or (
        isinstance(value, Known)
        and not value.value
        and all(step.span is None or step.span.path in deployment.stack.files for step in value.trail)
    )


def _settings_of(read: EnvRead, one: App, other: App) -> Iterator[tuple[str, Known[Any], Known[Any]]]:
    """Yield the settings that a read decides, where both values are known, plain and not the same."""
    for setting, here in one.settings.values.items():
        if not setting.isupper() or _OF_THE_PLACE.search(setting):
            continue
        if not isinstance(here, Known) or not any(step.span == read.span for step in here.trail):
            continue
        there = other.settings.values.get(setting)
        if not isinstance(there, Known) or type(here.value) is not type(there.value):
            continue
        if not any(step.span == read.span for step in there.trail):
            continue
        if _is_mode(here.value) and _is_mode(there.value) and here.value != there.value:
            yield setting, here, there


def _is_mode(value: object) -> bool:
    return isinstance(value, bool) or (isinstance(value, str) and _MODE.match(value) is not None)
