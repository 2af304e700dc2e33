"""Whether a Django application answers requests for its static and uploaded files itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from confguard.model.screened import Screened
from confguard.model.value import Known, Unknown, Value
from confguard.source import SourceFile

if TYPE_CHECKING:
    from confguard.discover.project import Project
    from confguard.model.deployment import App, Deployment
    from confguard.model.process import Process

_SERVERS = Screened(
    re.compile(
        r"whitenoise|servestatic|dj_static|blacknoise|\bCling\(|StaticFiles\(|static-map|ASGIStaticFiles"
    ),
    ("whitenoise", "servestatic", "dj_static", "blacknoise", "Cling(", "StaticFiles", "static-map"),
)
"""What serves files beside Django: middleware and wrappers of WSGI and ASGI, uWSGI's own."""
_VIEWS = Screened(
    re.compile(
        r"django\.views\.static|views\.static\b|static_serve|\bserve\(request|X-Accel-Redirect|sendfile"
        r"|FileResponse"
    ),
    ("views.static", "static_serve", "serve(request", "X-Accel-Redirect", "sendfile", "FileResponse"),
)
_OTHERS = re.compile(r"nginx|apache|httpd|caddy|lighttpd|supervisor|uwsgi|unitd|--insecure", re.IGNORECASE)
"""Programs of an application's container that may serve files, by themselves or by their configuration."""
_UPLOADS = Screened(
    re.compile(
        r"\bmodels\.(?:FileField|ImageField)\b|\bdjango\.db\.models\b[^\n]*\b(?:FileField|ImageField)\b"
        r"|\bdefault_storage\b|\bFileSystemStorage\(|\b(?:FilerFileField|FilerImageField|ThumbnailerImageField"
        r"|ProcessedImageField|VersatileImageField|StdImageField|RichTextUploadingField|AbstractImage)\b"
        r"|[\"'](?:wagtail\.images|wagtail\.documents|filer|ckeditor_uploader)[\"']"
    ),
    (
        *("FileField", "ImageField", "default_storage", "FileSystemStorage(", "RichTextUploadingField"),
        *("AbstractImage", "wagtail.", "filer", "ckeditor_uploader"),
    ),
)
"""What saves uploads: fields of models and storages. Fields of forms and serializers only read them."""
_SETTING = re.compile(
    r"\bsettings\.([A-Z][A-Z0-9_]+)\b|\bgetattr\(\s*settings\s*,\s*[\"']([A-Z][A-Z0-9_]+)[\"']"
)
_FOLDER = re.compile(r"(?:^|_)(?:DIR|DIRECTORY|ROOT|PATH|FOLDER|LOCATION)\Z")
_NO_UPLOADS = re.compile(r"(?:BASE|ROOT|PROJECT|SITE|APPS?|SRC|STATIC)_|STATIC|TEMPLATE|LOCALE|MEDIA_ROOT\Z")
_TESTS = re.compile(r"(^|/)tests?[/_.]")
_LOCAL = {
    "STATIC": re.compile(r"(?:django\.contrib\.staticfiles|whitenoise|servestatic)\.storage\."),
    "MEDIA": re.compile(r"django\.core\.files\.storage\.(?:filesystem\.)?FileSystemStorage\Z"),
}


def serves_itself(deployment: Deployment, app: App, kind: str) -> bool | None:
    """Say whether an application answers for its STATIC or MEDIA files; None where that is not known.

    Django does with ``DEBUG`` only (django.contrib.staticfiles.handlers, django.conf.urls.static); middleware
    such as WhiteNoise, or a view of the project's own, does always. None too where they are kept elsewhere.
    """
    settings = app.settings
    debug = settings.get("DEBUG")
    if not isinstance(debug, Known) or debug.value:
        return None
    middleware = _names(settings.get("MIDDLEWARE"))
    if middleware is None or not kept_in_folders(app, kind):
        return None
    if kind == "STATIC":
        if any(_SERVERS.search(name) for name in middleware):
            return True
        apps = _names(settings.get("INSTALLED_APPS"))
        if apps is None or "django.contrib.staticfiles" not in apps:
            return None
    if any(_has_other_server(deployment.processes[service]) for service in app.services):
        return None
    # WhiteNoise has files that are there when it starts: no uploads.
    patterns = (_SERVERS, _VIEWS) if kind == "STATIC" else (_VIEWS,)
    if any(one.is_in(source.text) for source in _sources(deployment.project) for one in patterns):
        return None
    return False


def _has_other_server(process: Process) -> bool:
    """Say whether a container may run something that serves files beside Django."""
    stages = process.image.stages if process.image else ()
    text = "\n".join((process.text, *(stage.span.text for stage in stages)))
    return not process.known or bool(_SERVERS.search(text) or _OTHERS.search(text))


def keeps_uploads(deployment: Deployment) -> bool:
    """Say whether a file of the repository's Python names what saves uploads."""
    project = deployment.project
    return project.once(
        ("keeps uploads",), lambda: any(_UPLOADS.is_in(source.text) for source in _sources(project))
    )


def upload_folders(deployment: Deployment) -> frozenset[str]:
    """Return the settings that name a folder of a ``FileSystemStorage`` of the repository's Python."""
    project = deployment.project
    return project.once(
        ("upload folders",),
        lambda: frozenset(name for source in _sources(project) for name in _storage_settings(source)),
    )


def _storage_settings(source: SourceFile) -> tuple[str, ...]:
    """Return what a module that makes such storages asks the settings for, as far as it names a folder."""
    if "FileSystemStorage(" not in source.text:
        return ()
    names = (match[1] or match[2] for match in _SETTING.finditer(source.text))
    return tuple(name for name in names if _FOLDER.search(name) and not _NO_UPLOADS.match(name))


def kept_in_folders(app: App, kind: str) -> bool:
    """Say whether the files are surely kept in folders, by Django's own storage."""
    static = kind == "STATIC"
    alias, old = ("staticfiles", "STATICFILES_STORAGE") if static else ("default", "DEFAULT_FILE_STORAGE")
    found = [value for value in (_backend(app, alias), app.settings.get(old)) if value is not None]
    return bool(found) and all(
        isinstance(value, Known) and isinstance(value.value, str) and _LOCAL[kind].match(value.value)
        for value in found
    )


def _backend(app: App, alias: str) -> Value[Any] | None:
    from confguard.model.django import Entries

    storages = app.settings.get("STORAGES")
    if not isinstance(storages, Known):
        return storages
    entry = storages.value.get(alias)
    if isinstance(entry, dict):
        return Known(entry.get("BACKEND"), storages.trail)
    if isinstance(entry, Known) and isinstance(entry.value, (Entries, dict)):
        backend = entry.value.get("BACKEND")
        return backend if isinstance(backend, (Known, Unknown)) or backend is None else Known(backend)
    return Unknown("the storage is not known")


def _names(value: Value[Any] | None) -> list[str] | None:
    from confguard.model.django import Items

    if not isinstance(value, Known) or not isinstance(value.value, Items) or not value.value.complete:
        return None
    names = [item.value for item in value.value if isinstance(item, Known) and isinstance(item.value, str)]
    return names if len(names) == len(value.value) else None


def _sources(project: Project) -> Iterator[SourceFile]:
    for path in project.paths:
        if path.endswith(".py") and "/migrations/" not in path and not _TESTS.search(path):
            source = project.read(path)
            if source is not None:
                yield source
