"""``os.environ``, ``os.getenv`` and what fills the environment: python-dotenv."""

from __future__ import annotations

from confguard.model.django import members
from confguard.model.django.library import registry
from confguard.model.django.machine import Read, Run
from confguard.model.django.objects import Call, V
from confguard.model.value import Known, Origin, Step, Trail, Unknown
from confguard.source import Span

PATH = "os.environ"


def current(run: Run, name: str) -> V | None:
    """Return a variable as the program finds it now; None if it is surely unset."""
    if name in run.environ.changed:
        return run.environ.changed[name]
    if "*" in run.environ.changed:
        blurred = run.environ.changed["*"]
        given = run.environment.get(name)
        return given if isinstance(given, Known) and blurred is None else blurred if given is None else given
    return run.environment.get(name)


def literal_span(key: V, span: Span) -> Span:
    """Return where the text of a key stands: its oldest place."""
    for step in reversed(key.trail):
        if step.span is not None:
            return step.span
    return span


def read(
    run: Run,
    key: V,
    span: Span,
    via: str,
    default: V | None = None,
    required: bool = False,
    cast: str = "",
    prefix: str = "",
) -> tuple[V | None, Read | None]:
    """Read a variable; return what was found (None: surely unset) and the record of the reading."""
    if isinstance(key, Unknown) or not isinstance(key.value, str):
        reason = key.reason if isinstance(key, Unknown) else "is read under a name that is no text"
        return Unknown(
            f"is a variable whose name is not known: {reason}",
            run.trail(Step("read from the environment", span), key),
        ), None
    name = prefix + key.value
    found = current(run, name)
    record = run.note_read(
        Read(name, literal_span(key, span), span, via, default, required, cast, found, False)
    )
    step = Step(f"read from the environment variable {name}", span)
    if found is None:
        return None, record
    trail = run.trail(step, found)
    if isinstance(found, Unknown):
        reason = found.reason
        if isinstance(default, Known) and isinstance(default.value, str | int | float | bool | type(None)):
            reason = f"{reason} (its default is {'None' if default.value is None else 'written in the call'})"
        return Unknown(reason, trail), record
    return Known(found.value, trail), record


def defaulted(run: Run, name: str, default: V, span: Span) -> V:
    """Return a default that applies because the variable is surely unset."""
    trail = run.trail(Step(f"default, because nothing sets {name}", span, Origin.DEFAULT), default)
    return Unknown(default.reason, trail) if isinstance(default, Unknown) else Known(default.value, trail)


def key_name(key: V) -> str:
    """Return a key for people, whether it is known or not."""
    return key.value if isinstance(key, Known) and isinstance(key.value, str) else "a variable"


def _get(run: Run, call: Call) -> V:
    key = call.get(0, "key")
    if key is None:
        raise IndexError
    default = call.get(1, "default") or Known(None, call.trail)
    found, record = read(run, key, call.span, "os", default)
    value = found if found is not None else defaulted(run, key_name(key), default, call.span)
    if record is not None:
        record.result = value
    return value


def missing(run: Run, kind: str, message: str, name: str, span: Span) -> Exception:
    """Return the exception that a reading raises because nothing delivers the variable."""
    step = Step(f"nothing sets the environment variable {name}", span, Origin.DEFAULT)
    return run.throw(kind, message, span, (step,), (name,))


def subscript(run: Run, key: V, span: Span, key_span: Span) -> V:
    """``os.environ[key]``."""
    found, record = read(run, key, span, "os", required=True)
    if found is None:
        raise missing(run, "KeyError", key_name(key), key_name(key), span)
    if isinstance(found, Unknown):
        run.may_raise("KeyError", span, doubt=True, trail=found.trail)
    if record is not None:
        record.result = found
    return found


def has(run: Run, key: V, span: Span) -> V:
    """``key in os.environ``."""
    found, _ = read(run, key, span, "os", Known(None))
    if found is None:
        step = Step(f"nothing sets the environment variable {key_name(key)}", span, Origin.DEFAULT)
        return Known(False, (step,))
    if isinstance(found, Unknown):
        return found
    return Known(True, found.trail)


