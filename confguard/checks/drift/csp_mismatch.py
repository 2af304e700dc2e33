"""nginx and Django send the same content security policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.checks._trails import deliveries
from confguard.finding import Finding, Fix, Label, Severity
from confguard.fixes.edits import whole
from confguard.fixes.nginx import replace_argument
from confguard.model.csp import Difference, differences, forbids_all, lets_inline
from confguard.model.deployment import App, Deployment
from confguard.model.nginx import Header, NginxModel, Target, header_set, hidden_headers, upstream_targets
from confguard.model.repo import Repo
from confguard.model.responses import answering, app_behind, apps_behind
from confguard.model.responses.nonces import uses_nonces
from confguard.model.value import Known
from confguard.source import Span
from confguard.words import joined

if TYPE_CHECKING:
    from confguard.model.django import Policy

_NAMES = {"content-security-policy": False, "content-security-policy-report-only": True}


@dataclass(frozen=True, slots=True)
class _Pair:
    """A policy of nginx, and the one of the application that is its counterpart."""

    header: Header
    report_only: bool
    app: App
    policy: Policy
    ours: str
    theirs: str
    found: tuple[Difference, ...]
    where: str
    doubled: tuple[Target, ...]
    """The routes whose answers carry both."""

    @property
    def alike(self) -> bool:
        """Whether both are enforced, or both only report."""
        return self.policy.report_only == self.report_only

    @property
    def only_nonces(self) -> bool:
        """Whether nothing but nonces is different."""
        return bool(self.found) and all(map(_is_nonce_only, self.found))

    @property
    def kills_nonce(self) -> bool:
        """Whether nginx forbids on pages what Django's nonce allows."""
        enforced = bool(self.doubled) and not self.report_only and self.policy.nonce
        return enforced and not all(lets_inline(self.theirs, kind) for kind in ("script-src", "style-src"))


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each policy of nginx that differs from that of an application behind it."""
    for deployment in repo.production:
        for model in deployment.proxies:
            for app in apps_behind(deployment, model):
                for header, report_only in _policies_of(model):
                    pair = _pair(deployment, model, app, header, report_only)
                    if pair is not None and _is_worth_telling(pair):
                        yield _finding(deployment, pair)


def _policies_of(model: NginxModel) -> Iterator[tuple[Header, bool]]:
    """Yield each policy that nginx adds somewhere, once for the directive that writes it."""
    seen: set[Span] = set()
    for level in model.levels():
        for header in header_set(level).headers:
            report_only = _NAMES.get(header.name.lower())
            if report_only is not None and header.span not in seen:
                seen.add(header.span)
                yield header, report_only


def _pair(
    deployment: Deployment, model: NginxModel, app: App, header: Header, report_only: bool
) -> _Pair | None:
    if not isinstance(header.value, Known) or "$" in header.value.value:
        return None
    policies = [policy for policy in app.settings.policies if policy.text is not None]
    known = [policy for policy in policies if isinstance(policy.text, Known)]
    if not known or len(known) != len(policies):
        return None
    # Of two policies of Django's, the one that is enforced in the same way is the counterpart.
    policy = next((one for one in known if one.report_only == report_only), known[0])
    assert isinstance(policy.text, Known)
    theirs, ours = header.value.value, policy.text.value
    found = differences(theirs, ours)
    doubled = tuple(_doubled(deployment, model, app, header, policy))
    return _Pair(header, report_only, app, policy, ours, theirs, found, answering(deployment, app), doubled)


def _doubled(
    deployment: Deployment, model: NginxModel, app: App, header: Header, policy: Policy
) -> Iterator[Target]:
    name = "content-security-policy-report-only" if policy.report_only else "content-security-policy"
    for target in upstream_targets(model):
        if header.span in [one.span for one in header_set(target.level).headers]:
            hidden = hidden_headers(target.level, target.protocol)
            if app_behind(deployment, target) is app and hidden is not None and name not in hidden:
                yield target


def _is_worth_telling(pair: _Pair) -> bool:
    if not pair.found:
        return not pair.alike
    if pair.doubled:
        return True
    # Files need no nonce, and a policy that forbids all is for what is no page of the site.
    return not pair.only_nonces and not forbids_all(pair.theirs) and not forbids_all(pair.ours)


def _finding(deployment: Deployment, pair: _Pair) -> Finding:
    place = _directive(pair.header.statement.words[1].span, pair.found)
    return Finding(
        _message(pair),
        Label(place, "nginx sends this"),
        tuple(_labels(pair)),
        notes=tuple(_notes(pair)),
        help=_help(pair),
        stacks=(deployment.name,),
        address=(pair.header.span.path, _level(pair.header), "Content-Security-Policy"),
        severity=_severity(deployment, pair),
        fixes=_aligned(pair),
    )


def _aligned(pair: _Pair) -> tuple[Fix, ...]:
    """Return the fix that writes Django's policy into nginx, where it is one text for all answers."""
    text = " ".join(pair.ours.split())
    if not pair.alike or pair.policy.nonce or '"' in text or "$" in text or "\\" in text:
        return ()
    edit = replace_argument(pair.header.statement, 1, text)
    if edit is None or pair.header.statement.words[1].quote != '"':
        return ()
    return whole("write Django's policy into nginx", [edit], safe=False)


