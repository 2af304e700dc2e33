"""What can be done about findings, as code actions: their fixes, and comments that suppress them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lsprotocol import types

from confguard.finding import Edit, Finding, Label
from confguard.fixes.edits import applicable, choose
from confguard.reporters.text import cleaner
from confguard.server.analysis import Analysis
from confguard.server.convert import Converter
from confguard.source import SourceFile
from confguard.suppress.adding import add_comments

KINDS = [types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll]

Change = types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile


@dataclass(frozen=True, slots=True)
class Document:
    """A document that is open: its text and version as the editor has them."""

    version: int
    text: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What actions need to know of an editor: how it names places, what is open, what it understands."""

    converter: Converter
    documents: Mapping[str, Document]
    """By their paths in the project."""
    versioned: bool = True
    """It takes changes of documents with their versions, and new files."""

    def is_current(self, file: SourceFile) -> bool:
        """Say whether a text that was looked at is what the editor has."""
        document = self.documents.get(file.path)
        return document is None or document.text.removeprefix("\ufeff") == file.text

    def edit(self, edits: Iterable[Edit]) -> types.WorkspaceEdit | None:
        """Return edits of files that need not be open; None where one of them has changed since."""
        by_file: dict[SourceFile, list[Edit]] = {}
        for edit in sorted(dict.fromkeys(edits), key=lambda one: one.span.sort_key):
            by_file.setdefault(edit.span.file, []).append(edit)
        if not all(map(self.is_current, by_file)):
            return None
        texts = {
            file: [types.TextEdit(self.converter.range(edit.span), edit.text) for edit in own]
            for file, own in by_file.items()
        }
        if not self.versioned:
            return types.WorkspaceEdit({self.converter.uri(file.path): own for file, own in texts.items()})
        changes: list[Change] = []
        for file, own in texts.items():
            uri, document = self.converter.uri(file.path), self.documents.get(file.path)
            if not file.text and document is None:  # it may not be there yet
                changes.append(types.CreateFile(uri, options=types.CreateFileOptions(ignore_if_exists=True)))
            named = types.OptionalVersionedTextDocumentIdentifier(uri, document.version if document else None)
            changes.append(types.TextDocumentEdit(named, list(own)))
        return types.WorkspaceEdit(document_changes=changes)


def actions(
    analysis: Analysis, path: str, lines: range, only: Sequence[str] | None, desk: Desk
) -> Iterator[types.CodeAction]:
    """Yield what can be done about findings that have a place on these 0-based lines of a file."""
    source = analysis.source(path)
    if analysis.run is None or source is None or not desk.is_current(source):
        return
    if _wanted(types.CodeActionKind.QuickFix, only):
        for finding in analysis.findings:
            if _lies_on(finding, path, lines):
                yield from _fixes(analysis, finding, desk)
        for finding in analysis.findings:
            if _lies_on(finding, path, lines):
                yield from _ignore(analysis, finding, path, lines, desk)
    if only is not None and _wanted(types.CodeActionKind.SourceFixAll, only):
        chosen = choose(analysis.findings, unsafe=False, same_file=analysis.run.repo.project.real_path)
        edit = desk.edit(edit for one in chosen for edit in one.fix.edits)
        if chosen and edit is not None:
            title = f"Fix all that confguard can fix safely ({len(chosen)})"
            yield types.CodeAction(title, kind=types.CodeActionKind.SourceFixAll, edit=edit)


def _fixes(analysis: Analysis, finding: Finding, desk: Desk) -> Iterator[types.CodeAction]:
    assert analysis.run is not None
    say = cleaner(finding)
    diagnostic = desk.converter.diagnostic(finding, analysis.run.report)
    for number, fix in enumerate(applicable(finding, unsafe=True)):
        edit = desk.edit(fix.edits)
        if edit is not None:
            title = say(fix.title)
            more = "" if fix.safe else "; may change more than that"
            yield types.CodeAction(
                f"{title[:1].upper()}{title[1:]} ({finding.rule}{more})",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[diagnostic],
                is_preferred=fix.safe and number == 0,
                edit=edit,
            )


def _ignore(
    analysis: Analysis, finding: Finding, path: str, lines: range, desk: Desk
) -> Iterator[types.CodeAction]:
    """Yield the comment that suppresses a finding at its place on these lines, if one can stand there."""
    assert analysis.run is not None
    kind = next((file.kind for file in analysis.run.files if file.path == path), None)
    for label in finding.labels:
        if not _is_on(label, path, lines):
            continue
        file = label.span.file
        text, refused = add_comments(file, kind, {label.span.line: [finding.rule]}, "")
        edit = None if refused or text == file.text else desk.edit([_difference(file, text)])
        if edit is not None:
            yield types.CodeAction(
                f"Ignore {finding.rule} here with a comment: say why behind it",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[desk.converter.diagnostic(finding, analysis.run.report)],
                edit=edit,
            )
            return


def _difference(file: SourceFile, text: str) -> Edit:
    """Return the one edit that makes a text of a file's."""
    old = file.text
    start = _same(old, text)
    end = min(_same(old[::-1], text[::-1]), len(old) - start, len(text) - start)
    return Edit(file.span(start, len(old) - end), text[start : len(text) - end])


def _same(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _wanted(kind: types.CodeActionKind, only: Sequence[str] | None) -> bool:
    """Say whether a kind of action was asked for: kinds are trees, ``source`` has ``source.fixAll``."""
    names = (
        None
        if only is None
        else [one.value if isinstance(one, types.CodeActionKind) else one for one in only]
    )
    return names is None or any(kind.value == name or kind.value.startswith(f"{name}.") for name in names)


def _lies_on(finding: Finding, path: str, lines: range) -> bool:
    return any(_is_on(label, path, lines) for label in finding.labels)


def _is_on(label: Label, path: str, lines: range) -> bool:
    span = label.span
    return span.path == path and span.line - 1 < lines.stop and lines.start <= span.end_line - 1
