"""An editor for tests: pygls' client, connected to a real server over stdin and stdout, or over pipes."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from functools import cache
from pathlib import Path

from lsprotocol import types
from pygls.io_ import StdoutWriter, run_async
from pygls.lsp.client import LanguageClient
from pygls.protocol import default_converter

from confguard.server.app import start

LONGEST = 90.0
"""Seconds to wait for what a server sends; a test that waits longer has failed."""

CAPABILITIES = types.ClientCapabilities(
    text_document=types.TextDocumentClientCapabilities(
        publish_diagnostics=types.PublishDiagnosticsClientCapabilities(related_information=True)
    ),
    workspace=types.WorkspaceClientCapabilities(
        workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True)
    ),
)


_converter = cache(default_converter)
"""Every editor reads messages alike: to prepare for that takes as long as a look at a repository."""


class Editor:
    """One session: open folders, documents, and the diagnostics as an editor would show them now."""

    def __init__(self, *folders: Path, process: bool = False) -> None:
        self.folders = folders
        self.process = process
        self.client = LanguageClient("editor", "1", converter_factory=_converter)
        self.shown: dict[str, list[types.Diagnostic]] = {}
        self.told: list[types.PublishDiagnosticsParams] = []
        self.log: list[str] = []
        self._news = asyncio.Event()

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: types.PublishDiagnosticsParams) -> None:
            self.told.append(params)
            self.shown[params.uri] = list(params.diagnostics)
            self._news.set()

        @self.client.feature(types.WINDOW_LOG_MESSAGE)
        def logged(params: types.LogMessageParams) -> None:
            self.log.append(params.message)
            self._news.set()

    async def __aenter__(self) -> Editor:
        if self.process:
            await self.client.start_io(sys.executable, "-m", "confguard", "server")
        else:
            await self._connect()
        folders = [types.WorkspaceFolder(folder.as_uri(), folder.name) for folder in self.folders]
        given = types.InitializeParams(CAPABILITIES, workspace_folders=folders)
        self.can = (await self.client.initialize_async(given)).capabilities
        self.client.initialized(types.InitializedParams())
        return self

    async def __aexit__(self, *failed: object) -> None:
        await asyncio.wait_for(self.client.shutdown_async(None), LONGEST)
        self.client.exit(None)
        if self.process:
            self.code = await asyncio.wait_for(self.client._server.wait(), LONGEST)
        else:
            await asyncio.wait_for(asyncio.to_thread(self._server.join), LONGEST)
            await self._reading
            self._to_server.close()
        await self.client.stop()

    async def _connect(self) -> None:
        """Start the server in a thread: a process of its own takes longer than what is tested."""
        from_client, to_server = os.pipe()
        from_server, to_client = os.pipe()
        streams = os.fdopen(from_client, "rb"), os.fdopen(to_client, "wb")
        self._server = threading.Thread(target=start, args=streams, daemon=True)
        self._server.start()
        self._to_server = os.fdopen(to_server, "wb")
        self.client.protocol.set_writer(StdoutWriter(self._to_server))
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(from_server, "rb"))
        reading = run_async(threading.Event(), reader, self.client.protocol)
        self._reading = asyncio.create_task(reading)

    async def until(self, true) -> None:
        """Wait until a condition on what the server sent holds."""

        async def wait() -> None:
            while not true():
                self._news.clear()
                await self._news.wait()

        try:
            await asyncio.wait_for(wait(), LONGEST)
        except TimeoutError:
            raise AssertionError(f"it did not come; shown: {self.rules()}, log: {self.log}") from None

    async def checked(self, times: int = 1) -> None:
        """Wait until so many looks were logged in all."""
        await self.until(lambda: sum(" findings in " in line for line in self.log) >= times)

    def rules(self) -> dict[str, set[str]]:
        """Return the rules that are shown, by the name of the file."""
        return {
            uri.rpartition("/")[2]: {str(one.code) for one in diagnostics}
            for uri, diagnostics in self.shown.items()
            if diagnostics
        }

    def open(self, file: Path, text: str | None = None, version: int = 1) -> types.TextDocumentIdentifier:
        text = file.read_bytes().decode() if text is None else text
        item = types.TextDocumentItem(file.as_uri(), "plaintext", version, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return types.TextDocumentIdentifier(file.as_uri())

    def change(self, file: Path, text: str, version: int) -> None:
        document = types.VersionedTextDocumentIdentifier(version, file.as_uri())
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    def save(self, file: Path) -> None:
        document = types.TextDocumentIdentifier(file.as_uri())
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(document))

    def close(self, file: Path) -> None:
        document = types.TextDocumentIdentifier(file.as_uri())
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))

    async def hover(self, file: Path, line: int, column: int) -> str:
        document, at = types.TextDocumentIdentifier(file.as_uri()), types.Position(line, column)
        found = await self.client.text_document_hover_async(types.HoverParams(document, at))
        return found.contents.value if found is not None else ""

    async def definition(self, file: Path, line: int, column: int) -> list[types.Location]:
        document, at = types.TextDocumentIdentifier(file.as_uri()), types.Position(line, column)
        return await self.client.text_document_definition_async(types.DefinitionParams(document, at)) or []

    async def actions(self, file: Path, line: int, *only: str) -> list[types.CodeAction]:
        place = types.Range(types.Position(line, 0), types.Position(line, 0))
        document = types.TextDocumentIdentifier(file.as_uri())
        context = types.CodeActionContext([], only=list(only) or None)
        params = types.CodeActionParams(document, place, context)
        return await self.client.text_document_code_action_async(params) or []


def applied(edit: types.WorkspaceEdit, texts: dict[str, str]) -> dict[str, str]:
    """Return texts by URI after an edit, as an editor with UTF-16 columns makes them."""
    new = dict(texts)
    for change in edit.document_changes or []:
        if isinstance(change, types.CreateFile):
            new.setdefault(change.uri, "")
            continue
        text = new[change.text_document.uri]
        lines = text.splitlines(keepends=True)
        starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]

        def offset(at: types.Position, lines=lines, starts=starts) -> int:
            if at.line >= len(lines):
                return starts[-1]
            units = lines[at.line].encode("utf-16-le")[: 2 * at.character]
            return starts[at.line] + len(units.decode("utf-16-le"))

        for one in sorted(change.edits, key=lambda one: offset(one.range.start), reverse=True):
            text = text[: offset(one.range.start)] + one.new_text + text[offset(one.range.end) :]
        new[change.text_document.uri] = text
    return new
