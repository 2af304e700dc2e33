"""The pages of the API's schema may load their scripts."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from confguard.finding import Finding, Label
from confguard.model.csp import parse_policy
from confguard.model.repo import Repo
from confguard.model.schema_pages import BlockedPage, blocked_pages


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each page that stays empty because of the policy it is sent with."""
    for deployment in repo.production:
        for one in blocked_pages(deployment):
            yield _finding(deployment.name, one)


def _finding(stack: str, one: BlockedPage) -> Finding:
    host = urlsplit(one.address).hostname
    policy = parse_policy(one.policy)
    name = next(name for name in ("script-src-elem", "script-src", "default-src") if name in policy)
    primary = (one.chosen_at or one.route.span).first_line()
    related = [Label(one.route.span.first_line(), "the page")]
    if one.policy_at is not None:
        related.append(Label(one.policy_at.first_line(), f"allows {' '.join(policy[name])[:60]}"))
    split = ", and SpectacularSwaggerSplitView: no script inside of its page"
    split = split if one.setting.startswith("SWAGGER") else ""
    return Finding(
        f"the page `/{one.route.text}` stays empty: its scripts come from {host}, which `{name}` of its "
        "Content-Security-Policy does not allow",
        Label(primary, f"{one.setting} is {one.address.rpartition('/')[0][:60]}"),
        tuple(label for label in related if label.span != primary),
        help=f'serve the scripts yourself: `"{one.setting}": "SIDECAR"` with drf-spectacular-sidecar{split}',
        stacks=(stack,),
        address=(one.route.text, one.setting),
    )
