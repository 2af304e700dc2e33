"""django-configurations 2.5: values that classes of settings hold until the class is set up."""

from __future__ import annotations

import ast
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath
from typing import Any

from confguard.model.django import iteration, operations, paths
from confguard.model.django.errors import matches
from confguard.model.django.library import osenviron, registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, DictObject, ListObject, NativeObject, Raised, TupleObject, V
from confguard.model.value import Known, Unknown
from confguard.source import Span

BASES = ("configurations.Configuration", "configurations.base.Configuration")
_TRUE, _FALSE = ("yes", "y", "true", "1"), ("no", "n", "false", "0", "")
_LATE = {"DatabaseURLValue": "DATABASE_URL", "CacheURLValue": "CACHE_URL", "EmailURLValue": "EMAIL_URL"}
_SEQUENCES = {
    "ListValue": "list",
    "TupleValue": "tuple",
    "BackendsValue": "list",
    "SetValue": "set",
    "SingleNestedListValue": "list",
    "SingleNestedTupleValue": "tuple",
}
_PLAIN = ("Value", "SecretValue", "SecretFileValue", "BooleanValue", "DictValue", "PathValue")
_NUMBERS: dict[str, Any] = {
    "IntegerValue": int,
    "PositiveIntegerValue": int,
    "FloatValue": float,
    "DecimalValue": Decimal,
}
_CHECKED = ("EmailValue", "URLValue", "IPValue", "RegexValue")
_NESTED = {"SingleNestedListValue": "list", "SingleNestedTupleValue": "tuple"}
_UNFOLLOWED = ("SearchURLValue",)


