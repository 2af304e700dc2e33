"""Which arguments furl finds in a URL: what furl 2.1.4 said of each."""

import pytest

from confguard.discover.project import Listing, Project
from confguard.model.django.settings import evaluate
from confguard.model.environment import Environment
from confguard.model.value import Known, Unknown

TEXT = "import os\nfrom furl import furl\nA = 'sslmode' in furl(os.environ.get('URL', '')).args\n"


def answer(folder, url):
    (folder / "settings.py").write_text(TEXT)
    project = Project(folder, Listing(("settings.py",), "walk"))
    given = {} if url is None else {"URL": Known(url)}
    settings = evaluate(project, "settings.py", Environment(given))
    return settings.values["A"], settings.starts


@pytest.mark.parametrize(
    ("url", "there"),
    [
        (None, False),
        ("postgres://u:p@db:5432/shop?sslmode=disable", True),
        ("postgres://u:p@db:5432/shop?a=1&sslmode=", True),
        ("postgres://u:p@db:5432/shop?sslmode", True),
        ("postgres://u:p@db/shop?ssl%6Dode=x", True),
        ("postgres://db/shop?sslmodes=1", False),
        ("sqlite:///db.sqlite3", False),
    ],
)
def test_arguments_of_a_url_are_known(tmp_path, url, there):
    value, starts = answer(tmp_path, url)
    assert value.value is there
    assert starts


@pytest.mark.parametrize("url", ["postgres://db:port/shop", "a b", "postgres://db/x#y?sslmode=1"])
def test_what_it_may_refuse_or_read_otherwise_is_not_known(tmp_path, url):
    value, starts = answer(tmp_path, url)
    assert isinstance(value, Unknown)
    assert starts is None
