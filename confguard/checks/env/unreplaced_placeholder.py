"""No secret of production is still the placeholder of its template."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.model.delivery.files import EnvEntry, UsedEnvFile, is_documented, used_env_files
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.secret_names import is_secret
from confguard.model.secret_shape import Shape, shape_of
from confguard.words import joined

_SHOWN = 4


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each env file that production reads as it is and that holds placeholders."""
    templates = repo.env_templates
    for deployment in repo.production:
        for file in used_env_files(deployment):
            if not file.is_stand_in and file.read not in templates:
                refused = frozenset() if file.is_private else _refused(deployment)
                found = [
                    entry for entry in file.entries if _is_placeholder(entry) and entry.key not in refused
                ]
                if found:
                    yield _finding(deployment, file, found)


def _refused(deployment: Deployment) -> frozenset[str]:
    """Return the variables whose text keeps an application from starting: nobody can overlook those."""
    return frozenset(
        name for app in deployment.apps for failure in app.settings.failures for name in failure.variables
    )


def _is_placeholder(entry: EnvEntry) -> bool:
    return bool(entry.value) and is_secret(entry.key) and shape_of(entry.value or "") is Shape.PLACEHOLDER


def _finding(deployment: Deployment, file: UsedEnvFile, found: list[EnvEntry]) -> Finding:
    names = [entry.key for entry in found]
    shown = [*names[:_SHOWN], *([f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else [])]
    verb = "is a placeholder" if len(names) == 1 else "are placeholders"
    where = f"the host's {file.path}" if file.is_private else file.path
    return Finding(
        f"{joined(shown)} {verb} in {where}, which production loads as it is",
        Label(found[0].value_span, "nobody replaced it here"),
        (
            *(Label(entry.value_span, "nor this") for entry in found[1:_SHOWN]),
            *(Label(span.first_line(), "reads it") for span in file.spans[:1]),
        ),
        help="write real secrets on the host"
        + (
            ""
            if file.is_private
            else f", into a file that git ignores; call this one a template ({file.read}.example)"
        ),
        stacks=(deployment.name,),
        address=(file.path, *names),
        severity=_severity(deployment, file),
    )


def _severity(deployment: Deployment, file: UsedEnvFile) -> Severity | None:
    """Return an error for the host's own file, advice for one that documents speak of: it is to be edited."""
    if file.is_private:
        return Severity.ERROR
    return Severity.INFO if is_documented(deployment, file) else None
