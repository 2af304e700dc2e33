"""What a URLconf is made of: ``path``, ``include``, DRF's routers, ``static``, views by their dotted names.

Follows django.urls.conf, django.conf.urls.static, django.conf.urls.i18n and django.contrib.staticfiles.urls
of Django 5.2, and rest_framework.routers of djangorestframework 3.16.
"""

from __future__ import annotations

import re
from typing import Any

from confguard.model.django import imports, operations
from confguard.model.django.library import registry
from confguard.model.django.library.lazysettings import lazy_settings
from confguard.model.django.library.route_objects import (
    HOOK,
    Included,
    Mount,
    Pattern,
    Perhaps,
    Registered,
    Site,
    View,
    notes_of,
    pattern_of,
)
from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    Call,
    ClassObject,
    External,
    FunctionObject,
    ListObject,
    ModuleObject,
    Native,
    NativeObject,
    TupleObject,
    V,
)
from confguard.model.value import Known, Unknown
from confguard.source import Span


class Router(NativeObject):
    """A router of Django REST framework: what is registered becomes prefixes."""

    __slots__ = ("base", "registered", "root")

    def __init__(self, registered: ListObject, root: bool, base: str = "") -> None:
        self.registered, self.root, self.base = registered, root, base

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        if name == "register":
            return Known(Native(name, self._register))
        if name == "registry":
            return Known(self.registered)
        if name in ("urls", "get_urls"):
            call = Call([], {}, span)
            if name == "urls":
                return self._urls(run, call)
            return Known(Native(name, self._urls))
        return Unknown("is an attribute of a router")

    def _register(self, run: Run, call: Call) -> V:
        basename = call.get(2, "basename", call.keywords.get("base_name"))
        entry = (call.args[0] if call.args else call.keywords["prefix"], call.get(1, "viewset"), basename)
        items = tuple(item if item is not None else Known(None) for item in entry)
        run.journal.touch(self.registered)
        self.registered.items.append(Known(TupleObject(items), call.trail))
        return Known(None)

    def _urls(self, run: Run, call: Call) -> V:
        made: list[V] = []
        for entry in self.registered.items:
            if (
                isinstance(entry, Known)
                and isinstance(entry.value, TupleObject)
                and len(entry.value.items) >= 2
            ):
                prefix, viewset, *rest = entry.value.items
                span = entry.trail[0].span if entry.trail and entry.trail[0].span else call.span
                pattern = Pattern("regex", self._regex(run, prefix), viewset, None, Call([], {}, span))
                pattern.view = Known(Registered(viewset, prefix))
                pattern.name = rest[0] if rest else None
                made.append(Known(pattern))
        if self.root:
            root = Known(View("rest_framework.routers.APIRootView"))
            where = Call([], {}, call.span)
            made.append(Known(Pattern("path", Known(""), root, Known("api-root"), where)))
        return Known(run.new_list(made, self.registered.complete), call.trail)

    def _regex(self, run: Run, prefix: V) -> V:
        if isinstance(prefix, Known) and isinstance(prefix.value, str):
            return Known(f"^{self.base}{prefix.value}", prefix.trail)
        return prefix if isinstance(prefix, Unknown) else Unknown("is only partly known", prefix.trail)


def _pattern(kind: str) -> registry.Function:
    key = "route" if kind == "path" else "regex"

    def apply(run: Run, call: Call) -> V:
        route = call.get(0, key, call.keywords.get("route"))
        view = call.get(1, "view")
        if route is None or view is None:
            return Unknown("is called with arguments that are not known", call.trail)
        pattern = Pattern(kind, route, view, call.get(3, "name"), call)
        if isinstance(view, Known) and isinstance(view.value, TupleObject | ListObject):
            pattern.view = _included(run, view, None)
        notes_of(run).patterns.append(pattern)
        return Known(pattern, call.trail)

    return apply


def _include(run: Run, call: Call) -> V:
    given = call.get(0, "arg")
    if given is None:
        return Unknown("is called with arguments that are not known", call.trail)
    namespace = call.get(1, "namespace")
    if isinstance(given, Known) and isinstance(given.value, str):
        named = imports.find_module(run, given.value)
        if named is not None:
            notes_of(run).wanted.add(named[0])
        module = imports.module(run, given.value, call.span)
        given = Known(module if module is not None else External(given.value), given.trail)
    return _included(run, given, namespace)


