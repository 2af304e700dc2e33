"""``manage.py check --deploy`` has nothing to say under the settings that production gets."""

from __future__ import annotations

from confguard.model.deployment import App
from confguard.model.django.deploy_checks import deploy_checks
from confguard.model.value import Known, Origin
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed, together
from confguard.readiness.probes._subject import beginning, place, readable, serving, why_unreadable


def look(subject: Subject) -> Outcome:
    """Look at what the security checks would say, and at the settings on which that depends.

    What they say of a key that the template holds a placeholder for is not production's.
    """
    if not serving(subject):
        return cannot_tell("no service of the stack is known to run the repository's Django")
    return together(_of_app(subject, app) for app in serving(subject))


def _of_app(subject: Subject, app: App) -> Outcome:
    if not readable(app):
        return cannot_tell(why_unreadable(app))
    source = subject.repo.project.read(app.settings.path)
    where = [beginning(source, "was looked at")] if source is not None else []
    checked = deploy_checks(app.settings)
    said = [one for one in checked.messages if one.setting != "SECRET_KEY" or not _is_from_template(app)]
    if said:
        ids = ", ".join(dict.fromkeys(one.id.removeprefix("security.") for one in said))
        values = [(one.setting, app.settings.get(one.setting)) for one in said]
        places = [place(value.span, name) for name, value in values if value is not None]
        return failed(f"the check reports {ids}", [*places, *where])
    unknown = checked.unknown - {"SECRET_KEY"}
    if unknown:
        return cannot_tell(f"{', '.join(sorted(unknown))} is not known", where)
    return passed("the security checks could look at every setting, and say nothing", where)


def _is_from_template(app: App) -> bool:
    value = app.settings.get("SECRET_KEY")
    return not isinstance(value, Known) or any(step.origin is Origin.TEMPLATE for step in value.trail)
