"""The phases that a request goes through, with internal redirects and error pages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from confguard.model.nginx import accel, access
from confguard.model.nginx.content import Next, static, try_files
from confguard.model.nginx.effective import effective, flag, nearest, size
from confguard.model.nginx.rewrite import Outcome
from confguard.model.nginx.rewrite import run as rewrite
from confguard.model.nginx.select import find_location
from confguard.model.nginx.types import Level, Location, Missing, NginxModel, Statement
from confguard.model.nginx.upstreams import PASSES, targets_of
from confguard.model.nginx.uri import escape
from confguard.model.nginx.variables import State
from confguard.model.value import Known, Unknown, Value

if TYPE_CHECKING:
    from confguard.model.nginx.route import Route

MAX_REDIRECTS = 10
"""nginx gives up with 500 after so many internal redirects (NGX_HTTP_MAX_URI_CHANGES)."""


class Walk:
    """Follows one request; ``result`` is filled on the way."""

    def __init__(self, model: NginxModel, result: Route, state: State) -> None:
        self.model = model
        self.result = result
        self.state = state
        self.server = state.server
        self.internal = False
        self.error: int | None = None
        self.failed = False
        self.is_subrequest = False

    def run(self, refused: int = 0) -> None:
        """Follow the request to its answer, or to where it cannot be followed.

        ``refused`` is the status of a request that no location gets to see.
        """
        named: Location | None = None
        for turn in range(MAX_REDIRECTS + 1):
            again = self.answer(refused) if refused and turn == 0 else self._once(named)
            if again is None:
                # What serves an error page answers with the error's status (ngx_http_send_header).
                if self.error and not self.failed and not self.result.unknown:
                    self.result.status = Known(self.error)
                return
            named = again if isinstance(again, Location) else None
            self.internal = True
        self.result.status = Known(500)

    def answer(self, status: int, location: Value[str] | None = None) -> Next:
        """End with a status, or go on to the error page that is set for it."""
        result = self.result
        result.status, result.redirect = Known(status), location
        self.failed = status >= 300
        if status < 300:
            return None
        recursive = flag(result.level, "recursive_error_pages") if result.level else None
        if self.error is not None and not (isinstance(recursive, Known) and recursive.value):
            return None
        found = nearest(result.level, "error_page") if result.level else None
        if isinstance(found, Missing):
            result.stop(f"an error page may be set: {found.reason}")
            return None
        for statement in found[1] if found else ():
            if not statement.words:
                continue
            codes = [text for text in statement.texts[:-1] if text.isdigit()]
            if str(status) in codes:
                return self._error_page(status, statement)
        return None

    def _error_page(self, status: int, statement: Statement) -> Next:
        target = self.state.text(statement.texts[-1])
        change = next((text for text in statement.texts[:-1] if text.startswith("=")), None)
        if isinstance(target, Unknown):
            self.result.stop(target.reason)
            return None
        self.error, self.failed = status, False
        if change == "=":
            self.error = 0
        elif change:
            self.error = int(change[1:]) if change[1:].isdigit() else status
        if target.value.startswith("@"):
            return self.named(target.value)
        if not target.value.startswith("/"):
            moved = self.error if self.error in (301, 302, 303, 307, 308) else 302
            self.result.status, self.result.redirect = Known(moved), target
            self.failed = True
            return None
        self.redirect_internally(target.value)
        if self.state.request.method != "HEAD":  # ngx_http_send_error_page
            self.state.request = replace(self.state.request, method="GET")
        return target.value

    def redirect_internally(self, target: str) -> None:
        """Go on with another path; the query is the new one's or none (ngx_http_internal_redirect)."""
        self.state.path, _, self.state.query = target.partition("?")
        self.state.raw = self.state.rewritten = False

    def named(self, name: str) -> Location | None:
        """Return a named location to go on with; ends with 500 where there is none."""
        found = next((item for item in self.server.locations if item.is_named and item.pattern == name), None)
        if found is None:
            if self.server.level.may_hold("location"):
                self.result.stop(f"the location {name} is not known")
            else:
                self.result.status = Known(500)
        return found

    def _once(self, named: Location | None) -> Next:
        """Go through the phases once; return where an internal redirect leads."""
        result, state = self.result, self.state
        if named is None:
            result.level = state.level = self.server.level
            done = rewrite(self.server.level, state, self.server.conditions)
            if isinstance(done, Unknown):
                result.stop(done.reason)
                return None
            if done.status is not None:
                return self._return(done)
        location = named
        for _ in range(MAX_REDIRECTS + 1):
            if location is None:
                found = find_location(self.server, state.path)
                if isinstance(found, Unknown):
                    result.stop(found.reason)
                    return None
                location = found.location
                state.groups.update(found.groups)
                if location is None:
                    result.locations.append(None)
                    if (large := self._too_large(self.server.level)) is not False:
                        return self.answer(413) if large else None
                    return self._content(self.server.level)
                result.level = state.level = level = self._limited(location)
                if (hidden := self._hidden(location.level)) is not False:
                    return self.answer(404) if hidden else None
                result.locations.append(location)
                if (large := self._too_large(level)) is not False:
                    return self.answer(413) if large else None
                if found.redirect:
                    target = f"{escape(state.path)}/{'?' + state.query if state.query else ''}"
                    result.status, result.redirect = Known(301), Known(target)
                    return None
            else:
                result.locations.append(location)
                result.level = state.level = level = self._limited(location)
            if level is not location.level:
                return self._content(level)
            done = rewrite(level, state, location.conditions)
            if isinstance(done, Unknown):
                result.stop(done.reason)
                return None
            level = done.level or location.level
            result.level = state.level = level
            if done.status is not None:
                return self._return(done)
            if not done.changed:
                return self._content(level)
            location = None
        result.status = Known(500)
        return None

    def _hidden(self, level: Level) -> bool | None:
        """Say whether ``internal``, which is inherited, refuses the request; None if that is not known."""
        if self.internal or not self.state.raw:  # a rewrite makes a request internal too
            return False
        around = [at for at in level.chain() if at.kind == "location"]  # it stands nowhere else
        if any(at.named("internal") for at in around):
            return True
        if missing := next((lost for at in around if (lost := at.may_hold("internal"))), None):
            self.result.stop(f"the location may be internal: {missing.reason}")
            return None
        return False

    def _limited(self, location: Location) -> Level:
        """Return the level that applies to the method: a limit_except, or the location itself."""
        method = self.state.request.method
        for level in location.limits:
            allowed = level.statement.texts if level.statement else ()
            if method not in allowed and not (method == "HEAD" and "GET" in allowed):
                return level
        return location.level

    def _return(self, done: Outcome) -> Next:
        result = self.result
        result.statement = done.statement
        assert done.status is not None
        if done.status == 444:
            result.status = Known(444)
            return None
        if done.body is not None:  # a body of its own: no error page takes its place
            result.status = Known(done.status)
            return None
        return self.answer(done.status, done.location)

    def _too_large(self, level: Level) -> bool | None:
        """Say whether the body is; None where that cannot be said."""
        limit = size(level, "client_max_body_size")
        self.result.body_limit = limit
        length = self.state.request.body_size
        if not length:
            return False
        if isinstance(limit, Unknown):
            self.result.stop(limit.reason)
            return None
        return 0 < limit.value < length

    def _content(self, level: Level) -> Next:
        """The phases after the location is settled: access, try_files, content."""
        refused = self._access(level)
        if refused is not None:
            return None if refused == 0 else self.answer(refused)
        if (tries := level.named("try_files")) and tries[0].words:
            return try_files(self, level, tries[0])
        return self.handler(level)

    def _answered(self, level: Level, name: str, status: int) -> Next:
        """Go on from an upstream's answer to an error page or to where X-Accel-Redirect leads."""
        switch = effective(level, f"{name.removesuffix('_pass')}_intercept_errors")
        if status < 300 or not isinstance(switch, Known) or switch.value[0] != "on":
            return accel.follow(self, level, name)
        targets = self.result.targets
        again = self.answer(status)
        if again is None and not self.result.unknown:
            self.result.targets = targets
        return again

    def _access(self, level: Level) -> int | None:
        """Return the status that refuses the request, 0 if that cannot be known, None if it passes."""
        verdict = access.judge(level, self.state.request)
        if isinstance(verdict, Unknown):
            self.result.stop(verdict.reason)
            return 0
        if verdict is None and (found := access.subrequest_of(level)):
            return self._asked(found)
        return verdict

    def _asked(self, statement: Statement) -> int | None:
        """Return what the answer to an auth_request makes of a request (ngx_http_auth_request_handler)."""
        if self.is_subrequest:
            return None
        for at in self.result.level.chain() if self.result.level else ():
            for item in at.named("auth_request_set"):
                name = item.first.removeprefix("$")
                self.state.values[name] = Unknown(f"${name} comes from the answer to {statement.first}")
        inner = replace(self.state.request, method="GET")
        result = type(self.result)(inner)
        state = replace(self.state, path=statement.first, query="", request=inner, raw=False)
        walk = Walk(self.model, result, state)
        walk.internal = walk.is_subrequest = True
        walk.run()
        self.result.subrequests.append((len(self.result.locations), tuple(result.locations)))
        status = result.status
        if isinstance(status, Unknown):
            self.result.stop(f"{statement.first} decides whether the request is let in: {status.reason}")
            return 0
        if 200 <= status.value < 300:
            return None
        return status.value if status.value in (401, 403) else 500

    def handler(self, level: Level) -> Next:
        """Let what handles the content at a level answer: a pass, a module, or the files."""
        result, request = self.result, self.state.request
        at: Level | None = level
        while at is not None:
            for name in PASSES:
                if at.named(name):
                    result.targets = targets_of(self.model, at)
                    result.statement = at.named(name)[0]
                    if request.upstream_status is None:
                        result.status = Unknown("the upstream answers")
                        return None
                    result.status = Known(request.upstream_status)
                    return self._answered(level, name, request.upstream_status)
                if missing := at.may_hold(name):
                    result.stop(f"{name} may be set: {missing.reason}")
                    return None
            # Only the unnamed levels inherit what handles a request.
            at = at.outer if at.kind in ("if", "limit_except") else None
        for name in (
            "stub_status",
            "empty_gif",
            "mp4",
            "flv",
            "dav_methods",
            "perl",
            "js_content",
        ):
            if level.named(name):
                result.stop(f"{name} answers")
                return None
        return static(self, level)