def _included(run: Run, given: V, namespace: V | None) -> V:
    app_name = None
    content = given
    if isinstance(given, Known) and isinstance(given.value, TupleObject):
        items = given.value.items
        if items and pattern_of(items[0]) is None:
            content, app_name = items[0], items[1] if len(items) > 1 else None
            namespace = items[2] if len(items) > 2 and namespace is None else namespace
    if isinstance(content, Known) and isinstance(content.value, str):
        return (
            _include(run, Call([content], {}, content.trail[0].span or run_span(run)))
            if content.trail
            else content
        )
    if isinstance(content, Known) and isinstance(content.value, ListObject | TupleObject):
        for item in content.value.items:
            if (pattern := pattern_of(item)) is not None:
                pattern.used = True
    return Known(Included(content, app_name, namespace), given.trail)


def run_span(run: Run) -> Span:
    """Return a place in the module that is evaluated, for what has none of its own."""
    return run.modules[run.main].source.span(0)


def _setting(run: Run, name: str, span: Span) -> V | None:
    return lazy_settings(run).attribute(run, name, span)


def _static(run: Run, call: Call, view: str = "django.views.static.serve") -> V:
    """``static()``: routes of a prefix while DEBUG is on, nothing else."""
    prefix = call.get(0, "prefix")
    debug = _setting(run, "DEBUG", call.span)
    verdict = operations.truth(debug) if debug is not None else False
    text = prefix.value if isinstance(prefix, Known) and isinstance(prefix.value, str) else None
    if text == "":
        message = "Empty static prefix not permitted"
        raise run.throw("django.core.exceptions.ImproperlyConfigured", message, call.span)
    if verdict is False or (text is not None and re.match(r"[^/]*//", text.partition(":")[2])):
        return Known(run.new_list([]), call.trail)
    trail = prefix.trail if prefix is not None else ()
    route: V = Unknown("is not known", trail)
    if text is not None:
        route = Known(rf"^{re.escape(text.lstrip('/'))}(?P<path>.*)$", trail)
    given = call.keywords.get("view")
    pattern = Pattern("regex", route, given or Known(View(view)), None, call)
    notes_of(run).patterns.append(pattern)
    return Known(run.new_list([Known(pattern if verdict else Perhaps(pattern))]), call.trail)


def _staticfiles(run: Run, call: Call) -> V:
    prefix = call.get(0, "prefix") or _setting(run, "STATIC_URL", call.span)
    inner = Call([prefix] if prefix is not None else [], {}, call.span, True, call.scope)
    return _static(run, inner, "django.contrib.staticfiles.views.serve")


def _i18n(run: Run, call: Call) -> V:
    """``i18n_patterns()``: its patterns below the language."""
    urls = run.new_list(call.args, call.complete)
    use = _setting(run, "USE_I18N", call.span)
    if use is not None and operations.truth(use) is False:
        return Known(urls, call.trail)
    with_default = call.keywords.get("prefix_default_language", Known(True))
    included = _included(run, Known(urls), None)
    pattern = Pattern("language", with_default, included, None, call)
    notes_of(run).patterns.append(pattern)
    return Known(run.new_list([Known(pattern)]), call.trail)


def _router(root: bool) -> registry.Function:
    def apply(run: Run, call: Call) -> V:
        return Known(Router(run.new_list([]), root), call.trail)

    return apply


def _nested(run: Run, call: Call) -> V:
    """A router of drf-nested-routers: below one object of another router's prefix."""
    parent, prefix = call.args[0], call.args[1] if len(call.args) > 1 else call.keywords["parent_prefix"]
    owner = parent.value if isinstance(parent, Known) else None
    known = isinstance(prefix, Known) and isinstance(prefix.value, str)
    if not isinstance(owner, Router) or not isinstance(prefix, Known) or not known:
        return Unknown("is a router below one that is not known", call.trail)
    base = f"{owner.base}{prefix.value}/[^/.]+/"
    return Known(Router(run.new_list([]), False, base), call.trail)


def _same(run: Run, call: Call) -> V:
    return call.args[0]


