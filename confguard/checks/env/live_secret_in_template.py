"""No committed template holds a secret that looks like a live one."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._trails import known_settings
from confguard.finding import Finding, Label, Severity
from confguard.model.delivery.secrets import Exposed, exposed
from confguard.model.public_keys import default_in_compose
from confguard.model.repo import Repo


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each template of an env file that holds what looks like a live secret."""
    used = repo.production_env_files
    told = frozenset(_told(repo))
    allowed = repo.options["live-secret-in-template"]["allow"]
    for path in sorted(repo.env_templates):
        # A template for developers may hold random keys to throw away, but nobody's tokens.
        found = tuple(
            one
            for one in exposed(repo.project, path, random=path in used)
            if one.key not in allowed and (one.issuer or one.span.text.strip("\"'") not in told)
        )
        if found:
            yield _finding(path, found)


def _told(repo: Repo) -> Iterator[str]:
    """Yield the keys of templates that are the ones in use in any case: default-secret-key tells of them."""
    for deployment in repo.production:
        for key in known_settings(deployment, "SECRET_KEY"):
            text = key.value.value
            if isinstance(text, str) and key.value.from_template and default_in_compose(deployment, text):
                yield text


def _finding(path: str, found: tuple[Exposed, ...]) -> Finding:
    issued = [one for one in found if one.issuer]
    first = issued[0] if issued else found[0]
    what = first.issuer or "looks like a generated key"
    others = [one for one in found if one is not first]
    names = first.key if not others else f"{first.key} and {len(others)} more"
    return Finding(
        f"the template {path} holds what {f'looks like {what}' if first.issuer else what} in {names}",
        Label(first.span, f"{first.length} characters"),
        tuple(Label(one.span, one.issuer or "looks generated, too") for one in others[:6]),
        help="put a placeholder in its place that nobody could take for a value (`change-me`); if it was "
        "ever in use, replace it there too: it stays in git's history",
        address=(path, *(one.key for one in found)),
        severity=Severity.ERROR if issued else None,
    )
