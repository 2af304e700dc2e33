"""One file taken for the whole configuration of an nginx, to ask what it would do with a request."""

from __future__ import annotations

import posixpath

from confguard.discover.project import Project
from confguard.model.environment import Environment
from confguard.model.nginx import stock
from confguard.model.nginx.container import model_of_tree
from confguard.model.nginx.statements import Loaded
from confguard.model.nginx.stock import Stock
from confguard.model.nginx.tree import FileTree
from confguard.model.nginx.types import NginxModel
from confguard.model.value import Step
from confguard.parsers import nginx as parser
from confguard.source import SourceFile


def load_alone(project: Project, path: str) -> NginxModel | None:
    """Return the model of an image whose only configuration is this file; None if it cannot be had.

    A file with ``http`` in it is taken for ``nginx.conf``, one with servers for the only one in
    ``conf.d``, and what stands in a server for the inside of one on port 80. What the folder of the file
    holds can be included; everything else that is included is unknown.
    """
    source = project.read(path)
    if source is None:
        return None
    official = stock.official()
    known = Stock(official.entry, official.prefix, official.files, complete=False, templates=False)
    tree = FileTree(project, known)
    folder = posixpath.dirname(path)
    if folder:
        tree.put_project_path(folder, "/etc/nginx")
    for name, text in official.files.items():
        if name != "/etc/nginx/conf.d/default.conf" and name not in tree.files:
            tree.put(name, Loaded(name, SourceFile(name, text), stock=True))
    parsed = project.parsed(parser.parse, path) or parser.parse(source)
    contexts = parsed.contexts or (("http",),)
    template = path.endswith(".template") or "${" in source.text
    reason = "nobody says which container uses this file"
    environment = Environment(complete=False, reason=reason) if template else None
    loaded = Loaded(path, source, environment=environment)
    if contexts[0] == ():
        tree.put(official.entry, loaded)
    else:
        tree.put(official.entry, Loaded(official.entry, SourceFile("", official.files[official.entry]), True))
        tree.cover("/etc/nginx/conf.d")
        inner = "/etc/nginx/conf.d/default.conf"
        if contexts[0] == ("http",):
            tree.put(inner, loaded)
        else:
            text = f"server {{ listen 80; include /etc/nginx/{posixpath.basename(path)}; }}"
            tree.put(inner, Loaded(inner, SourceFile(inner, text), True))
            tree.put(f"/etc/nginx/{posixpath.basename(path)}", loaded)
    return model_of_tree(tree, official.entry, trail=(Step("taken for the only file", source.span(0)),))
