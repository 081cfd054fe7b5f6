"""A discrepancy as a failing test shows it: the sentence, the graph, how to see it again."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from zenverify.output.html.reporter import HtmlReporter
from zenverify.output.model.asking import Asker
from zenverify.output.model.commands import replay_command
from zenverify.output.model.listing import marked_listing
from zenverify.output.model.printable import printable
from zenverify.output.model.run import Collector
from zenverify.output.reporter import Reporters, RunContext
from zenverify.verification.campaign import campaign
from zenverify.verification.campaign.options import CampaignOptions

if TYPE_CHECKING:
    from zenverify.engines.protocol import Engine
    from zenverify.graph.case import Case
    from zenverify.verification.events import Finding


def finding_lines(finding: Finding, case: Case) -> Iterator[str]:
    """The sentence about a discrepancy, and the graph with the culprit marked."""
    yield f"{finding.bucket}"
    yield f"  {finding.message}"
    yield ""
    for line, marked in marked_listing(case, finding.blame.node):
        yield f"    {line}    <- here" if marked else f"    {line}"
    yield ""


def reproducer(path: Path, engine_spec: str) -> str:
    """A program that verifies an entry again and prints what is wrong."""
    return (
        "from pathlib import Path\n"
        "from zenverify.corpus.entry import read_entry\n"
        "from zenverify.engines.registry import load\n"
        "from zenverify.verification.verify import verify_case\n"
        "\n"
        f"entry = read_entry(Path({str(path)!r}))\n"
        f"for finding in verify_case(load({engine_spec!r}), entry.case).findings:\n"
        "    print(finding.message)\n"
    )


def entry_failure(
    path: Path, engine_spec: str, engine: Engine, case: Case, findings: Iterable[Finding], to: Path
) -> str:
    """What a test that replays an entry says where it fails.

    Parameters
    ----------
    path
        The entry.
    engine_spec, engine
        What was named, and what that is.
    case, findings
        The entry's case, and what is wrong in it.
    to
        The folder of reports, in which this one gets a folder of its own.
    """
    lines = [line for one in findings for line in finding_lines(one, case)]
    lines += [
        f"command  {replay_command(str(path), engine_spec)}",
        f"report   {_report(engine_spec, engine, case, to / path.stem)}",
        "program",
        *(f"    {line}".rstrip() for line in reproducer(path, engine_spec).splitlines()),
    ]
    return "\n".join(map(printable, lines))


def _report(engine_spec: str, engine: Engine, case: Case, folder: Path) -> str:
    """Where the page of this one case is, or why there is none."""
    restrictions = (shlex.join(["--ops", ",".join(sorted(case.graph.operators))]),)
    context = RunContext(Collector(engine_spec, restrictions))
    try:
        with Reporters([HtmlReporter(context, folder, Asker(engine))], context) as reporters:
            for event in campaign.run(engine, CampaignOptions(seed=0, graphs=1, first=(case,))):
                reporters.handle(event)
    except Exception as error:  # noqa: BLE001  the failure is told all the same
        return f"none: {type(error).__name__}: {error}"
    if "report" in context.written:
        return context.written["report"].resolve().as_uri()
    return f"none: {context.refused.get('report', 'nothing was found a second time')}"
