"""An engine that forgot a square. Some tests hand its source to a program of its own."""

from pathlib import Path
from typing import Any

import numpy as np

from zenverify.engines.zen import ZenEngine
from zenverify.tensor import Tensor

SOURCE = Path(__file__).read_text(encoding="utf-8")


class WrongTanh(ZenEngine):
    name = "wrong"

    def apply(self, operator: str, operands: Any, attributes: Any) -> Any:
        if operator != "tanh":
            return super().apply(operator, operands, attributes)
        (x,) = operands
        y = np.tanh(x.value)
        return Tensor.from_operation(y, [x], [lambda g: g * (1 - y)], name="tanh")
