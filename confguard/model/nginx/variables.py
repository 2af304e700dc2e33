"""Variables of nginx while a request is looked at: built-in ones, ``set``, ``map``, captures."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from confguard.model.nginx.lookup import geo, wildcard
from confguard.model.nginx.types import Level, NginxModel, Server, Statement
from confguard.model.nginx.uri import Request, search, split_target
from confguard.model.value import Known, Unknown, Value

VARIABLE = re.compile(r"\$(?:\{([A-Za-z0-9_]+)\}|([1-9]|[A-Za-z0-9_]+))")
"""A variable in a text; captures have one digit (ngx_http_script_compile)."""
_MAX_MAPS = 20
_PARAMETERS = frozenset({"default", "volatile", "hostnames"})


@dataclass
class State:
    """What a request is at one moment of its way through nginx."""

    model: NginxModel
    request: Request
    server: Server
    path: str
    query: str
    values: dict[str, Value[str]] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    depth: int = 0
    asked: list[str] = field(default_factory=list)
    """Paths of which nobody knows whether they are there."""
    level: Level | None = None
    """The configuration that applies at this moment."""
    rewritten: bool = False
    """Whether a rewrite with break made the path, so that the URI of a pass is not used."""
    raw: bool = True
    """Whether the path is still the one that the client sent, so that it is passed on untouched."""

    def text(self, template: str) -> Value[str]:
        """Return a text with its variables put in; Unknown if one of them is."""
        if "$" not in template:
            return Known(template)
        unknown = ""

        def put(match: re.Match[str]) -> str:
            nonlocal unknown
            value = self.variable(match[1] or match[2])
            if isinstance(value, Unknown):
                unknown = unknown or value.reason
                return ""
            return value.value

        text = VARIABLE.sub(put, template)
        return Unknown(unknown) if unknown else Known(text)

    def variable(self, name: str) -> Value[str]:
        """Return the value of a variable."""
        if name in self.groups:
            return Known(self.groups[name])
        if name.isdigit():
            return Known("")
        if name in self.values:
            return self.values[name]
        if mapped := self._maps().get(name):
            return self._map(mapped)
        if located := self._geos().get(name):
            return geo(located, self)
        if name in ("document_root", "request_filename", "realpath_root"):
            return self._file(name)
        if name in ("fastcgi_script_name", "fastcgi_path_info"):
            return self._script(name == "fastcgi_path_info")
        value = self._built_in(name)
        if value is None and name in self.model.set_variables:
            return Known("")  # set somewhere, but not on the way of this request
        return Unknown(f"${name} is only known when a request comes") if value is None else Known(value)

    def _file(self, name: str) -> Value[str]:
        from confguard.model.nginx.content import file_of, root_of

        level = self.level or self.server.level
        if name == "request_filename":
            return file_of(self, level, self.path)
        found = root_of(self, level)
        return found if isinstance(found, Unknown) else found[1]

    def exists(self, path: str) -> bool | None:
        """Say whether a path of the container is a file, or a folder if it ends with a slash."""
        there = self.request.exists(path)
        if there is None:
            self.asked.append(path)
        return there

    def _maps(self) -> dict[str, Statement]:
        if self.model.http is None:
            return {}
        return {
            item.texts[1].removeprefix("$"): item
            for item in self.model.http.named("map")
            if len(item.texts) > 1
        }

    def _geos(self) -> dict[str, Statement]:
        if self.model.http is None:
            return {}
        found = self.model.http.named("geo")
        return {item.texts[-1].removeprefix("$"): item for item in found if item.words}

    def _map(self, statement: Statement) -> Value[str]:
        """Evaluate a map: an exact key first, then expressions in order, then the default."""
        self.depth += 1
        if self.depth > _MAX_MAPS or statement.missing or statement.unknown:
            return Unknown(f"the map of {statement.texts[-1]} is not fully known")
        source = self.text(statement.first)
        self.depth -= 1
        if isinstance(source, Unknown):
            return source
        entries = [item for item in statement.block or () if item.words or item.name == "default"]
        if any(item.unknown or item.name == "include" for item in entries):
            return Unknown(f"the map of {statement.texts[-1]} is not fully known")
        hostnames = any(item.name == "hostnames" for item in statement.block or ())
        text = source.value.lower().removesuffix(".") if hostnames else source.value.lower()
        literal = [item for item in entries if item.name[:1] != "~" and item.name not in _PARAMETERS]
        for item in literal:
            if item.name.removeprefix("\\").lower() == text:
                return self.text(item.first)
        if hostnames and (found := wildcard(literal, text)):
            return self.text(found.first)
        for item in entries:
            if item.name.startswith("~"):
                pattern = item.name[2:] if item.name.startswith("~*") else item.name[1:]
                match = search(pattern, item.name.startswith("~*"), source.value)
                if match is None:
                    return Unknown(f"the expression {item.name} cannot be read here")
                if isinstance(match, re.Match):
                    self.capture(match)
                    return self.text(item.first)
        default = next((item for item in entries if item.name == "default"), None)
        return self.text(default.first) if default else Known("")

    def capture(self, match: re.Match[str]) -> None:
        """Keep what an expression captured."""
        self.groups.update({str(index): value or "" for index, value in enumerate(match.groups(), 1)})
        self.groups.update({name: value or "" for name, value in match.groupdict().items()})

    def _built_in(self, name: str) -> str | None:
        request = self.request
        if name.startswith("http_"):
            wanted = name[5:].replace("_", "-")
            return request.host if wanted == "host" else request.header(wanted)
        if name.startswith("arg_"):
            pairs = (part.partition("=") for part in self.query.split("&"))
            return next((value for key, _, value in pairs if key.lower() == name[4:].lower()), "")
        if name.startswith("cookie_"):
            cookies = (part.strip().partition("=") for part in request.header("cookie").split(";"))
            return next((value for key, _, value in cookies if key == name[7:]), "")
        simple = {
            "uri": self.path,
            "document_uri": self.path,
            "request_uri": request.target,
            "args": self.query,
            "query_string": self.query,
            "is_args": "?" if self.query else "",
            "scheme": request.scheme,
            "https": "on" if request.scheme == "https" else "",
            "request_method": request.method,
            "host": request.host_name or self._server_name(),
            "server_name": self._server_name(),
            "server_port": str(request.port),
            "content_type": request.header("content-type"),
            "content_length": "" if request.body_size is None else str(request.body_size),
            "server_protocol": "HTTP/1.1",
            "remote_addr": request.client or None,
            "realip_remote_addr": request.client or None,
            "remote_user": "",
            "request": f"{request.method} {request.target} HTTP/1.1",
            "limit_rate": "0",
            "nginx_version": ".".join(map(str, self.model.version.value))
            if isinstance(self.model.version, Known) and len(self.model.version.value) > 2
            else None,
        }
        if name == "proxy_add_x_forwarded_for" and request.client:
            before = request.header("x-forwarded-for")
            return f"{before}, {request.client}" if before else request.client
        return simple.get(name)

    def _script(self, rest: bool) -> Value[str]:
        """Return the script or the path behind it, as ``fastcgi_split_path_info`` cuts them."""
        for at in (self.level or self.server.level).chain():
            if missing := at.may_hold("fastcgi_split_path_info"):
                return Unknown(missing.reason)
            if found := at.named("fastcgi_split_path_info"):
                match = search(found[0].first, False, self.path)
                if match is None:
                    return Unknown(f"the expression {found[0].first} cannot be read here")
                if isinstance(match, re.Match) and match.re.groups >= 2:
                    return Known(match[2 if rest else 1] or "")
                break
        if rest or not self.path.endswith("/"):
            return Known("" if rest else self.path)
        index = next(
            (f for at in (self.level or self.server.level).chain() if (f := at.named("fastcgi_index"))), None
        )
        return Known(self.path + (index[0].first if index else ""))

    def _server_name(self) -> str:
        names = self.server.names
        return (
            (f"~{names[0].text}" if names[0].kind == "regex" else names[0].text.removeprefix("."))
            if names
            else ""
        )


def initial(model: NginxModel, request: Request, server: Server, path: str) -> State:
    """Return the state of a request when it reaches its server."""
    return State(model, request, server, path, split_target(request.target)[1])
