"""One evaluation: what it has read, called and loaded so far, its bounds, and how it forks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from confguard.discover.project import Project
from confguard.model.django.errors import ANY, matches
from confguard.model.django.journal import Journal
from confguard.model.django.objects import (
    Broke,
    Continued,
    DictObject,
    ExceptionObject,
    External,
    LimitReached,
    ListObject,
    ModuleObject,
    Mutable,
    Raised,
    Returned,
    TupleObject,
    V,
)
from confguard.model.django.packages import installs, reaches
from confguard.model.environment import Environment
from confguard.model.value import Known, Origin, Step, Trail, Unknown
from confguard.source import Problem, Span

if TYPE_CHECKING:
    from confguard.model.django.place import Place

MAX_STEPS = 400_000
"""Expressions and statements of one evaluation."""

MAX_DEPTH = 24
"""Calls within calls."""

MAX_TRAIL = 24
"""Steps kept of one value's trail."""

MAX_WAYS = 400
"""Other ways of going that are kept at once."""

MAX_ITEMS = 20_000
"""Elements of one container, and turns of one loop."""

MAX_TEXT = 1_000_000
"""Characters of one string that the evaluated program makes."""

_OF_ALL_OPERATIONS = frozenset(
    {
        "TypeError",
        "AttributeError",
        "KeyError",
        "IndexError",
        "ValueError",
        "ModuleNotFoundError",
        "Exception",
        ANY,
    }
)
"""What any operation on an unknown value may raise: nothing says that it does."""


@dataclass(slots=True)
class Read:
    """One reading of an environment variable, while it is being evaluated."""

    key: str
    key_span: Span
    span: Span
    via: str
    default: V | None
    required: bool
    cast: str
    found: V | None
    conditional: bool
    result: V | None = None


@dataclass(slots=True)
class Fail:
    """The program raised and nothing caught it."""

    span: Span
    error: ExceptionObject
    trail: Trail


@dataclass(slots=True)
class Pending:
    """Another way that a part of the program may go: how it ends, and what it changes."""

    outcome: Outcome
    changes: dict[Mutable, Any]


_ENDS: dict[type, str] = {Returned: "function", Broke: "loop", Continued: "turn"}


@dataclass(slots=True)
class Frame:
    """A part of the program in which other ways of going end: a function, a loop, one turn of it, a try."""

    kind: str
    handlers: tuple[tuple[str, ...], ...] = ()
    """The classes that each ``except`` clause names."""

    def catches(self, error: ExceptionObject) -> bool:
        """Say whether this is a try with a clause for an exception."""
        return self.kind == "try" and any(matches(error.cls, names) for names in self.handlers)


Outcome = Exception | None
"""How a part of the program ended: None normally, else the signal that left it."""


class Environ(Mutable):
    """``os.environ``: what the evaluated program itself sets, over what the container delivers."""

    __slots__ = ("changed",)

    def __init__(self, born: int) -> None:
        super().__init__(born)
        self.changed: dict[str, V | None] = {}

    def snapshot(self) -> Any:
        """Return a copy of the state."""
        return dict(self.changed)

    def restore(self, state: Any) -> None:
        """Take over a state that ``snapshot`` gave."""
        self.changed = dict(state)


