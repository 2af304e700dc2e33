"""environs 15: ``Env`` and ``FileAwareEnv``."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from confguard.model.django import equality, iteration, operations
from confguard.model.django.library import osenviron, registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, ClassObject, External, Native, NativeObject, V
from confguard.model.django.operations import NotPlain, plain
from confguard.model.value import Known, Step, Unknown
from confguard.source import Span

# marshmallow's Boolean field.
_TRUTHY = ("t", "T", "true", "True", "TRUE", "on", "On", "ON", "y", "Y", "yes", "Yes", "YES", "1")
_FALSY = ("f", "F", "false", "False", "FALSE", "off", "Off", "OFF", "n", "N", "no", "No", "NO", "0")


def _bool(text: str) -> bool:
    if text in _TRUTHY:
        return True
    if text in _FALSY:
        return False
    raise ValueError("Not a valid boolean.")


def _int(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError("Not a valid integer.") from None


def _float(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError("Not a valid number.") from None
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError("Special numeric values (nan or infinity) are not permitted.")
    return number


_DURATION = re.compile(
    r"^(?:\s*)(?=\S)(?:([+-]?\d+)\s*w)?(?:\s*([+-]?\d+)\s*d)?(?:\s*([+-]?\d+)\s*h)?(?:\s*([+-]?\d+)\s*m)?(?:\s*([+-]?\d+)\s*s)?(?:\s*([+-]?\d+)\s*ms)?(?:\s*([+-]?\d+)\s*(?:µs|μs|us))?\s*$"
)


def _timedelta(text: str) -> timedelta:
    match = _DURATION.match(text)
    if match and any(match.groups()):
        weeks, days, hours, minutes, seconds, milliseconds, microseconds = (
            int(part or 0) for part in match.groups()
        )
        return timedelta(
            days=days,
            seconds=seconds,
            microseconds=microseconds,
            milliseconds=milliseconds,
            minutes=minutes,
            hours=hours,
            weeks=weeks,
        )
    return timedelta(seconds=_int(text))


def _log_level(text: str) -> int:
    if text.isdigit():
        return int(text)
    level = getattr(logging, text.upper(), None)
    if not isinstance(level, int):
        raise ValueError("Not a valid log level.")
    return level


_NEVER_REFUSED = frozenset({"__call__", "str", "path"})
"""Methods that take every text."""

_CASTS: dict[str, Callable[[str], Any]] = {
    "__call__": lambda text: text,
    "str": lambda text: text,
    "int": _int,
    "bool": _bool,
    "float": _float,
    "json": json.loads,
    "timedelta": _timedelta,
    "log_level": _log_level,
}
_SUBCASTS = {"builtins.str": "str", "builtins.int": "int", "builtins.bool": "bool", "builtins.float": "float"}


class Env(NativeObject):
    """One ``Env()``; with ``files`` it also reads what ``X_FILE`` names."""

    __slots__ = ("expand", "files", "prefix")

    def __init__(self, prefix: str, files: bool, expand: bool) -> None:
        self.prefix, self.files, self.expand = prefix, files, expand

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        if name in ("read_env", "seal"):
            return Known(Native(name, _read_env if name == "read_env" else lambda run, call: Known(None)))
        if name == "prefixed":
            return Known(Native(name, self._prefixed))
        if name in _CASTS or name in ("list", "dict", "path", "url", "dj_db_url"):
            return Known(Native(name, lambda run, call: self.get(run, name, call)))
        if name in ("decimal", "datetime", "date", "time", "uuid", "enum", "dj_email_url", "dj_cache_url"):
            return Known(Native(name, lambda run, call: self.get(run, name, call)))
        return Unknown(f"is {name} of an Env, which is not followed")

    def call(self, run: Run, call: Call) -> V:
        """Return what calling it gives."""
        return self.get(run, "__call__", call)

    def _prefixed(self, run: Run, call: Call) -> V:
        prefix = call.args[0]
        if not isinstance(prefix, Known) or not isinstance(prefix.value, str):
            return Unknown("reads with a prefix that is not known", call.trail)
        return Known(Prefixed(self, prefix.value), call.trail)

    def get(self, run: Run, kind: str, call: Call) -> V:
        """Read a variable with a cast."""
        key = call.get(0, "name")
        if key is None:
            raise IndexError
        default = call.get(1, "default")
        if isinstance(default, Known) and default.value is ...:
            default = None
        name = self.prefix + osenviron.key_name(key)
        cast = "" if kind == "__call__" else kind
        if self.files:
            from_file = self._from_file(run, name, call)
            if from_file is not None:
                return self._cast(run, kind, from_file, call, name)
        found, record = osenviron.read(
            run, key, call.span, "environs", default, default is None, cast, self.prefix
        )
        if found is None:
            if default is None:
                message = f'Environment variable "{name}" not set'
                raise osenviron.missing(run, "environs.EnvError", message, name, call.span)
            value = osenviron.defaulted(run, name, default, call.span)
            if kind in ("dj_db_url", "dj_email_url"):
                value = self._cast(run, kind, value, call, name)
        elif isinstance(found, Unknown):
            refused = default is None or kind not in _NEVER_REFUSED
            run.may_raise("environs.EnvError", call.span, refused, found.trail)
            value = Unknown(found.reason, found.trail)
        elif self.expand and "${" in str(found.value):
            value = Unknown("is put together from other variables", found.trail)
        else:
            value = self._cast(run, kind, found, call, name)
        if record is not None:
            record.result = value
        return value

    def _from_file(self, run: Run, name: str, call: Call) -> V | None:
        key = Known(f"{name}_FILE", call.trail)
        found, _ = osenviron.read(run, key, call.span, "environs", Known(None), cast="file")
        if found is None or (isinstance(found, Known) and not found.value):
            return None
        if isinstance(found, Unknown):
            return Unknown(found.reason, found.trail)
        return Unknown(f"is read from the file that {name}_FILE names", found.trail)

    def _cast(self, run: Run, kind: str, value: V, call: Call, name: str) -> V:
        trail = run.trail(call.step("cast"), value)
        if kind == "dj_db_url":
            return registry.functions()["dj_database_url.parse"](
                run,
                Call(
                    [value],
                    {k: v for k, v in call.keywords.items() if k not in ("default", "name")},
                    call.span,
                    call.complete,
                ),
            )
        if kind == "dj_email_url":
            return registry.functions()["dj_email_url.parse"](run, Call([value], {}, call.span))
        if kind == "path":
            return registry.functions()["pathlib.Path"](run, Call([value], {}, call.span))
        if kind == "url":
            return registry.functions()["urllib.parse.urlparse"](run, Call([value], {}, call.span))
        try:
            text = plain(value)
            if not isinstance(text, str):
                return Unknown("is cast although it is no text", trail)
            if kind == "list":
                return self._list(run, text, call, trail, name)
            if kind == "dict":
                return self._dict(run, text, call, trail, name)
            if kind == "enum":
                return self._member(run, text, call, trail, name)
            if kind not in _CASTS:
                return Unknown(f"is cast to {kind}, which is not followed", trail)
            made = run.wrap(_CASTS[kind](text), trail)
        except NotPlain as error:
            return Unknown(error.unknown.reason, trail)
        except ValueError as error:
            message = f"Environment variable \"{name}\" invalid: ['{error}']"
            raise run.throw("environs.EnvValidationError", message, call.span, trail) from None
        return self._validated(run, made, call)

    def _member(self, run: Run, text: str, call: Call, trail: tuple[Step, ...], name: str) -> V:
        """``env.enum``: a member by its name, or by its value with ``by_value``."""
        given = call.get(2, "enum") or call.keywords.get("type")
        cls = given.value if isinstance(given, Known) else None
        by_value = operations.truth(call.keywords.get("by_value", Known(False)))
        members = iteration.enum_members(cls) if isinstance(cls, ClassObject) else None
        if members is None or by_value is None:
            return Unknown("is cast to an enumeration that is not followed", trail)
        for member in members:
            assert isinstance(member, Known)
            held = member.value.namespace.names["_value_" if by_value else "_name_"]
            if equality.equal(held, Known(text)):
                return Known(member.value, trail)
        message = f"Environment variable \"{name}\" invalid: ['Must be one of its members.']"
        raise run.throw("environs.EnvValidationError", message, call.span, trail)

    def _validated(self, run: Run, value: V, call: Call) -> V:
        if "validate" in call.keywords:
            run.may_raise("environs.EnvValidationError", call.span)
        return value

    def _list(self, run: Run, text: str, call: Call, trail: tuple[Step, ...], name: str) -> V:
        delimiter = plain(call.keywords.get("delimiter", Known(",")))
        parts = text.split(delimiter) if text != "" else []
        return Known(
            run.new_list(self._sub(run, part, call.get(2, "subcast"), call, trail, name) for part in parts),
            trail,
        )

    def _sub(self, run: Run, part: str, cast: V | None, call: Call, trail: tuple[Step, ...], name: str) -> V:
        value: V = Known(part, trail)
        if cast is None or (isinstance(cast, Known) and cast.value is None):
            return value
        if isinstance(cast, Known) and isinstance(cast.value, External) and cast.value.path in _SUBCASTS:
            try:
                return Known(_CASTS[_SUBCASTS[cast.value.path]](part), trail)
            except ValueError as error:
                message = f'Environment variable "{name}" invalid: {error}'
                raise run.throw("environs.EnvValidationError", message, call.span, trail) from None
        return registry.call_known(run, cast, [value], call.span)

    def _dict(self, run: Run, text: str, call: Call, trail: tuple[Step, ...], name: str) -> V:
        made = run.new_dict()
        delimiter = plain(call.keywords.get("delimiter", Known(",")))
        between = plain(call.keywords.get("key_value_delimiter", Known("=")))
        for item in text.split(delimiter) if text else []:
            if between not in item:
                raise run.throw(
                    "ValueError", "not enough values to unpack (expected 2, got 1)", call.span, trail
                )
            key, part = item.split(between, 1)
            key_value = self._sub(run, key.strip(), call.keywords.get("subcast_keys"), call, trail, name)
            made.entries[operations.hashable(run, key_value, call.span)] = (
                key_value,
                self._sub(run, part.strip(), call.keywords.get("subcast_values"), call, trail, name),
            )
        return Known(made, trail)


class Prefixed(NativeObject):
    """``env.prefixed("X_")``: inside of its block all names that the same object reads have the prefix."""

    __slots__ = ("before", "env", "prefix")

    def __init__(self, env: Env, prefix: str) -> None:
        self.env, self.prefix, self.before = env, prefix, env.prefix

    def enter(self, run: Run) -> V:
        """Begin the block; return what ``as`` names."""
        self.before = self.env.prefix
        self.env.prefix = f"{self.before}{self.prefix}"
        return Known(self.env)

    def leave(self, run: Run) -> None:
        """End the block."""
        self.env.prefix = self.before


def _make(files: bool) -> registry.Function:
    def apply(run: Run, call: Call) -> V:
        prefix = call.keywords.get("prefix", Known(""))
        expand = call.keywords.get("expand_vars", Known(False))
        eager = call.keywords.get("eager", Known(True))
        if not isinstance(prefix, Known) or operations.truth(eager) is not True:
            return Unknown("is an Env that is not followed", call.trail)
        return Known(Env(prefix.value or "", files, operations.truth(expand) is not False), call.trail)

    return apply


def _read_env(run: Run, call: Call) -> V:
    override = call.keywords.get("override", Known(False))
    given = call.get(0, "path")
    args = [given] if given is not None else []
    return registry.functions()["dotenv.load_dotenv"](
        run, Call(args, {"override": override}, call.span, True, call.scope)
    )


def _shared(name: str) -> registry.Function:
    return lambda run, call: _shared_env(run).get(run, name, call)


def _shared_env(run: Run) -> Env:
    """Return ``environs.env``, of which each run has its own."""
    made: Env = run.hooks.setdefault("environs.env", Env("", False, False))
    return made


FUNCTIONS: dict[str, registry.Function] = {
    "environs.Env": _make(False),
    "environs.FileAwareEnv": _make(True),
    "environs.env": _shared("__call__"),
    "environs.env.read_env": _read_env,
    "environs.env.prefixed": lambda run, call: _shared_env(run)._prefixed(run, call),
    "environs.Env.read_env": _read_env,
    **{
        f"environs.env.{name}": _shared(name)
        for name in (*_CASTS, "list", "dict", "path", "url", "dj_db_url")
        if name != "__call__"
    },
}