class ConfigurationValue(NativeObject):
    """One ``values.X(...)`` of a class body, until ``setup`` gives it the name it is assigned to."""

    __slots__ = ("default", "kind", "made", "name", "options", "prefix", "run", "settled")

    def __init__(self, run: Run, kind: str, made: Call) -> None:
        self.run, self.kind, self.made = run, kind, made
        late = kind in _LATE
        self.name = made.get(2, "environ_name", Known(_LATE[kind]) if late else Known(None)) or Known(None)
        self.prefix = made.get(3, "environ_prefix", Known(None if late else "DJANGO")) or Known(None)
        self.options = {key: operations.truth(value) for key, value in made.keywords.items()}
        self.settled: V | None = None
        self.default = self._default(run)

    @property
    def truth(self) -> bool | None:
        """``bool(value)``: a value that has the name of its variable is read when it is asked."""
        return operations.truth(self._current())

    def _current(self) -> V:
        if self.settled is None and self._environ() is not False and operations.truth(self.name) is True:
            assert isinstance(self.name, Known)
            return self.setup(self.run, str(self.name.value))
        return self.settled if self.settled is not None else self.default

    @property
    def multiple(self) -> bool:
        """Whether it gives several settings at once."""
        return self.kind == "EmailURLValue"

    def _default(self, run: Run) -> V:
        given = self.made.get(0, "default") or Known(None, self.made.trail)
        if isinstance(given, Known) and isinstance(given.value, ConfigurationValue):
            given = given.value.default
        empty = isinstance(given, Known) and given.value is None
        trail = run.trail(self.made.step("default of the value"), given)
        if self.kind in _SEQUENCES:
            kind = _SEQUENCES[self.kind]
            walk = iteration.iterate(run, given, self.made.span) if not empty else iteration.Walk([])
            if not empty:
                walk = replace(walk, items=[self._converted(run, item) for item in walk.items])
            if kind == "set":
                return iteration.make_set(run, walk.items, walk.complete, self.made.span, trail, "set")
            if kind == "tuple":
                return Known(TupleObject(tuple(walk.items), walk.complete), trail)
            return Known(run.new_list(walk.items, walk.complete), trail)
        if empty and (self.kind == "DictValue" or self.kind in _LATE):
            return Known(run.new_dict(), trail)
        if self.kind in _LATE:
            return self._cast(run, given)
        if self.kind == "BooleanValue" and isinstance(given, Known) and given.value not in (True, False):
            raise run.throw("ValueError", "Default value is not a boolean value", self.made.span, trail)
        if self.kind == "SecretValue" and not empty and isinstance(given, Known):
            message = "Secret values are only allowed to be set as environment variables"
            raise run.throw("ValueError", message, self.made.span, trail)
        return given

    def early(self) -> bool | None:
        """Whether it is read at once, because it does not need to know what it is assigned to."""
        if self.kind in _LATE or self.options.get("late_binding"):
            return False
        environ = self._environ()
        if environ is None:
            return None
        return operations.truth(self.name) if environ else operations.truth(self.default)

    def _environ(self) -> bool | None:
        given = self.made.get(1, "environ")
        return True if self.kind == "SecretValue" or given is None else operations.truth(given)

    def setup(self, run: Run, name: str) -> V:
        """Read the variable and return the value; raises ValueError where the class would."""
        if self._environ() is False:
            self.settled = self.default
            return self._placed(run, self.default)
        full = self._variable(name)
        if full is None:
            self.settled = Unknown("is read under a name that is not known", self.made.trail)
            return self.settled
        self.settled = self._read(run, name, full)
        return self._placed(run, self.settled)

    def _placed(self, run: Run, value: V) -> V:
        """``PathValue``: absolute; whether the path is there is known only where it runs."""
        if self.kind != "PathValue" or isinstance(value, Unknown):
            return value
        if not isinstance(value.value, str | PurePosixPath) or str(value.value).startswith("~"):
            return Unknown("is a path that depends on where it runs", value.trail)
        if self.options.get("check_exists", True) is not False:
            run.may_raise("ValueError", self.made.span, doubt=True)
        return Known(paths.absolute(run, str(value.value)), value.trail)

    def _converted(self, run: Run, item: V) -> V:
        """Convert one item of a sequence, or the items of a nested one."""
        converter = self.made.keywords.get("converter")
        if converter is None or (isinstance(converter, Known) and converter.value is None):
            return item
        if (
            self.kind in _NESTED
            and isinstance(item, Known)
            and isinstance(item.value, TupleObject | ListObject)
        ):
            parts = [self._converted(run, part) for part in item.value.items]
            if isinstance(item.value, TupleObject):
                return Known(TupleObject(tuple(parts)), item.trail)
            return Known(run.new_list(parts), item.trail)
        try:
            return registry.call_known(run, converter, [item], self.made.span)
        except Raised as signal:
            if not matches(signal.error.cls, ("TypeError", "ValueError")):
                raise
            raise run.throw("ValueError", "Cannot interpret item", self.made.span, item.trail) from None

    def _variable(self, name: str) -> str | None:
        prefix = self.prefix.value if isinstance(self.prefix, Known) else None
        own = self.name.value if isinstance(self.name, Known) else None
        if isinstance(self.prefix, Unknown) or isinstance(self.name, Unknown):
            return None
        own = own or name.upper()
        return f"{str(prefix).removesuffix('_')}_{own}" if prefix else str(own)

    def _read(self, run: Run, name: str, full: str) -> V:
        span = self.made.span
        required = self.kind == "SecretValue" or self.options.get("environ_required") is True
        if self.kind == "SecretFileValue":
            found, _ = osenviron.read(run, Known(f"{full}_FILE"), span, "configurations", Known(None))
            if found is not None:
                return Unknown("is read from a file where it runs", found.trail)
        trail = self.name.trail if isinstance(self.name, Known) and self.name.value else ()
        default = None if required else self.default
        found, record = osenviron.read(
            run,
            Known(full, trail),
            span,
            "configurations",
            default,
            required,
            self.kind.removesuffix("Value"),
        )
        if found is None and required:
            message = f"Value {name!r} is required to be set as the environment variable {full!r}"
            raise osenviron.missing(run, "ValueError", message, full, span)
        if found is None:
            value = osenviron.defaulted(run, full, self.default, span)
        else:
            value = self._cast(run, found)
        if self.kind == "SecretValue" and operations.truth(value) is False:
            raise run.throw("ValueError", f"Secret value {name!r} is not set", span, value.trail, (full,))
        if record is not None:
            record.result = value
        return value

    def _cast(self, run: Run, found: V) -> V:
        if isinstance(found, Unknown) or not isinstance(found.value, str):
            return found if isinstance(found, Unknown) else Unknown("is not followed", found.trail)
        text, trail = found.value, found.trail
        if self.kind in _LATE:
            return self._url(run, found)
        if self.kind in _SEQUENCES:
            if self.kind == "BackendsValue":
                run.may_raise("ValueError", self.made.span)
            return self._sequence(run, found)
        try:
            return run.wrap(self._plain(text), trail)
        except (ValueError, SyntaxError, InvalidOperation, RecursionError, MemoryError) as error:
            if isinstance(error, NotImplementedError):
                raise
            raise run.throw("ValueError", f"Cannot interpret value {text!r}", self.made.span, trail) from None
        except _NotFollowed:
            return Unknown(f"is read by {self.kind}, which is not followed", trail)

    def _sequence(self, run: Run, found: Known[Any]) -> V:
        """Split a text at the separator; a nested sequence is split twice."""
        outer = self._separator("seq_separator", ";") if self.kind in _NESTED else ""
        inner = self._separator("separator", ",")
        if outer is None or inner is None:
            return Unknown("is split in a way that is not followed", found.trail)
        kind = _SEQUENCES[self.kind]
        if self.kind in _NESTED:
            rows = [part.strip() for part in found.value.strip().split(outer) if part.strip()]
            made = [self._made_of(run, kind, self._parts(run, row, inner, found), found) for row in rows]
            return self._made_of(run, kind, made, found)
        return self._made_of(run, kind, self._parts(run, found.value, inner, found), found)

    def _separator(self, name: str, default: str) -> str | None:
        given = self.made.keywords.get(name, Known(default))
        return given.value if isinstance(given, Known) and isinstance(given.value, str) else None

    def _parts(self, run: Run, text: str, separator: str, found: Known[Any]) -> list[V]:
        parts = [part.strip() for part in text.strip().split(separator) if part.strip()]
        return [self._converted(run, Known(part, found.trail)) for part in parts]

    def _made_of(self, run: Run, kind: str, items: list[V], found: Known[Any]) -> V:
        if kind == "set":
            return iteration.make_set(run, items, True, self.made.span, found.trail, "set")
        made = run.new_list(items) if kind == "list" else TupleObject(tuple(items))
        return Known(made, found.trail)

    def _plain(self, text: str) -> Any:
        if self.kind == "BooleanValue":
            word = text.strip().lower()
            if word not in _TRUE + _FALSE:
                raise ValueError
            return word in _TRUE
        if self.kind in _NUMBERS:
            if len(text) > 400:
                raise _NotFollowed
            number = _NUMBERS[self.kind](text)
            if self.kind == "PositiveIntegerValue" and number < 0:
                raise ValueError
            return number
        if self.kind == "DictValue":
            if not text:
                return {}
            if len(text) > 100_000:
                raise _NotFollowed
            parsed = ast.literal_eval(text)
            if not isinstance(parsed, dict):
                raise ValueError
            return parsed
        if self.kind in _PLAIN:
            return text
        raise _NotFollowed

    def _url(self, run: Run, found: V) -> V:
        paths = {"DatabaseURLValue": "dj_database_url.parse", "EmailURLValue": "dj_email_url.parse"}
        model = registry.functions().get(paths.get(self.kind, ""))
        if model is None:
            return Unknown(f"is read by {self.kind}, which is not followed", found.trail)
        parsed = model(run, Call([found], {}, self.made.span))
        if self.multiple or isinstance(parsed, Unknown):
            return parsed
        alias = self.made.keywords.get("alias", Known("default"))
        if not isinstance(alias, Known):
            return Unknown("is stored under a name that is not known", parsed.trail)
        return Known(run.new_dict([(alias.value, alias, parsed)]), parsed.trail)

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        if name == "value":
            return self._current()
        return Unknown(f"is {name} of a value, which is not followed", self.made.trail)