def _severity(deployment: Deployment, pair: _Pair) -> Severity | None:
    if not pair.alike and pair.found:
        return Severity.INFO  # a stricter policy is often tried out beside the one in force
    if pair.only_nonces and not uses_nonces(deployment.project):
        return Severity.INFO  # only pages that use the nonce notice that nginx's policy does not have it
    return None


def _is_nonce_only(one: Difference) -> bool:
    sources = (*one.only_left, *one.only_right)
    whole = one.missing_left or one.missing_right
    return not whole and bool(sources) and all(source.startswith("'nonce-") for source in sources)


def _directive(policy: Span, found: tuple[Difference, ...]) -> Span:
    """Return the place of the first directive that differs in nginx's policy, or all of its first line."""
    for one in found:
        place = re.search(
            rf"(?<![\w-]){re.escape(one.directive)}(?![\w-])[^;\"'\n]*(?:'[^';\n]*'[^;\"'\n]*)*",
            policy.text,
            re.IGNORECASE,
        )
        if place:
            return policy.sub(place.start(), place.start() + len(place[0].rstrip()))
    return policy.first_line()


def _level(header: Header) -> str:
    """Name the level without what an environment may fill in: a server's names."""
    return header.level.title if header.level.kind == "location" else header.level.kind


def _message(pair: _Pair) -> str:
    if not pair.alike:
        sides = ("only reports", "enforces") if pair.report_only else ("enforces", "only reports")
        return f"nginx {sides[0]} its policy and Django {sides[1]} its own"
    if pair.only_nonces and pair.kills_nonce:
        kinds = joined([one.directive for one in pair.found])
        return f"nginx adds a policy whose {kinds} lacks Django's nonce: what the nonce allows stays blocked"
    first = _words(pair.found[0])
    more = f", and {len(pair.found) - 1} more" if len(pair.found) > 1 else ""
    return f"this policy and Django's differ: {first}{more}"


def _words(one: Difference) -> str:
    if one.missing_left:
        return f"{one.directive} is missing here"
    if one.missing_right:
        return f"Django's has no {one.directive}"
    if one.only_right:
        return f"{one.directive} has no {_shown(one.only_right)} here"
    return f"{one.directive} has {_shown(one.only_left)} only here"


def _shown(sources: tuple[str, ...]) -> str:
    return " ".join("'nonce-...'" if source.startswith("'nonce-") else source for source in sources)


def _labels(pair: _Pair) -> Iterator[Label]:
    """Label where Django's policy is made, and the settings that switch it on."""
    first = pair.policy.span.first_line()
    assert isinstance(pair.policy.text, Known)
    made = (label for label in deliveries(pair.policy.text, limit=20) if label.span.path != first.path)
    beside = deliveries(pair.policy.text) if pair.policy.source.isupper() else tuple(made)[:4]
    labels = [Label(first, "Django sends its own here"), *beside]
    for name in pair.policy.settings:
        value = pair.app.settings.get(name)
        if isinstance(value, Known) and isinstance(value.value, bool) and value.span is not None:
            labels.append(Label(value.span.first_line(), f"{name} is {value.value}"))
            labels += deliveries(value, limit=1)
    seen: set[tuple[str, int]] = set()
    for label in labels:
        place = (label.span.path, label.span.line)
        if place not in seen:
            seen.add(place)
            yield label


def _notes(pair: _Pair) -> Iterator[str]:
    if len(pair.found) > 1 or (pair.found and not pair.alike):
        yield "; ".join(_words(one) for one in pair.found)
    if pair.doubled:
        routes = list(dict.fromkeys(target.level.title for target in pair.doubled))
        more = f" and {len(routes) - 3} more" if len(routes) > 3 else ""
        yield f"answers of {', '.join(routes[:3])}{more} carry both: a browser obeys each of them"
    yield f"{pair.app.settings.module} is the settings module of {pair.where}"


def _help(pair: _Pair) -> str:
    name = "Content-Security-Policy-Report-Only" if pair.report_only else "Content-Security-Policy"
    if not pair.alike:
        return "enforce on both sides, or report on both, as soon as the policy is settled"
    if pair.doubled:
        return (
            f"take `add_header {name}` out of the routes that are passed on and let Django's policy alone "
            f"rule its pages; or hide Django's there with `proxy_hide_header {name};`"
        )
    return "let one side own the policy, and change the other side's text with it"
