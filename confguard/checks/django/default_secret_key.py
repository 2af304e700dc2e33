"""The SECRET_KEY of production is not one that the repository holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from confguard.checks._trails import Setting, explain, known_settings, never_passed, read_and_delivered
from confguard.finding import Finding, Label, Severity
from confguard.model.credentials import uses_in
from confguard.model.deployment import Deployment
from confguard.model.public_keys import default_in_compose
from confguard.model.repo import Repo
from confguard.model.secret_shape import Shape, shape_of
from confguard.model.value import Known, Origin
from confguard.source import Span


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each key of production that anybody can read in the repository."""
    for deployment in repo.production:
        for key in known_settings(deployment, "SECRET_KEY"):
            if not _is_refused(key):
                yield from _judge(deployment, key)


def _is_refused(key: Setting) -> bool:
    """Say whether the settings do not start because of this key: nothing is signed with it then."""
    places = {step.span for step in key.value.trail}
    names = {read.key for read in key.settings.reads if read.span in places} | {"SECRET_KEY"}
    return any(
        names.intersection(failure.variables) or "SECRET_KEY" in failure.message
        for failure in key.settings.failures
    )


def _judge(deployment: Deployment, key: Setting) -> Iterator[Finding]:
    value = key.value.value
    if not isinstance(value, str | bytes) or (place := key.mend) is None:
        return
    text = value if isinstance(value, str) else value.decode("latin-1")
    shape = shape_of(text)
    default = default_in_compose(deployment, text) if key.value.from_template else None
    if key.value.from_template and shape is not Shape.DEVELOPMENT and default is None:
        return  # the operator replaces a placeholder; what looks like a usable key is often left as it is
    if _is_private(key.value) and shape is Shape.PLAIN:
        return  # the host's own env file, which the repository does not hold
    severity = Severity.WARNING if key.value.from_template and default is None else Severity.ERROR
    source = _source(key.value, shape)
    if default is not None:
        source = f"the same public text in a template and as the default in {default.path}"
    yield Finding(
        f"SECRET_KEY{key.where('of')} is {source}",
        Label(place, _words(key.value, text, shape)),
        (
            *([Label(default, "what Compose falls back to")] if default is not None else []),
            *(
                label
                for label in read_and_delivered(key.value, place)
                if default is None or (label.span.path, label.span.line) != (default.path, default.line)
            ),
            *never_passed(deployment, key),
        ),
        notes=explain(key),
        help=_help(key.value, default, _variable(deployment, key, default or place)),
        stacks=(deployment.name,),
        address=("SECRET_KEY", *key.services),
        severity=severity,
    )


def _is_private(key: Known[Any]) -> bool:
    return any(step.span is not None and step.span.file.private for step in key.trail)


def _words(key: Known[Any], text: str, shape: Shape) -> str:
    if _is_private(key):
        return f"is still {shape.value}"
    return f"{len(text)} characters that anybody can read in the repository"


def _variable(deployment: Deployment, key: Setting, place: Span) -> str:
    """Return the variable that Compose fills in at a place, else the one that the settings read."""
    steps = [step.span for step in key.value.trail if step.span is not None]
    written = [span for span in steps if (span.path, span.line) == (place.path, place.line)]
    filled = [use.name for span in (place, *written) for use in uses_in(deployment, span)]
    return next(
        iter([*filled, *(read.key for read in key.settings.reads if read.span in steps)]), "SECRET_KEY"
    )


def _help(key: Known[Any], default: Span | None, variable: str) -> str:
    """Say how to mend it where the key is written; whoever read it once can use it for ever."""
    if _is_private(key):
        return (
            "set a key of its own on the host: `python -c 'from django.core.management.utils import "
            "get_random_secret_key as key; print(key())'` makes one"
        )
    replace = "and replace the key: whoever cloned the repository has it"
    elsewhere = _outside_of_code(key)
    if elsewhere is None:
        return f'read it without a fallback (`os.environ["SECRET_KEY"]`), {replace}'
    if key.from_template:
        require = f", and let {default.path} require the variable (`${{{variable}:?}}`)" if default else ""
        return f"write a placeholder into {elsewhere} that nobody could take for a key{require}"
    if key.from_default or not _is_env_file(elsewhere):
        return f"let Compose require it in {elsewhere} (`${{{variable}:?}}`), {replace}"
    return f"take it out of {elsewhere} (and that file out of git, if it holds secrets), {replace}"


def _is_env_file(path: str) -> bool:
    return not path.endswith((".yml", ".yaml"))


def _outside_of_code(key: Known[Any]) -> str | None:
    paths = [step.span.path for step in key.trail if step.span is not None]
    return next((path for path in reversed(paths) if not path.endswith(".py")), None)


def _source(key: Known[Any], shape: Shape) -> str:
    if _is_private(key):
        return f"{shape.value} in the host's {_outside_of_code(key)}"
    if key.from_template:
        return f"{shape.value} in a template, where a placeholder belongs"
    elsewhere = _outside_of_code(key)
    default = next((step for step in key.trail if step.origin is Origin.DEFAULT), None)
    if default is not None:
        return f"a {f'default in {elsewhere}' if elsewhere else 'fallback in the code'}: {default.text}"
    return f"committed in {elsewhere}" if elsewhere else "a literal in the code"
