"""What a run says last on the terminal."""

from collections.abc import Sequence
from io import StringIO
from typing import Any

from rich.console import Console

from zenverify.engines.zen import ZenEngine
from zenverify.output.model.run import Collector
from zenverify.output.reporter import RunContext
from zenverify.output.terminal.summary import SummaryReporter
from zenverify.tensor import Tensor
from zenverify.verification.campaign.campaign import run
from zenverify.verification.campaign.options import CampaignOptions

WRONG = [
    "sin",
    "cos",
    "tan",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log2",
    "log10",
    "log1p",
    "sqrt",
    "cbrt",
    "square",
    "cosh",
    "sinh",
    "tanh",
    "arctan",
    "arcsinh",
    "arcsin",
    "arccos",
    "arctanh",
    "arccosh",
    "erf",
    "erfc",
    "sigmoid",
    "softplus",
    "silu",
    "mish",
    "gelu",
    "softsign",
]


class Scaled(ZenEngine):
    name = "scaled"

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        result = super().apply(operator, operands, attributes)
        if not isinstance(result, Tensor) or not result.trainable or operator not in WRONG:
            return result
        (right,) = result.grads
        return Tensor.from_operation(
            result.value, list(operands), [lambda g: 1.5 * right(g)], name=operator
        )


def test_of_many_causes_the_last_are_shown_in_full_and_the_others_are_named() -> None:
    context = RunContext(Collector())
    results, messages = StringIO(), StringIO()
    reporter = SummaryReporter(
        context, Console(file=results, width=200), Console(file=messages, width=200), verbose=False
    )
    options = CampaignOptions(seed=3, graphs=120, operators=tuple(WRONG))
    for event in run(Scaled(), options):
        context.collector.add(event)
        reporter.handle(event)
    lines = results.getvalue().splitlines()
    culprits = [line for line in lines if line.endswith("<- here")]
    named = lines[: lines.index("")]
    assert len(culprits) == 25
    assert len(named) == len(context.model.causes) - 25 > 0
    assert all(line.startswith("ENGINE_WRONG: ") for line in named)
