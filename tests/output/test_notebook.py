"""Results show themselves in a notebook, in the report's design."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import zenverify
from tests.output.html.test_render import Outline
from zenverify import Tensor

CELLS = (
    """
import numpy as np
from zenverify import Tensor, verify
x = Tensor([0.5, -1.5])
y = np.tanh(x.value)
wrong = Tensor.from_operation(y, [x], [lambda g: g * (1 - y)], name="tanh")
verify(wrong.sum())
""",
    """
from zenverify import gradcheck
gradcheck(lambda x: (x * x).tanh().sum(), (Tensor([0.5, -1.5]),))
""",
    """
from zenverify import check
check("tanh", graphs=20)
""",
)


def html_of(result: Any) -> str:
    bundle = result._repr_mimebundle_()
    assert bundle["text/html"] == result._repr_html_()
    assert bundle["text/plain"] == str(result)
    text: str = bundle["text/html"]
    return text


def test_a_live_graph_that_agrees() -> None:
    x = Tensor([0.5, -1.5])
    outline = Outline(html_of(zenverify.verify((x * x).tanh().sum())))
    assert outline.open == []
    assert "Every value and gradient agrees" in outline.text
    assert outline.count("div", **{"class": "run clean"}) == 1
    assert "tanh" in outline.text


def test_a_wrong_rule_is_told_with_its_numbers() -> None:
    x = Tensor([0.5, -1.5])
    y = np.tanh(x.value)
    wrong = Tensor.from_operation(y, [x], [lambda g: g * (1 - y)], name="tanh")
    outline = Outline(html_of(zenverify.verify(wrong.sum())))
    assert "1 discrepancy" in outline.text
    assert outline.count("div", **{"class": "run wrong"}) == 1
    assert outline.count("span", **{"class": "rest"}) >= 1


def test_a_checked_function() -> None:
    result = zenverify.gradcheck(lambda x: (x * x).tanh().sum(), (Tensor([0.5, -1.5]),))
    outline = Outline(html_of(result))
    assert outline.open == []
    assert "Every value and gradient agrees" in outline.text


def test_what_a_front_end_does_not_want_it_does_not_get() -> None:
    result: Any = zenverify.gradcheck(lambda x: x.tanh().sum(), (Tensor([0.5]),))
    bundle = result._repr_mimebundle_(include={"text/plain"})
    assert set(bundle) == {"text/plain"}


def test_names_are_escaped_and_the_style_stays_inside() -> None:
    x = Tensor([0.5])
    wrong = Tensor.from_operation(x.value, [x], [lambda g: 2 * g], name="<img src=x>")
    text = html_of(zenverify.verify(wrong.sum()))
    assert "<img" not in text
    assert ":root" not in text
    assert "\nbody {" not in text


def test_importing_the_package_still_loads_nothing_of_it() -> None:
    program = (
        "import sys, zenverify; zenverify.verify; "
        "sys.exit('jinja2' in sys.modules or 'zenverify.output' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.filterwarnings("ignore")
def test_in_a_notebook() -> None:
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    nbclient.NotebookClient(book, timeout=240, kernel_name="python3").execute()
    shown = [cell.outputs[-1].data for cell in book.cells]
    assert all({"text/html", "text/plain"} <= set(one) for one in shown)
    assert "1 discrepancy" in shown[0]["text/html"]
    assert "Every value and gradient agrees" in shown[1]["text/html"]
    assert 'class="run clean"' in shown[2]["text/html"]