def _decorates(path: str) -> bool:
    return path.startswith((
        "django.views.decorators.", "django.contrib.auth.decorators.", "rest_framework.decorators.",
        "django.contrib.admin.views.decorators.", "django.utils.decorators.", "django_ratelimit.decorators.",
    ))  # fmt: skip


def called(run: Run, target: External, call: Call) -> V | None:
    """Call what is recognised by the form of its name, while a URLconf is evaluated; None for all else."""
    if HOOK not in run.hooks:
        return None
    if target.path.endswith(".as_view"):
        return Known(View(target.path.removesuffix(".as_view")), call.trail)
    last = target.path.rpartition(".")[2]
    if last.endswith("AdminSite"):
        return admin_site(target.path, call)
    if last in ("NinjaAPI", "NinjaExtraAPI"):
        return Known(Site(Mount("include", target.path)), call.trail)
    if _decorates(target.path):
        if call.args and view_of(call.args[0]) is not None:
            return call.args[0]
        return Known(Native(last, _same), call.trail)
    return None


def admin_site(name: str, call: Call) -> V:
    """Return a site of the admin: its ``name`` is the namespace of its routes."""
    given = call.get(0, "name", Known("admin"))
    known = isinstance(given, Known) and isinstance(given.value, str)
    namespace = given.value if known and isinstance(given, Known) else None
    return Known(Site(Mount("admin", name, namespace)), call.trail)


def instantiate(run: Run, cls: ClassObject, call: Call) -> V | None:
    """Make a router or an admin site of a class of the repository; None for all others."""
    from confguard.model.django import classes

    for base in classes.resolution_order(cls):
        path = base.path if isinstance(base, External) else ""
        if path in ROUTERS:
            return _router(ROUTERS[path])(run, call)
        if path.endswith(".AdminSite"):
            return admin_site(f"{cls.module.name}.{cls.name}", call)
    return None


def view_of(value: V | None) -> str | None:
    """Return the dotted name of a view, as it is written where it is used; None where it is not known."""
    payload = value.value if isinstance(value, Known) else None
    if isinstance(payload, View):
        return payload.name
    if isinstance(payload, External):
        return payload.path
    if isinstance(payload, FunctionObject):
        return f"{payload.scope.module.name}.{payload.name or '<lambda>'}"
    if isinstance(payload, ClassObject):
        return f"{payload.module.name}.{payload.name}"
    return payload if isinstance(payload, str) else None


def class_view(run: Run, cls: ClassObject, name: str) -> V | None:
    """Return ``as_view`` of a class of the repository, while a URLconf is evaluated; None for all else."""
    if HOOK not in run.hooks or name != "as_view":
        return None
    view = View(f"{cls.module.name}.{cls.name}")
    return Known(Native(name, lambda run, call: Known(view, call.trail)))


def _everywhere(function: registry.Function, *paths: str) -> dict[str, registry.Function]:
    return dict.fromkeys(paths, function)


def module_patterns(module: ModuleObject) -> Any:
    """Return what a module calls ``urlpatterns``, or None."""
    return module.namespace.names.get("urlpatterns")


ROUTERS = {
    "rest_framework.routers.SimpleRouter": False,
    "rest_framework.routers.DefaultRouter": True,
    "rest_framework_extensions.routers.ExtendedSimpleRouter": False,
    "rest_framework_extensions.routers.ExtendedDefaultRouter": True,
}
FUNCTIONS: dict[str, registry.Function] = {
    **_everywhere(_pattern("path"), "django.urls.path", "django.urls.conf.path"),
    **_everywhere(
        _pattern("regex"), "django.urls.re_path", "django.urls.conf.re_path", "django.conf.urls.url",
        "django.conf.urls.re_path",
    ),
    **_everywhere(_include, "django.urls.include", "django.urls.conf.include", "django.conf.urls.include"),
    "django.conf.urls.static.static": _static,
    "django.contrib.staticfiles.urls.staticfiles_urlpatterns": _staticfiles,
    "django.conf.urls.i18n.i18n_patterns": _i18n,
    "rest_framework.urlpatterns.format_suffix_patterns": _same,
    **{path: _router(root) for path, root in ROUTERS.items()},
    **_everywhere(
        _nested, "rest_framework_nested.routers.NestedSimpleRouter",
        "rest_framework_nested.routers.NestedDefaultRouter",
    ),
}  # fmt: skip
