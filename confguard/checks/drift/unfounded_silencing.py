"""Deployment checks are silenced only where something else does what they ask for."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo
from confguard.model.silenced_checks import Unfounded, unfounded
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each application, with all checks that are silenced without a stand-in."""
    for deployment in repo.production:
        for app in deployment.apps:
            found = list(unfounded(deployment, app)) if any(map(deployment.serves_http, app.services)) else []
            if not found:
                continue
            first = found[0]
            places = dict.fromkeys(span for one in found for span in one.answers)
            yield Finding(
                f"{joined([f'`{one.message.id}`' for one in found])} "
                f"{'is' if len(found) == 1 else 'are'} silenced, and nothing else does what "
                f"{'it asks' if len(found) == 1 else 'they ask'} for",
                Label(first.place.first_line(), _words(first)),
                (
                    *(Label(one.place.first_line(), _words(one)) for one in found[1:]),
                    *(Label(span.first_line(), "is answered here") for span in list(places)[:3]),
                ),
                notes=(f"{app.settings.module} is the settings module",),
                help=_help(found),
                stacks=(deployment.name,),
                address=(app.settings.module, *app.services),
            )


def _words(one: Unfounded) -> str:
    return f"{one.message.setting}: {one.message.text}"


def _help(found: list[Unfounded]) -> str:
    plain = [one.message.id == "security.W008" for one in found]
    redirect = ["redirect plain http in nginx: `return 301 https://$host$request_uri;`"] if any(plain) else []
    headers = [] if all(plain) else ["add the header in nginx, or in Django what the check asks for"]
    return "; ".join((*redirect, *headers))
