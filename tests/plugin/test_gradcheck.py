"""``pytest --zenverify-gradcheck``: a suite without a change to it, by both checkers."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

TORCH = """
import pytest
import torch
from torch.autograd import gradcheck


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.save_for_backward(x)
        ctx.factor = factor
        return x * x

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return 2 * x * g * ctx.factor, None


def leaf(dtype=torch.float64):
    return torch.linspace(1, 2, 3, dtype=dtype).requires_grad_()


def test_right():
    assert gradcheck(Square.apply, (leaf(), 1))


def test_a_little_wrong():
    assert torch.autograd.gradcheck(Square.apply, (leaf(), 1.0001))


def test_expected_to_be_wrong():
    assert not gradcheck(Square.apply, (leaf(), 2), raise_exception=False)


def test_not_for_us():
    assert gradcheck(Square.apply, (leaf(), 1), masked=True)


@pytest.mark.filterwarnings("ignore:Input #0 requires gradient")
def test_single_precision():
    assert gradcheck(Square.apply, (leaf(torch.float32), 1))
"""

JAX = """
import jax.numpy as jnp
from jax.test_util import check_grads


def test_tanh():
    check_grads(jnp.tanh, (jnp.ones(3) * 0.3,), 1, modes=("rev",))
"""


def run_pytest(directory: Path, *options: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_torchs_suite(tmp_path: Path, options: tuple[str, ...]) -> None:
    pytest.importorskip("torch")
    (tmp_path / "test_mine.py").write_text(TORCH, encoding="utf-8")
    said = run_pytest(tmp_path, "--zenverify-gradcheck", *options)
    assert "1 failed, 4 passed" in said
    assert "FAILED test_mine.py::test_a_little_wrong" in said
    counts = said.partition("gradients: the library's own checker / zenverify")[2]
    for line in (
        "     1  fails / fails\n",
        "     1  fails / passes\n",
        "     1  passes / fails\n",
        "     1  passes / passes\n",
        "     1  passes / not checked: gradcheck: masked=True",
        "test_mine.py::test_a_little_wrong: passes / fails\n",
        "test_mine.py::test_single_precision: fails / passes\n",
        "test_mine.py::test_not_for_us: passes / not checked",
    ):
        assert line in counts
    assert "test_right:" not in counts


def test_jaxs_suite(tmp_path: Path) -> None:
    pytest.importorskip("jax")
    (tmp_path / "test_mine.py").write_text(JAX, encoding="utf-8")
    said = run_pytest(tmp_path, "--zenverify-gradcheck")
    assert "1 passed" in said
    assert "     1  passes / passes\n" in said


def test_without_the_option_nothing_is_replaced(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    (tmp_path / "test_mine.py").write_text(TORCH, encoding="utf-8")
    said = run_pytest(tmp_path)
    assert "FAILED test_mine.py::test_single_precision" in said
    assert "own checker" not in said


@pytest.mark.skipif(bool(find_spec("torch") or find_spec("jax")), reason="a library is installed")
def test_without_a_library_it_says_so(tmp_path: Path) -> None:
    said = run_pytest(tmp_path, "--zenverify-gradcheck")
    assert "--zenverify-gradcheck: neither torch nor jax is installed" in said