class _NotFollowed(Exception):
    pass


def _value(kind: str) -> registry.Function:
    def apply(run: Run, call: Call) -> V:
        if not call.complete or kind in _UNFOLLOWED or kind in _CHECKED:
            name = call.get(2, "environ_name")
            if isinstance(name, Known) and isinstance(name.value, str) and call.complete:
                made = ConfigurationValue(run, kind, call)
                return made.setup(run, name.value)
            if not call.complete or kind in _UNFOLLOWED:
                return Unknown(f"is read by {kind}, which is not followed", call.trail)
        made = ConfigurationValue(run, kind, call)
        early = made.early()
        if early is None:
            return Unknown("is read from the environment if a condition holds", call.trail)
        if early:
            return made.setup(run, str(made.name.value) if isinstance(made.name, Known) else "")
        return Known(made, call.trail)

    return apply


def settle(run: Run, name: str, value: V) -> dict[str, V]:
    """Return the settings that an attribute gives once its class is set up."""
    if not isinstance(value, Known) or not isinstance(value.value, ConfigurationValue):
        return {name: value}
    held = value.value
    settled = held.setup(run, name)
    out = {name: held.settled if held.settled is not None else settled}
    if held.multiple and isinstance(settled, Known) and isinstance(settled.value, DictObject):
        for key, (_, item) in settled.value.entries.items():
            out[str(key)] = item
    return out


_KINDS = (*_PLAIN, *_NUMBERS, *_SEQUENCES, *_LATE, *_CHECKED, *_UNFOLLOWED)
FUNCTIONS: dict[str, registry.Function] = {
    **{f"configurations.values.{kind}": _value(kind) for kind in _KINDS if kind != "SecretFileValue"},
    "lasuite.configuration.values.SecretFileValue": _value("SecretFileValue"),
}
