# ruff: noqa: E501 - small programs are easier to read on one line
"""A settings module can do nothing to whoever looks at it, however long it would run."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from confguard.discover.project import Listing, Project
from confguard.model.django.settings import Settings, evaluate
from confguard.model.django.values import plain
from confguard.model.environment import Environment
from confguard.model.value import Known

SIDE_EFFECTS = """
import builtins, ctypes, importlib, marshal, os, pickle, pathlib, shutil, socket, subprocess, sys, tempfile, urllib.request
from pathlib import Path
MARK = "{mark}"
os.system("touch " + MARK)
subprocess.run(["touch", MARK])
subprocess.check_output("touch " + MARK, shell=True)
os.popen("touch " + MARK).read()
open(MARK, "w").write("x")
Path(MARK).write_text("x")
Path(MARK).touch()
os.mkdir(MARK + ".d")
os.makedirs(MARK + ".d", exist_ok=True)
shutil.copy(__file__, MARK)
os.remove(__file__)
shutil.rmtree(os.path.dirname(__file__))
pickle.loads(b"cos\\nsystem\\n(S'touch {mark}'\\ntR.")
eval("__import__('os').system('touch {mark}')")
exec("import os; os.system('touch {mark}')")
compile("1", "x", "eval")
getattr(os, "sys" + "tem")("touch " + MARK)
importlib.import_module("os").system("touch " + MARK)
builtins.__import__("os").system("touch " + MARK)
socket.socket().connect(("127.0.0.1", 9))
socket.gethostbyname("localhost")
urllib.request.urlopen("http://127.0.0.1:9/")
ctypes.CDLL(None)
sys.path.insert(0, "/tmp")
sys.setrecursionlimit(10**9)
os.environ["PATH"] = "/nowhere"
os.chdir("/")
os.kill(os.getpid(), 9)
os._exit(3)
SECRET = open("/etc/passwd").read()
AFTER = 1
"""

WATCHED = """
import sys
from pathlib import Path
from confguard.discover.project import Listing, Project
from confguard.model.django.settings import evaluate
from confguard.model.environment import Environment
root = Path(sys.argv[1])
project = Project(root, Listing(("settings.py",), "walk"))
evaluate(project, "settings.py", Environment())  # imports of the evaluator itself
seen = []
def hook(event, arguments):
    if event.startswith(("subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "socket.",
                         "ctypes.", "pickle.", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.chdir",
                         "os.kill", "os.putenv", "shutil.", "urllib.", "exec", "marshal.", "import")):
        seen.append((event, str(arguments)[:80]))
    if event == "open" and not str(arguments[0]).startswith(str(root)):
        seen.append((event, str(arguments)[:80]))
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        seen.append((event, str(arguments)[:80]))
sys.addaudithook(hook)
settings = evaluate(Project(root, Listing(("settings.py",), "walk")), "settings.py", Environment())
print(seen)
print(settings.values["AFTER"].value)
"""


def test_a_module_full_of_side_effects_has_none(tmp_path: Path) -> None:
    mark = tmp_path / "was-here"
    root = tmp_path / "project"
    root.mkdir()
    (root / "settings.py").write_text(SIDE_EFFECTS.replace("{mark}", str(mark)))
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(root)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == ["[]", "1"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["project"]
    assert (root / "settings.py").exists()


def evaluated(tmp_path: Path, **files: str) -> Settings:
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text)
    listing = Listing(tuple(sorted(f"{name}.py" for name in files)), "walk")
    variables = {"DJANGO_CONFIGURATION": Known("Prod")}
    return evaluate(Project(tmp_path, listing), "settings.py", Environment(variables))


@pytest.mark.parametrize(
    "text",
    [
        "def g():\n    while True:\n        yield 1\nX = list(g())",
        "def g(n):\n    yield from g(n + 1)\nX = list(g(0))",
        "def g():\n    for i in range(10 ** 9):\n        yield i\nX = list(g())",
        "import itertools\nX = list(itertools.product(range(1000), range(1000), range(1000)))",
        "import itertools\nX = list(itertools.count())",
        "import functools\nX = functools.reduce(lambda a, b: a + a, range(1000), 'x')",
        "X = {i: {j: 'x' * 1000 for j in range(1000)} for i in range(1000)}",
        "X = 'x'.join(['y' * 100000] * 100000)",
        "X = 'a'.replace('', 'b' * 10 ** 6).replace('b', 'c' * 10 ** 6)",
        "X = b'a' * 10 ** 11",
        "X = 9 ** 9 ** 9 % 7",
        "X = pow(7, 10 ** 12)",
        "X = 2.0 ** 10000",
        "X = round(10 ** 400 / 3)",
        "X = (1,) * 10 ** 10",
        "X = '{0:{1}}'.format('a', 10 ** 10)",
        "X = '%*d' % (10 ** 9, 1)",
        "X = sorted(range(10 ** 8))",
        "X = set(range(10 ** 9))",
        "X = bytes(10 ** 11)",
        "X = '\\0' * 10 ** 5",
        "x = y = []\nfor i in range(30):\n    x = [x, x]\nX = str(x)",
        "x = ()\nfor i in range(5000):\n    x = (x,)\nX = x == x",
        "x = {}\nfor i in range(200):\n    x = {'k': x, 'l': x}\nX = x",
        "class A:\n    @property\n    def p(self):\n        return self.p\nX = A().p",
        "class A:\n    def __eq__(self, o):\n        return self == o\nX = A() == 1",
        "class A:\n    def __bool__(self):\n        return bool(self)\nX = not A()",
        "class A:\n    def __str__(self):\n        return str(self)\nX = f'{A()}'",
        "class A:\n    def __call__(self):\n        return self()\nX = A()()",
        "class A:\n    def __init__(self):\n        A()\nX = A()",
        "f = lambda: f()\nX = f()",
        "import sys\nsys.modules[__name__] = None\nX = 1",
        "import os\nfor i in range(10 ** 6):\n    os.environ[str(i)] = 'x'\nX = 1",
        "import importlib\nX = importlib.import_module(__name__)",
        "from split_settings.tools import include\ninclude('settings.py')\nX = 1",
        "from split_settings.tools import include\ninclude('**/*.py', '*.py')\nX = 1",
        "from configurations import Configuration\nclass Prod(Configuration):\n    @property\n    def X(self):\n"
        "        return self.X",
        "import re\nX = re.sub('(x+x+)+y', '', 'x' * 50)",
        "import json\nX = json.loads('[' * 100000)",
        "import ast\nX = ast.literal_eval('(' * 100000)",
        "import base64, zlib\nX = zlib.decompress(base64.b64decode('eJw='))",
        "match [[[[1]]]]:\n    case [[[[x]]]]:\n        X = x",
        "try:\n    raise KeyError\nexcept KeyError:\n    raise\nX = 1",
        "while os.getenv('X'):\n    X = 1",
        "X = " + "(" * 150 + "1" + ")" * 150,
        "X = " + "not " * 150 + "1",
        "X = " + "+".join(["1"] * 5000),
        "X = " + "".join(f"{{'a{i}': " for i in range(90)) + "1" + "}" * 90,
        "\n".join(f"if os.getenv('A{i}'):\n    X{i} = 1\nelse:\n    X{i} = 2" for i in range(300)),
        "\n".join("    " * i + f"if UNKNOWN{i}:" for i in range(60)) + "\n" + "    " * 60 + "X = 1",
    ],
)
def test_what_never_ends_is_bounded_and_the_rest_is_still_known(tmp_path: Path, text: str) -> None:
    begin = time.process_time()
    settings = evaluated(tmp_path, settings=f"import os\n{text}\nAFTER = 1\n")
    assert time.process_time() - begin < 10
    # What cannot be parsed at all is said; nothing of it is known then.
    assert settings.problems or plain(settings.values["AFTER"]) == 1


def test_modules_that_import_each_other_in_a_ring_end(tmp_path: Path) -> None:
    ring = {f"m{i}": f"from m{(i + 1) % 200} import *\nV{i} = {i}\n" for i in range(200)}
    begin = time.process_time()
    settings = evaluated(tmp_path, settings="from m0 import *\nAFTER = 1\n", **ring)
    assert time.process_time() - begin < 10
    assert plain(settings.values["AFTER"]) == 1


def test_a_path_out_of_the_project_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("do not read")
    inner = tmp_path / "inner"
    inner.mkdir()
    text = (
        "from pathlib import Path\nHERE = Path(__file__).resolve().parent\n"
        "A = (HERE.parent / 'secret.txt').read_text()\nB = open(HERE / '..' / 'secret.txt').read()\n"
        f"C = open('{tmp_path}/secret.txt').read()\nD = open('/etc/hostname').read()\n"
    )
    settings = evaluated(inner, settings=text)
    assert not any(isinstance(settings.values[name], Known) for name in "ABCD")
