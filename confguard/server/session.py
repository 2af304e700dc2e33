"""What the server knows while an editor is connected: open folders and texts, the last look at projects."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types

from confguard.server.actions import Desk, Document
from confguard.server.analysis import Analysis, analyse
from confguard.server.convert import Converter
from confguard.server.places import Places
from confguard.server.worker import Worker

DELAY = 0.4
"""Seconds without a key press before unsaved edits are looked at."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An open document: how the editor names it, and the project's path of it."""

    uri: str
    root: Path
    path: str
    document: Document


class Session:
    """Looks at projects in a thread of its own, one at a time, and tells the editor what it found.

    ``publish`` sends the diagnostics of a document, ``log`` a sentence; both may be called from that thread.
    ``to_uri`` makes a URI of a path as the editor names it.
    """

    def __init__(
        self,
        publish: Callable[[types.PublishDiagnosticsParams], None],
        log: Callable[[str], None],
        to_uri: Callable[[str], str],
    ) -> None:
        self.places = Places()
        self.encoding = "utf-16"
        self.related = True
        self.versioned = True
        self._publish, self._log, self._to_uri = publish, log, to_uri
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._opened: dict[str, Opened] = {}
        self._analyses: dict[Path, Analysis] = {}
        self._published: dict[Path, set[str]] = {}
        self._worker = Worker(self._look)
        self._worker.start()

    @property
    def stopped(self) -> bool:
        """The editor has said that it leaves."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Look at nothing any more, and say nothing of a look that is under way."""
        self._stopped.set()
        self._worker.stop()

    def open(self, uri: str, file: Path, version: int, text: str) -> None:
        """Take in the text of a document; it lies over the disk until it is closed."""
        real = Path(os.path.realpath(file.parent), file.name)
        root = self.places.root_of(file)
        with self._lock:
            self._opened.pop(uri, None)
            if root is not None and real.is_relative_to(root):
                path = real.relative_to(root).as_posix()
                self._opened[uri] = Opened(uri, root, path, Document(version, text))

    def close(self, uri: str) -> None:
        """Forget the text of a document."""
        with self._lock:
            self._opened.pop(uri, None)

    def opened(self, uri: str) -> Opened | None:
        """Return an open document of a project."""
        with self._lock:
            return self._opened.get(uri)

    def ask(self, file: Path, delay: float = 0.0) -> None:
        """Have the project of a file looked at."""
        root = self.places.root_of(file)
        if root is not None:
            self._worker.ask(root, delay)

    def ask_all(self) -> None:
        """Have the projects of all open folders looked at; what was said of others is taken back."""
        roots = self.places.roots()
        with self._lock:
            roots += [one.root for one in self._opened.values() if one.root not in roots]
            gone = [root for root in self._published if root not in roots]
        for root in gone:
            self._tell(root, {})
            self._analyses.pop(root, None)
        for root in roots:
            self._worker.ask(root)

    def analysis(self, root: Path) -> Analysis | None:
        """Return the last look at a project."""
        return self._analyses.get(root)

    def desk(self, root: Path) -> Desk:
        """Return what actions and locations in a project need to know of the editor."""
        with self._lock:
            opened = {one.path: one for one in self._opened.values() if one.root == root}

        def uri(path: str) -> str:
            if path in opened:
                return opened[path].uri
            return self._to_uri(str(self.places.spoken(root, path)))

        converter = Converter(uri, self.encoding, self.related)
        documents = {path: one.document for path, one in opened.items()}
        return Desk(converter, documents, self.versioned)

    def _look(self, root: Path) -> None:
        desk = self.desk(root)
        texts = {path: document.text for path, document in desk.documents.items()}
        try:
            analysis = analyse(root, texts)
        except Exception as error:  # whatever goes wrong, the next look may go well
            if not self.stopped:
                self._log(f"{root} could not be checked: {type(error).__name__}: {error}")
            return
        if self.stopped:
            return  # nobody listens any more
        self._analyses[root] = analysis
        gc.collect()  # models refer to each other: nothing else takes those of the look before away
        if self._worker.is_asked(root):
            return  # the texts have changed meanwhile, and with them the places
        self._tell(root, self._diagnostics(analysis, desk), desk)
        if analysis.run is not None:
            count, seconds = len(analysis.findings), analysis.run.report.seconds
            self._log(f"{root}: {count} findings in {seconds:.1f} s")

    def _diagnostics(self, analysis: Analysis, desk: Desk) -> dict[str, list[types.Diagnostic]]:
        if analysis.run is not None:
            absent = {
                path: [desk.converter.untracked()] for path in analysis.untracked & desk.documents.keys()
            }
            return {**desk.converter.diagnostics(analysis.run.report), **absent}
        found: dict[str, list[types.Diagnostic]] = {}
        for trouble in analysis.troubles:
            try:
                text = (analysis.root / trouble.path).read_text(encoding="utf-8-sig", errors="replace")
            except OSError:
                text = ""
            lines = text.splitlines()
            line = lines[trouble.line - 1] if trouble.line <= len(lines) else ""
            found.setdefault(trouble.path, []).append(desk.converter.trouble(trouble, line))
        return found

    def _tell(self, root: Path, found: dict[str, list[types.Diagnostic]], desk: Desk | None = None) -> None:
        """Send what was found, and take back what was said of other files before."""
        desk = desk or self.desk(root)
        by_uri = {desk.converter.uri(path): (path, diagnostics) for path, diagnostics in found.items()}
        for uri in sorted(self._published.get(root, set()) - by_uri.keys()):
            self._publish(types.PublishDiagnosticsParams(uri, []))
        for uri, (path, diagnostics) in by_uri.items():
            document = desk.documents.get(path)
            version = document.version if document is not None else None
            self._publish(types.PublishDiagnosticsParams(uri, diagnostics, version))
        self._published[root] = set(by_uri)
