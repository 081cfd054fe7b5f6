"""``zenverify check``: one operation, and its card."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zenverify.cli.configuration import resolve
from zenverify.cli.options import (
    json_option,
    quiet_option,
    setting,
    strict_option,
    verbose_option,
)
from zenverify.errors import UsageError

if TYPE_CHECKING:
    from zenverify.contribution import Contribution

_EXAMPLES = """\b
Examples:
  zenverify check tanh                            an operation of the catalogue
  zenverify check softplus.py:softplus            one of your own, declared in that file
  zenverify check package.module:softplus -n 5000
  zenverify check my.py:f --expression "log(1 + exp(x))" --domain "x in (-50, 50)"
"""

_SUBJECT = "operation"


@click.command(epilog=_EXAMPLES)
@click.argument("operation")
@setting(
    "--engine",
    metavar="ENGINE",
    help="What to check it in.  [default: what the operation was written for, else zen]",
)
@click.option(
    "--expression",
    metavar="TEXT",
    help="What a plain function computes, elementwise: log(1 + exp(x)).",
)
@click.option(
    "--domain", metavar="TEXT", help="Where --expression is defined: x in (-50, 50), y != 0."
)
@setting("-n", "--graphs", metavar="N", help="Verify N graphs.  [default: 1000]")
@setting("--seed", metavar="N", help="Draw the graphs of this seed.  [default: 1]")
@setting("--timeout", metavar="TIME", help="Give up on one pass of the engine after this time.")
@setting(
    "--reports",
    default="reports",
    metavar="DIR",
    help="Where the card's page goes.  [default: reports]",
)
@strict_option("something was not looked at, as the card says.")
@json_option
@quiet_option
@verbose_option
@click.pass_context
def check(
    context: click.Context,
    /,
    *,
    operation: str,
    expression: str | None,
    domain: str | None,
    strict: bool,
    as_json: bool,
    quiet: bool,
    **_: Any,
) -> int:
    """Check one operation, and make its card.

    OPERATION is the name of an operation of the catalogue, or where one of your own is to be
    found: file.py:attribute or package.module:attribute. That is a zenverify.Contribution, or any
    function of the engine's tensors together with --expression. "zenverify new-operator" writes a
    file to start from.

    Its value, its gradients and its structure are checked over the whole domain and in every way
    to call it; then faults are planted into its rule, to see that they would have been found.

    Exit code: 0 passed, 1 discrepancies, or with --strict anything that was not looked at, 2 could
    not do the job, 130 interrupted.
    """
    # Imported here, as in every command: --help must load neither NumPy nor SymPy.
    from zenverify.accuracy.card.examination import DEFAULT_GRAPHS, DEFAULT_SEED, examine, known
    from zenverify.output.html.card import card_to_data
    from zenverify.output.html.write import write_card
    from zenverify.output.json.lines import print_json
    from zenverify.output.model.asking import Asker
    from zenverify.output.model.cut import cut
    from zenverify.output.terminal.card import print_card
    from zenverify.output.terminal.consoles import messages_console, results_console
    from zenverify.verification.trace import TIMEOUT

    settings = resolve(context)
    if (domain is not None) and (expression is None):
        raise UsageError("--domain goes with --expression: a declared operation has its own domain")
    subject = _subject(operation, expression, domain, settings["engine"])
    with known(subject, settings["engine"]) as (engine, operator):
        card = cut(
            examine(
                engine,
                operator,
                graphs=settings["graphs"] or DEFAULT_GRAPHS,
                seed=DEFAULT_SEED if settings["seed"] is None else settings["seed"],
                timeout=settings["timeout"] or TIMEOUT,
            )
        )
        path = write_card(card, Path(settings["reports"]), Asker(engine))
        if as_json:
            print_json(card_to_data(card))
        else:
            print_card(results_console(), card, brief=quiet)
    messages_console(quiet=quiet).print(f"card          {path}", soft_wrap=True)
    unseen = strict and card.run.not_looked_at
    return 1 if unseen and card.exit_code == 0 else card.exit_code


def _subject(
    spec: str, expression: str | None, domain: str | None, engine: str | None
) -> Contribution | str:
    """What is to be checked: a name of the catalogue, or a user's own operation."""
    from zenverify.contribution import Contribution
    from zenverify.engines.importing import imported
    from zenverify.engines.registry import DEFAULT
    from zenverify.operators.text.domains import parse_domains
    from zenverify.operators.text.expressions import parse_expression

    if ":" not in spec:
        if expression is not None:
            raise UsageError(
                f"--expression goes with a function, as file.py:attribute; {spec!r} names an "
                "operation of the catalogue"
            )
        return spec
    found = imported(spec, _SUBJECT)
    if isinstance(found, Contribution):
        if expression is not None:
            raise UsageError(f"{_SUBJECT} {spec!r} is declared already; leave --expression out")
        return found
    if not callable(found):
        raise UsageError(
            f"{_SUBJECT} {spec!r} is of type {type(found).__name__}, expected a "
            "zenverify.Contribution or a function"
        )
    if expression is None:
        raise UsageError(
            f"{_SUBJECT} {spec!r} is a plain function: say what it computes with --expression, "
            'for example --expression "log(1 + exp(x))"'
        )
    parsed = parse_expression(expression)
    return Contribution(
        name=spec.rpartition(":")[2],
        function=found,
        expression=expression,
        domains={} if domain is None else parse_domains(domain, parsed.arguments),
        summary=expression,
        engine=engine or DEFAULT,
    )
