"""``confguard route``: the way of one request through nginx."""

from __future__ import annotations

from pathlib import Path

import click

from confguard.cli.asked import proxies, proxy_options
from confguard.cli.options import format_option
from confguard.cli.output import colored, emit, emit_json, usage_errors_told


@click.command()
@click.argument("url")
@click.option("-X", "--method", default="", help="The method.  [default: GET, or POST with a body]")
@click.option("-H", "--header", "headers", multiple=True, metavar="NAME:VALUE", help="May be repeated.")
@click.option("--body-size", type=click.IntRange(min=0), metavar="BYTES", help="The size of the body.")
@proxy_options()
@format_option("text", "json")
def route(
    url: str,
    method: str,
    headers: tuple[str, ...],
    body_size: int | None,
    project: Path,
    stack: str,
    service: str,
    conf: str,
    output_format: str,
) -> None:
    """Follow a request to URL through nginx: who takes it, where it goes, what nginx adds and drops."""
    from confguard.show.choose import listening
    from confguard.show.page import Style
    from confguard.show.route import RequestError, facts, page, request_of, way_of

    with usage_errors_told(RequestError):
        request = request_of(url, method, headers, body_size)
    way = way_of(listening(proxies(project, stack, service, conf), request.port), url, request)
    if output_format == "json":
        emit_json(facts(way))
        return
    emit(page(way, Style(colored())), None)
