"""What the images of nginx bring along: described by their effect, not copied.

Facts about the official image (docker-nginx 1.30 and before) and its relatives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

_MAIN = """\
user nginx;
worker_processes auto;
error_log /var/log/nginx/error.log notice;
pid /run/nginx.pid;
events { worker_connections 1024; }
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    log_format main '';
    access_log /var/log/nginx/access.log main;
    sendfile on;
    keepalive_timeout 65;
    include /etc/nginx/conf.d/*.conf;
}
"""
_DEFAULT = """\
server {
    listen 80;
    server_name localhost;
    location / { root /usr/share/nginx/html; index index.html index.htm; }
    error_page 500 502 503 504 /50x.html;
    location = /50x.html { root /usr/share/nginx/html; }
}
"""
_PARAMETERS = ("fastcgi_params", "fastcgi.conf", "uwsgi_params", "scgi_params")
_SILENT = ("mime.types", "koi-utf", "koi-win", "win-utf", "proxy_params")
"""Files without effect on servers, headers, limits and targets: they hold types and parameters."""


@dataclass(frozen=True, slots=True)
class Stock:
    """An image's own nginx: where its configuration starts, and its files by their path.

    ``complete`` says that its ``/etc/nginx`` holds nothing else. ``templates`` says that its start script
    runs envsubst over ``/etc/nginx/templates``.
    """

    entry: str
    prefix: str
    files: dict[str, str] = field(default_factory=dict)
    complete: bool = True
    templates: bool = True


@cache
def official(port: int = 80) -> Stock:
    """Return the official image's tree; the unprivileged one listens on 8080."""
    files = {f"/etc/nginx/{name}": "" for name in (*_PARAMETERS, *_SILENT[:-1])}
    files["/etc/nginx/nginx.conf"] = _MAIN
    files["/etc/nginx/conf.d/default.conf"] = _DEFAULT.replace("listen 80;", f"listen {port};")
    return Stock("/etc/nginx/nginx.conf", "/etc/nginx", files)


@cache
def openresty() -> Stock:
    """Return OpenResty's tree: a nginx.conf elsewhere that includes the same folder."""
    files = {f"/usr/local/openresty/nginx/conf/{name}": "" for name in (*_PARAMETERS, *_SILENT[:-1])}
    files["/usr/local/openresty/nginx/conf/nginx.conf"] = _MAIN.replace(
        "/etc/nginx/mime.types", "/usr/local/openresty/nginx/conf/mime.types"
    )
    files["/etc/nginx/conf.d/default.conf"] = _DEFAULT
    return Stock(
        "/usr/local/openresty/nginx/conf/nginx.conf",
        "/usr/local/openresty/nginx/conf",
        files,
        templates=False,
    )


@cache
def bitnami() -> Stock:
    """Return the tree of Bitnami's image, which includes its ``server_blocks``."""
    root = "/opt/bitnami/nginx/conf"
    main = _MAIN.replace("/etc/nginx/mime.types", "mime.types").replace(
        "/etc/nginx/conf.d/*.conf", f"{root}/server_blocks/*.conf"
    )
    files = {f"{root}/{name}": "" for name in (*_PARAMETERS, *_SILENT[:-1])}
    return Stock(f"{root}/nginx.conf", root, {**files, f"{root}/nginx.conf": main}, templates=False)


@cache
def other() -> Stock:
    """Return what is known of any other image that holds a configuration of nginx: next to nothing."""
    files = {f"/etc/nginx/{name}": "" for name in (*_PARAMETERS, *_SILENT)}
    return Stock("/etc/nginx/nginx.conf", "/etc/nginx", files, complete=False, templates=False)


def of_image(name: str) -> Stock:
    """Return the tree of an image by the last part of its repository (``nginx``)."""
    if name in ("nginx", "nginx-brotli", "angie", "freenginx"):
        return official()
    if name == "nginx-unprivileged":
        return official(8080)
    if name == "openresty":
        return openresty()
    return other()


CUSTOMARY = (
    "/etc/nginx/conf.d/*.conf",
    "/etc/nginx/http.d/*.conf",
    "/etc/nginx/sites-enabled/*",
    "/etc/nginx/user_conf.d/*.conf",
    "/config/nginx/site-confs/*.conf",
)
"""Where the ``http`` of other images looks for servers: Debian, Alpine, nginx-certbot, swag."""


WELL_KNOWN = {
    "options-ssl-nginx.conf": ("ssl_",),
    "options-ssl.conf": ("ssl_",),
    "ssl-dhparams.pem": ("ssl_",),
}
"""Files of certbot, by name: they hold directives with these prefixes only."""


_MODULES = re.compile(r"/modules(-enabled)?/[^/]*\.conf\Z")
"""What packages of Debian and Fedora write for each dynamic module (/usr/share/nginx/modules/*.conf)."""


def holds_only(path: str) -> tuple[str, ...]:
    """Return how the directives of a file begin, by its name; nothing where it may hold any."""
    return ("load_module",) if _MODULES.search(path) else WELL_KNOWN.get(path.rpartition("/")[2], ())


def is_silent(path: str) -> bool:
    """Say whether a file of this name, wherever it is, has no effect on what is asked here."""
    name = path.rpartition("/")[2]
    return name in _PARAMETERS or name in _SILENT[:-1]
