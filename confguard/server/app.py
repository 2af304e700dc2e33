"""The language server over stdin and stdout: messages of the protocol to a session, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from confguard import __version__
from confguard.server.actions import KINDS, actions
from confguard.server.explain import hover, origins, traces_of, word_at
from confguard.server.positions import Positions
from confguard.server.session import DELAY, Opened, Session

_WATCHED = (
    "**/*.{yml,yaml,env,conf,template,tmpl,toml,py,sh}",
    "**/{.env,Dockerfile,Containerfile,Makefile,nginx}*",
)
"""Files whose change outside of the editor is worth a look (glob patterns of the protocol)."""


class Server(LanguageServer):
    """pygls' server with our session."""

    def __init__(self) -> None:
        super().__init__("confguard", __version__)
        self.session = Session(self.text_document_publish_diagnostics, self.log, _uri)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Show an error in the editor, as long as that is there."""
        if not self.session.stopped:
            super().report_server_error(error, source)

    def log(self, text: str) -> None:
        """Send a line to the editor's log of this server."""
        self.window_log_message(types.LogMessageParams(types.MessageType.Info, text))


def start(stdin: BinaryIO | None = None, stdout: BinaryIO | None = None) -> None:
    """Serve until the editor leaves; over the process' own streams, if there are no others."""
    server = Server()
    _lifetime(server)
    _documents(server)
    _answers(server)
    server.start_io(stdin, stdout)


def _lifetime(server: Server) -> None:
    session = server.session

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        said = params.capabilities
        text, space = said.text_document, said.workspace
        diagnostics = text.publish_diagnostics if text else None
        session.related = bool(diagnostics and diagnostics.related_information)
        session.versioned = bool(space and space.workspace_edit and space.workspace_edit.document_changes)

    @server.feature(types.INITIALIZED)
    def initialized(params: types.InitializedParams) -> None:
        session.encoding = str(getattr(server.workspace.position_encoding, "value", "utf-16"))
        folders = [folder.uri for folder in server.workspace.folders.values()]
        root = server.workspace.root_uri
        session.places.add(_paths(folders or ([root] if root else [])))
        _watch(server)
        session.ask_all()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders_changed(params: types.DidChangeWorkspaceFoldersParams) -> None:
        session.places.add(_paths([folder.uri for folder in params.event.added]))
        session.places.remove(_paths([folder.uri for folder in params.event.removed]))
        session.ask_all()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(params: types.DidChangeWatchedFilesParams) -> None:
        for path in _paths([change.uri for change in params.changes]):
            session.ask(path if path.exists() else path.parent, DELAY)

    @server.feature(types.SHUTDOWN)
    def shutdown(params: Any = None) -> None:
        session.stop()


def _documents(server: Server) -> None:
    session = server.session

    def take_in(uri: str, delay: float) -> None:
        document = server.workspace.get_text_document(uri)
        for path in _paths([uri]):
            session.open(uri, path, document.version or 0, document.source)
            session.ask(path, delay)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        take_in(params.text_document.uri, 0)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        take_in(params.text_document.uri, DELAY)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        for path in _paths([params.text_document.uri]):
            session.ask(path)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        session.close(params.text_document.uri)
        for path in _paths([params.text_document.uri]):
            session.ask(path)


def _answers(server: Server) -> None:
    session = server.session

    def named(params: types.HoverParams | types.DefinitionParams) -> tuple[Opened, str, types.Range] | None:
        """Return the document, the name at a place in it and where that stands."""
        document = session.opened(params.text_document.uri)
        analysis = session.analysis(document.root) if document is not None else None
        if document is None or analysis is None or analysis.source(document.path) is None:
            return None
        positions = Positions(document.document.text, session.encoding)
        word = word_at(positions.text, positions.offset(params.position.line, params.position.character))
        if word is None:
            return None
        start, end = (types.Position(*positions.position(offset)) for offset in word)
        return document, positions.text[slice(*word)], types.Range(start, end)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hovered(params: types.HoverParams) -> types.Hover | None:
        at = named(params)
        analysis = session.analysis(at[0].root) if at is not None else None
        if at is None or analysis is None:
            return None
        found = traces_of(analysis, at[1])
        if not found:
            return None
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, hover(found)), at[2])

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def defined(params: types.DefinitionParams) -> list[types.Location]:
        at = named(params)
        analysis = session.analysis(at[0].root) if at is not None else None
        if at is None or analysis is None:
            return []
        converter = session.desk(at[0].root).converter
        return [converter.location(span) for span in origins(traces_of(analysis, at[1]))]

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=KINDS))
    def acted(params: types.CodeActionParams) -> list[types.CodeAction]:
        document = session.opened(params.text_document.uri)
        analysis = session.analysis(document.root) if document is not None else None
        if document is None or analysis is None:
            return []
        lines = range(params.range.start.line, params.range.end.line + 1)
        desk = session.desk(document.root)
        return list(actions(analysis, document.path, lines, params.context.only, desk))


def _watch(server: Server) -> None:
    """Ask the editor to tell of files that change outside of it."""
    space = server.client_capabilities.workspace
    watched = space.did_change_watched_files if space else None
    if watched is None or not watched.dynamic_registration:
        return
    options = types.DidChangeWatchedFilesRegistrationOptions(
        [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
    )
    wanted = types.Registration("confguard-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
    server.client_register_capability(types.RegistrationParams([wanted]))


def _paths(uris: list[str]) -> list[Path]:
    """Return the paths of URIs of files; what an editor has without a file belongs to no project."""
    found = [to_fs_path(uri) for uri in uris if uri.startswith("file:")]
    return [Path(path) for path in found if path]


def _uri(path: str) -> str:
    return str(from_fs_path(path))