def store(run: Run, key: V, value: V, span: Span) -> None:
    """``os.environ[key] = value``."""
    run.journal.touch(run.environ)
    if isinstance(key, Known) and isinstance(key.value, str):
        if (
            isinstance(value, Known)
            and not isinstance(value.value, str)
            and isinstance(value.value, int | float | type(None))
        ):
            raise run.throw("TypeError", f"str expected, not {type(value.value).__name__}", span, value.trail)
        trail = run.trail(Step(f"set in the environment as {key.value}", span), value)
        placed: V = Unknown(value.reason, trail) if isinstance(value, Unknown) else Known(value.value, trail)
        run.environ.changed[key.value] = placed
    else:
        run.environ.changed["*"] = Unknown("a variable whose name is not known is set")


def remove(run: Run, key: V, span: Span) -> V | None:
    """``del os.environ[key]``; returns what was there."""
    found, _ = read(run, key, span, "os")
    run.journal.touch(run.environ)
    if isinstance(key, Known) and isinstance(key.value, str):
        run.environ.changed[key.value] = None
    return found


def _setdefault(run: Run, call: Call) -> V:
    key, value = call.args[0], call.args[1] if len(call.args) > 1 else Known(None)
    found, _ = read(run, key, call.span, "os", value)
    if found is None:
        store(run, key, value, call.span)
        return value
    if isinstance(found, Unknown) and isinstance(key, Known) and isinstance(key.value, str):
        run.journal.touch(run.environ)
        run.environ.changed[key.value] = Unknown(found.reason, found.trail)
    return found


def _pop(run: Run, call: Call) -> V:
    default = call.args[1] if len(call.args) > 1 else None
    found = remove(run, call.args[0], call.span)
    if found is None:
        if default is None:
            raise missing(run, "KeyError", key_name(call.args[0]), key_name(call.args[0]), call.span)
        return defaulted(run, key_name(call.args[0]), default, call.span)
    return found


def as_dict(run: Run, span: Span) -> V:
    """Return the whole environment as a dict: incomplete unless every variable is known."""
    made = run.new_dict()
    for name in run.environment.values:
        value = run.environment.get(name)
        if value is not None:
            made.entries[name] = (Known(name), value)
    for name, changed in run.environ.changed.items():
        if changed is None:
            made.entries.pop(name, None)
        elif name != "*":
            made.entries[name] = (Known(name), changed)
    made.complete = False  # every process has variables of its system besides
    return Known(made, (Step("the whole environment", span),))


def _copy(run: Run, call: Call) -> V:
    return as_dict(run, call.span)


def _view(run: Run, call: Call) -> V:
    return Unknown("are all variables of the environment", call.trail)


def _update(run: Run, call: Call) -> V:
    made = run.new_dict()
    for arg in call.args:
        members.update(run, made, arg, call.span)
    for name, (_, value) in made.entries.items():
        store(run, Known(name), value, call.span)
    for name, value in call.keywords.items():
        store(run, Known(name), value, call.span)
    if not made.complete:
        store(run, Unknown("is not known"), Unknown("is not known"), call.span)
    return Known(None)


# python-dotenv 1.0: load_dotenv() looks for a .env file next to the calling file and upwards.


def constant(run: Run, path: str, trail: Trail) -> V | None:
    """Return objects of ``os`` and ``sys`` that depend on the run."""
    if path == "sys.argv":
        if run.argv_value is None:
            run.argv_value = Known(
                run.new_list(Known(word, (Step("the command line of a server", None),)) for word in run.argv)
            )
        return run.argv_value
    if path == "os.environb":
        return Unknown("are all variables of the environment")
    return None


FUNCTIONS: dict[str, registry.Function] = {
    "os.getenv": _get,
    "os.environ.get": _get,
    "os.environ.setdefault": _setdefault,
    "os.environ.pop": _pop,
    "os.environ.copy": _copy,
    "os.environ.update": _update,
    "os.environ.items": _view,
    "os.environ.keys": _view,
    "os.environ.values": _view,
    "os.environ.__getitem__": lambda run, call: subscript(run, call.args[0], call.span, call.span),
    "os.environ.__contains__": lambda run, call: has(run, call.args[0], call.span),
    "os.putenv": lambda run, call: Known(None),
}