@dataclass(slots=True, eq=False)
class Run:
    """The state of one evaluation."""

    project: Project
    environment: Environment
    roots: tuple[str, ...]
    place: Place
    """Where the project's files lie when it runs, and in which folder it does."""
    argv: tuple[str, ...]
    load: Callable[[str], Any]
    """Parses a file of the project by its path."""
    journal: Journal = field(default_factory=Journal)
    modules: dict[str, ModuleObject] = field(default_factory=dict)
    attributes: dict[str, V] = field(default_factory=dict)
    reads: list[Read] = field(default_factory=list)
    read_places: set[Span] = field(default_factory=set)
    """Where all of these stand: it is asked for at every call that is not followed."""
    failures: list[Fail] = field(default_factory=list)
    doubts: list[Fail] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    truths: list[tuple[Span, Known[Any]]] = field(default_factory=list)
    """Conditions on texts that say no."""
    calls: list[tuple[str, Span, dict[str, V]]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    waiting: list[tuple[int, int, Pending]] = field(default_factory=list)
    """Other ways of going: the journal's layer that was opened for each, and the frame in which it ends."""
    environ: Environ = field(default_factory=lambda: Environ(0))
    steps: int = 0
    depth: int = 0
    active: dict[Any, int] = field(default_factory=dict)
    """How many calls of each function are being run."""
    limit: int = MAX_STEPS
    outside: int | None = None
    """The limit outside of the helper of an installed package that is being run; None outside of any."""
    written: dict[str, bool] = field(default_factory=dict)
    """Absolute paths that it writes while it runs, and whether it surely does; see ``written``."""
    doubtful: int = 0
    """How many unknown conditions are around what is being run."""
    argv_value: V | None = None
    hooks: dict[str, Any] = field(default_factory=dict)
    main: str = ""
    """The dotted name of the module that is evaluated."""
    version: str | None = None
    """Django's version ("5.2"), where the project says it."""
    doors: list[Span] = field(default_factory=list)
    """The places of the project from which installed modules are being run, the innermost last."""
    settings_like: set[str] = field(default_factory=set)
    """The paths of installed modules that settings star-import."""
    unfollowed: dict[str, Span] = field(default_factory=dict)
    """The modules of star imports that are not followed, and where each first stands."""
    near: str = ""
    """The path of the settings module: of several requirements those nearest to it count."""

    # Making values.

    def new_list(self, items: Iterable[V], complete: bool = True) -> ListObject:
        """Return a new list object."""
        return ListObject(self.journal.serial, list(items), complete)

    def new_dict(self, pairs: Iterable[tuple[Any, V, V]] = (), kind: str = "dict") -> DictObject:
        """Return a new dict (or set) object of (hashable key, key value, value)."""
        made = DictObject(self.journal.serial, kind)
        for key, name, value in pairs:
            made.entries[key] = (name, value)
        return made

    def wrap(self, plain: Any, trail: Trail) -> V:
        """Turn plain Python data into a value all of whose parts have this trail."""
        if isinstance(plain, dict):
            made = self.new_dict(
                (key, Known(key, trail), self.wrap(value, trail)) for key, value in plain.items()
            )
            return Known(made, trail)
        if isinstance(plain, set | frozenset):
            kind = "set" if isinstance(plain, set) else "frozenset"
            ordered = sorted(plain, key=repr)
            return Known(self.new_dict(((x, Known(x, trail), Known(x, trail)) for x in ordered), kind), trail)
        if isinstance(plain, list):
            return Known(self.new_list(self.wrap(item, trail) for item in plain), trail)
        if type(plain) is tuple:
            return Known(TupleObject(tuple(self.wrap(item, trail) for item in plain)), trail)
        return Known(plain, trail)

    # Places.

    def file_of(self, path: str) -> str:
        """Return the absolute path of a module's file: that of an installed one is not known."""
        packages = self.project.packages
        if packages is None or not packages.holds(path):
            return self.place.of(path)
        from confguard.model.django.place import UNKNOWN_ROOT

        return f"{UNKNOWN_ROOT}/{path}"

    def place_of(self, span: Span) -> Span:
        """Return where something is told: what an installed module does, at the project's way into it."""
        packages = self.project.packages
        if packages is None or not packages.holds(span.path):
            return span
        return self.doors[-1] if self.doors else packages.doors.get(span.path, span)

    # Bounds.

    def tick(self) -> None:
        """Count one step; raises LimitReached when there were too many."""
        self.steps += 1
        if self.steps > self.limit:
            raise LimitReached

    # Raising.

    def throw(
        self, kind: str, message: str, span: Span, trail: Trail = (), variables: tuple[str, ...] = ()
    ) -> Raised:
        """Return the exception for ``raise``: by the dotted name of its class."""
        error = ExceptionObject(External(kind), (Known(message, trail),), span, variables)
        return Raised(error, trail)

    def caught(self, error: ExceptionObject) -> bool:
        """Say whether a try around what is being run would catch this."""
        return any(frame.catches(error) for frame in self.frames)

    def reaches(self, distribution: str, release: tuple[int, ...]) -> bool | None:
        """Say whether the project installs at least a release of a library; None if it is not known."""
        return reaches(self.project, distribution, release, self.near)

    def installs(self, distribution: str) -> bool | None:
        """Say whether the project installs a library; None if it is not known."""
        return installs(self.project, distribution, self.near)

    def may_raise(self, kind: str, span: Span, doubt: bool | None = None, trail: Trail = ()) -> None:
        """Note that what is being run may also raise.

        Where no try catches that, it matters if something points at it (``doubt``, by default for all but
        what any operation on an unknown value may raise): it is not known then whether the module starts.
        """
        error = ExceptionObject(External(kind), (Unknown("cannot be known"),), span)
        index = self._frame_for(Raised(error))
        if index is None:
            if kind not in _OF_ALL_OPERATIONS if doubt is None else doubt:
                self._doubt(Raised(error, trail))
            return
        top = len(self.journal.layers)
        if self.waiting and self.waiting[-1][:2] == (top, index) and not self.journal.layers[-1]:
            last = self.waiting[-1][2].outcome
            if isinstance(last, Raised) and last.error.cls == error.cls:
                return  # nothing has changed since the last such doubt
        self.stash(index, Pending(Raised(error), {}))

    # Forking.

    def fork(self, first: Callable[[], None], second: Callable[[], None], unknown: Unknown) -> None:
        """Run both ways of going on, and go on with what is common to them."""
        self.doubtful += 1
        try:
            one, leaving = self._attempt(first)
            other, also = self._attempt(second)
        finally:
            self.doubtful -= 1
        main, more = self.combine(one, other, unknown)
        self.proceed(main, [*leaving, *also, *more])

    def proceed(self, main: Pending, leaving: list[tuple[int, Pending]]) -> None:
        """Go on with the main way; the others wait in the frames where they end."""
        for index, pending in leaving:
            self.stash(index, pending)
        self.journal.apply(main.changes)
        if main.outcome is not None:
            raise main.outcome

    def stash(self, index: int, pending: Pending) -> None:
        """Keep another way of going, relative to how things are now, for the frame in which it ends."""
        if len(self.waiting) > MAX_WAYS:
            raise LimitReached
        self.journal.open()
        self.waiting.append((len(self.journal.layers), index, pending))

    def _attempt(self, way: Callable[[], None]) -> tuple[Pending, list[tuple[int, Pending]]]:
        """Run one way and undo it; return how it ended, and the ways that left it for outer frames."""
        self.journal.open()
        base = len(self.journal.layers)
        depth = len(self.frames)
        outcome: Outcome = None
        try:
            way()
        except (Raised, Returned, Broke, Continued) as signal:
            outcome = signal
        except BaseException:
            self.abandon(base - 1, depth)
            raise
        del self.frames[depth:]
        return self._collapse(base, outcome)

    def _collapse(self, base: int, outcome: Outcome) -> tuple[Pending, list[tuple[int, Pending]]]:
        """Undo the layers from ``base`` on; all changes are told relative to how things were before it."""
        journal = self.journal
        ways: list[tuple[int, Pending]] = [(-1, Pending(outcome, {}))]
        while len(journal.layers) >= base:
            top = len(journal.layers)
            below = journal.rollback()
            for _, way in ways:
                way.changes = {**below, **way.changes}
            while self.waiting and self.waiting[-1][0] == top:
                _, index, pending = self.waiting.pop()
                ways.append((index, pending))
        return ways[0][1], ways[1:]

    def abandon(self, layers: int, depth: int) -> None:
        """Leave everything as it is after a limit was reached, and forget the other ways."""
        while len(self.journal.layers) > layers:
            self.journal.keep()
        while self.waiting and self.waiting[-1][0] > layers:
            self.waiting.pop()
        del self.frames[depth:]

    def combine(
        self, one: Pending, other: Pending, unknown: Unknown
    ) -> tuple[Pending, list[tuple[int, Pending]]]:
        """Return the way that is followed on when two are possible, and the one that leaves it."""
        if type(one.outcome) is type(other.outcome):
            changes = self.journal.joined(one.changes, other.changes, unknown)
            return Pending(self._join_signals(one.outcome, other.outcome, unknown), changes), []
        going, leaving = (one, other) if _rank(one.outcome) < _rank(other.outcome) else (other, one)
        index = self._frame_for(leaving.outcome)
        if index is None:
            if isinstance(leaving.outcome, Raised):
                self._doubt(leaving.outcome)
            return going, []
        return going, [(index, leaving)]

    def _doubt(self, signal: Raised) -> None:
        if len(self.doubts) < 200:
            from confguard.model.django.installed_modules import is_gap  # it stands on this module

            span = signal.error.span
            if span is not None and not is_gap(self, signal, span.path):
                self.doubts.append(Fail(self.place_of(span), signal.error, signal.trail))

    def _join_signals(self, one: Outcome, other: Outcome, unknown: Unknown) -> Outcome:
        if isinstance(one, Returned) and isinstance(other, Returned):
            return Returned(self.journal.join(one.value, other.value, unknown))
        return one

    def _frame_for(self, signal: Outcome) -> int | None:
        """Return the index of the frame in which a signal ends."""
        for index in range(len(self.frames) - 1, -1, -1):
            frame = self.frames[index]
            if isinstance(signal, Raised):
                if frame.catches(signal.error):
                    return index
            elif frame.kind == _ENDS.get(type(signal)):
                return index
        return None

    def collect(self, frame: Frame, body: Callable[[], None]) -> tuple[Pending, list[Pending]]:
        """Run a body in a frame and undo it; return how it ended and the other ways that ended in it.

        Ways that end further out are left waiting there.
        """
        depth = len(self.frames)
        self.frames.append(frame)
        main, leaving = self._attempt(body)
        del self.frames[depth:]
        own = [pending for index, pending in leaving if index == depth]
        for index, pending in leaving:
            if index != depth:
                self.stash(index, pending)
        return main, own

    def within(self, frame: Frame, body: Callable[[], None], unknown: Unknown) -> Outcome:
        """Run a body in a frame and join the other ways that ended in it; return how it ended."""
        depth, base = len(self.frames), len(self.journal.layers) + 1
        self.frames.append(frame)
        self.journal.open()
        outcome: Outcome = None
        try:
            body()
        except (Raised, Returned, Broke, Continued) as signal:
            outcome = signal
        except BaseException:
            self.abandon(base - 1, depth)
            raise
        del self.frames[depth:]
        if len(self.journal.layers) == base:
            self.journal.keep()
            return outcome
        main, leaving = self._collapse(base, outcome)
        main.outcome = _ended(frame, main.outcome)
        rest = [(index, pending) for index, pending in leaving if index != depth]
        for index, pending in leaving:
            if index == depth:
                pending.outcome = _ended(frame, pending.outcome)
                main, more = self.combine(main, pending, unknown)
                rest.extend(more)
        ending, main.outcome = main.outcome, None
        self.proceed(main, rest)
        return ending

    def is_from_environment(self, values: Collection[V], depth: int = 3) -> bool:
        """Say whether anything that was read from the environment took part in values."""
        places = self.read_places
        if not values or not places:
            return False

        def told(value: V, depth: int) -> bool:
            if any(step.span in places for step in value.trail):
                return True
            payload = value.value if isinstance(value, Known) and depth else None
            inner: Iterable[V] = ()
            if isinstance(payload, ListObject | TupleObject):
                inner = payload.items[:200]
            elif isinstance(payload, DictObject):
                inner = [item for _, item in list(payload.entries.values())[:200]]
            return any(told(item, depth - 1) for item in inner)

        return any(told(value, depth) for value in values)

    def note_read(self, read: Read) -> Read:
        """Remember a reading of the environment."""
        read.conditional = self.doubtful > 0
        self.reads.append(read)
        self.read_places.add(read.span)
        return read

    def trail(self, step: Step, *values: V | None) -> Trail:
        """Return a step followed by the trails of the values that it is made of."""
        if len(values) == 1 and values[0] is not None and len(values[0].trail) < MAX_TRAIL:
            return (step, *values[0].trail)
        made = [step]
        for value in values:
            if value is not None:
                made.extend(value.trail)
            if len(made) > 20 * MAX_TRAIL:
                break
        if len(made) > MAX_TRAIL:
            # The ends of a trail say most: what happened last, and where it all came from.
            ends = [s for s in made[MAX_TRAIL:] if s.origin is not Origin.WRITTEN]
            made = made[:MAX_TRAIL] + ends[:4]
        return tuple(made)


def _ended(frame: Frame, outcome: Outcome) -> Outcome:
    """Return how a frame's end looks from inside of it: what ends there is not told from its normal end."""
    if frame.kind == "loop" and isinstance(outcome, Broke):
        return None
    if frame.kind == "turn" and isinstance(outcome, Continued):
        return None
    if frame.kind == "function" and outcome is None:
        return Returned(Known(None))
    return outcome


def _rank(outcome: Outcome) -> int:
    """Which way is followed on when two end differently: the one that goes furthest."""
    for rank, kind in enumerate((Continued, Broke, Returned, Raised), 1):
        if isinstance(outcome, kind):
            return rank
    return 0
