"""Names that are taken, and domains that do not fit, are refused where an operator is declared."""

from __future__ import annotations

from typing import Any

import pytest

from zenverify.errors import UsageError
from zenverify.operators import catalogue
from zenverify.operators.declarations.broadcasting import elementwise
from zenverify.operators.domain import Domain
from zenverify.operators.program.kernel import CATALOGUE, kernel


def _product(_: Any, x: Any, y: Any, z: Any) -> Any:
    return x * y * z


def test_as_many_domains_as_arguments() -> None:
    with pytest.raises(UsageError, match="'product3': 4 domains for 3 arguments"):
        elementwise("own", "product3", "", _product, domains=(Domain(),) * 4)
    with pytest.raises(UsageError, match="'product3': 2 domains for 3 arguments"):
        elementwise("own", "product3", "", _product, domains=(Domain(),) * 2)


def test_no_more_arguments_than_there_are_names() -> None:
    with pytest.raises(UsageError, match="at most 3 arguments"):
        elementwise("own", "sum4", "", lambda _, a, b, c, d: a + b + c + d, domains=(Domain(),) * 4)


def test_a_kernel_of_the_same_name_is_refused() -> None:
    catalogue.all_operators()
    before = CATALOGUE["tanh"]
    with pytest.raises(UsageError, match="kernel 'tanh': another kernel has this name"):
        kernel("tanh", 1, lambda sp, x: sp.tanh(x) + 1)
    assert CATALOGUE["tanh"] is before


def test_an_operator_of_the_same_name_is_refused() -> None:
    tanh, exp = catalogue.get("tanh"), catalogue.get("exp")
    with pytest.raises(UsageError, match="operator 'tanh' is declared twice"):
        catalogue.by_name([tanh, exp, tanh])
