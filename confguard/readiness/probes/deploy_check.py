"""``manage.py check --deploy`` has nothing to say under the settings that production gets."""

from __future__ import annotations

from confguard.model.deployment import App
from confguard.model.django.deploy_checks import deploy_checks
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, passed, together
from confguard.readiness.probes._common import beginning, readable, serving, why_unreadable


def look(subject: Subject) -> Outcome:
    """Look at what the security checks could look at; what they say is the rules' to judge."""
    if not serving(subject):
        return cannot_tell("no service of the stack is known to run the repository's Django")
    return together(_of_app(subject, app) for app in serving(subject))


def _of_app(subject: Subject, app: App) -> Outcome:
    if not readable(app):
        return cannot_tell(why_unreadable(app))
    source = subject.repo.project.read(app.settings.path)
    where = [beginning(source, "was looked at")] if source is not None else []
    unknown = deploy_checks(app.settings).unknown - {"SECRET_KEY"}
    if unknown:
        return cannot_tell(f"{', '.join(sorted(unknown))} is not known", where)
    return passed("the security checks could look at every setting, and nothing is against it", where)
