"""The HTML report: self-contained, every link leads somewhere, every service is in the picture."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

from confguard.readiness import assess, html
from confguard.readiness.plan import load_plan
from tests.readiness.conftest import FILES

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOSTILE = "<img src=x onerror=alert(1)>\"'&amp;`</script><script>"
VOID = {"meta", "img", "br", "hr", "input", "link"}


class Page(HTMLParser):
    """What a page holds: tags with their attributes, the open elements, the text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"{tag} closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data):
        self.text.append(data)

    def values(self, name):
        return [attrs[name] for _, attrs in self.tags if name in attrs]


CHANGES = {
    "compose.prod.yaml": FILES["compose.prod.yaml"]
    + "  db:\n    image: postgres:17\n    ports: ['5432:5432']\n    networks: [back]\nnetworks:\n  back:\n",
}


@pytest.fixture
def page_of(subject_of):
    def make(changes=None):
        subject = subject_of({**CHANGES, **(changes or {})})
        text = html.render(assess(load_plan(), subject), subject)
        return subject, text

    return make


def test_the_page_is_well_formed_and_asks_for_nothing(page_of):
    _, text = page_of()
    page = Page(text)
    assert page.open == []
    assert not {tag for tag, _ in page.tags} & {"script", "link", "iframe", "object", "embed", "form"}
    assert not page.values("src")
    assert not [one for one in page.values("href") if not one.startswith("#")]
    assert "url(" not in text.replace("url(#arrow)", "") and "@import" not in text
    policy = [
        attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_every_link_leads_to_a_place_of_the_page_and_every_finding_is_one(page_of):
    subject, text = page_of()
    page = Page(text)
    places = page.values("id")
    assert len(set(places)) == len(places)
    links = [one.removeprefix("#") for one in page.values("href")]
    assert links and set(links) <= set(places)
    assert sum(place.startswith("finding-") for place in places) == len(subject.findings) > 0


def test_the_picture_shows_every_service_and_marks_findings_where_they_are(page_of):
    subject, text = page_of()
    services = [attrs["data-service"] for _, attrs in Page(text).tags if "data-service" in attrs]
    assert sorted(services) == sorted(subject.deployment.services)
    db = text[text.index('data-service="db"') :].partition("</g>")[0]
    assert 'class="badge error"' in db and "5432 to 5432" in db


def test_names_that_look_like_markup_are_text(page_of):
    compose = {
        "services": {
            "web": {"image": f"x{HOSTILE}", "networks": [HOSTILE], "ports": ["8000"]},
            HOSTILE: {"image": "postgres:17", "ports": ["5432:5432"]},
        },
        "networks": {HOSTILE: None},
    }
    subject, text = page_of(
        {"compose.prod.yaml": json.dumps(compose), f"{'d' * 9}<b>/settings.py": "DEBUG = True\n"}
    )
    page = Page(text)
    assert HOSTILE in subject.deployment.compose.services or subject.findings
    assert not {tag for tag, _ in page.tags} & {"script", "img", "b<"}
    assert not re.search(r"onerror=alert\(1\)>(?!&)", text.replace("&gt;", ""))
    assert page.open == []


@pytest.fixture(scope="module")
def asked_by_itself(tmp_path_factory):
    """Return what the browser asks for with any page; that a page asks for something is noticed."""
    path = tmp_path_factory.mktemp("picture") / "page.html"
    path.write_text('<!doctype html><img src="http://127.0.0.1:9/picture.png">', encoding="utf-8")
    asked = browser(path.parent, path.as_uri(), 800)[1]
    assert "http://127.0.0.1:9/picture.png" in asked
    return asked - {"http://127.0.0.1:9/picture.png"}


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")
@pytest.mark.parametrize("width", [1400, 820, 420])
def test_a_browser_asks_for_nothing_but_the_page_and_shows_every_service(
    page_of, tmp_path, asked_by_itself, width
):
    subject, text = page_of()
    path = tmp_path / "report.html"
    path.write_text(text, encoding="utf-8")
    document, asked = browser(tmp_path, path.as_uri(), width)
    assert not asked - asked_by_itself
    assert (tmp_path / "page.png").stat().st_size > 3_000
    shown = [attrs["data-service"] for _, attrs in _tags(document) if "data-service" in attrs]
    assert sorted(shown) == sorted(subject.deployment.services)


def browser(folder, address, width):
    """Open a page: (the document as it is then, the addresses that were asked for); page.png shows it."""
    log = folder / "net.json"
    command = [
        CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        "--disable-background-networking", "--disable-component-update", "--no-first-run",
        f"--user-data-dir={folder / 'profile'}", f"--window-size={width},900",
        f"--log-net-log={log}", f"--screenshot={folder / 'page.png'}", "--dump-dom", address,
    ]  # fmt: skip
    document = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    found = re.findall(r'"url":"([^"]*)"', log.read_text(encoding="utf-8", errors="replace"))
    return document, {re.sub(r"[?&].*", "", url) for url in found}


def _tags(text):
    page = Page.__new__(Page)
    HTMLParser.__init__(page)
    page.tags, page.open, page.text = [], [], []
    page.handle_endtag = lambda tag: None
    page.feed(text)
    return page.tags


def test_backquotes_are_shown_as_code_and_markup_in_them_as_text():
    assert html._prose("take `a:b` away") == "take <code>a:b</code> away"
    assert html._prose("`<b>`") == "<code>&lt;b&gt;</code>"


def test_a_stack_that_publishes_nothing_begins_at_the_left_edge(page_of):
    compose = FILES["compose.prod.yaml"]
    _, closed = page_of({"compose.prod.yaml": compose})
    _, opened = page_of({"compose.prod.yaml": compose + "    ports: ['80:80']\n"})
    wide = [int(re.search(r'viewBox="0 0 (\d+)', text)[1]) for text in (closed, opened)]
    assert wide[0] < wide[1]
    assert ">clients<" not in closed and ">clients<" in opened
