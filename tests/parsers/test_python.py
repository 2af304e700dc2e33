"""Python files become the standard library's nodes with exact places; broken ones become problems."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confguard.parsers.python import MAX_NESTING, node_span, parse
from confguard.source import SourceFile

SAMPLES = [
    "A = 1\n",
    "a = b = (1, 2)\nx, *y = [1, 2]\n",
    "if a:\n    b = 1\nelif c:\n    d = 2\nelse:\n    e = 3\n",
    "for i in range(3):\n    continue\nelse:\n    pass\nwhile x: break\n",
    "try:\n    f()\nexcept (A, B) as e:\n    raise X from e\nelse:\n    g()\nfinally:\n    h()\n",
    "with open('x') as f, g:\n    pass\n",
    "@d\ndef f(a, /, b=1, *args, c, d=2, **kw) -> int:\n    return lambda x, y=1: x\n",
    "class A(B, metaclass=C):\n    x: int = 1\n    y: str\n",
    "import a.b as c, d\nfrom . import e\nfrom ..f import (g as h,)\nfrom i import *\n",
    "x = [a for b in c if d if e for f in g]\ny = {k: v for k, v in z}\nw = {*a, b}\n",
    "s = f'a{b!r:>{w}}c{d:.2f}' \"e\" 'f{g}'\n",
    "t = 'a' \"b\" '''c\nd''' r'\\d'\n",
    "n = 0x1F + 1_000 - 1e3 * 2j ** -3 // ~x\n",
    "c = a < b <= c is not d not in e and f or g and not h\n",
    "x = a[1:2, ::3][b](*c, d=1, **e).f\n",
    "match x:\n    case 1 | 'a':\n        pass\n    case None:\n        pass\n"
    "    case y if y:\n        pass\n    case _:\n        pass\n",
    "global a\ndel a, b[0]\nassert a, 'm'\na += 1\nb: int\nprint((y := 3))\nx = y if z else w\n",
    "x = (\n    1,  # one\n    # two\n    'é',\n)\r\ny = 2\r\n",
    "é = 'ünï'; ß = é\n",
]


@pytest.mark.parametrize("text", SAMPLES)
def test_the_tree_is_the_one_that_python_makes(text):
    module = parse(SourceFile("a.py", text))
    assert module.problems == ()
    assert ast.dump(module.tree) == ast.dump(ast.parse(text))


@pytest.mark.parametrize("text", SAMPLES)
def test_slicing_the_source_gives_the_text_of_each_expression(text):
    source = SourceFile("a.py", text)
    module = parse(source)
    for ours, theirs in zip(ast.walk(module.tree), ast.walk(ast.parse(text)), strict=True):
        # Python 3.11 does not tell the places inside of an f-string.
        if isinstance(
            theirs, ast.Name | ast.Attribute | ast.Call | ast.Tuple | ast.BinOp | ast.Assign | ast.List
        ):
            if "f'" in text and isinstance(theirs, ast.Name):
                continue
            assert node_span(source, ours).text == ast.get_source_segment(text, theirs)


def test_a_part_of_an_f_string_has_its_own_place():
    source = SourceFile("a.py", "x = f'a{b.c}d'\n")
    names = [node for node in ast.walk(parse(source).tree) if isinstance(node, ast.Attribute)]
    assert node_span(source, names[0]).text == "b.c"


def test_broken_syntax_is_a_problem_at_its_line():
    module = parse(SourceFile("a.py", "a = 1\nb = = 2\n"))
    assert module.tree.body == []
    assert module.problems[0].span.line == 2
    assert module.problems[0].message.startswith("is not valid Python")


def test_newer_syntax_than_the_running_python_is_read():
    module = parse(SourceFile("a.py", "try:\n    pass\nexcept A, B:\n    x = 1\ntype X = int\n"))
    assert module.problems == ()
    assert isinstance(module.tree.body[0], ast.Try)


@pytest.mark.parametrize(
    "text", ["(" * 5000, "[" * 5000 + "]" * 5000, "x = " + "-" * 5000 + "1", "x = " + "a+" * 5000 + "a\n"]
)
def test_deep_nesting_is_a_problem_and_no_crash(text):
    module = parse(SourceFile("a.py", text))
    assert module.problems or module.tree.body


def test_brackets_in_strings_and_comments_do_not_nest():
    text = f"x = '{'(' * MAX_NESTING * 2}'  # {'[' * MAX_NESTING * 2}\n"
    assert parse(SourceFile("a.py", text)).problems == ()


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_is_read_or_refused(text):
    module = parse(SourceFile("a.py", text))
    assert module.problems or ast.dump(module.tree)
