"""The forms in which a discrepancy can be had again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zenverify.output.model.run import Discrepancy
from zenverify.output.model.sentence import title_of
from zenverify.output.reproducers.calls import UnwritableError
from zenverify.output.reproducers.library import LIBRARIES, library_script
from zenverify.output.reproducers.own import api_script, located_spec, test_script
from zenverify.verification.events import Planted

_PLANTED = """\
# The fault that was planted on purpose.
from zenverify.engines import registry
from zenverify.faults.catalogue import find_fault

planted = find_fault(registry.load({spec!r}), {name!r}).mutant.plant()
planted.__enter__()
"""


@dataclass(frozen=True, slots=True)
class Reproducer:
    """A script, or why there is none.

    Attributes
    ----------
    form
        ``"zenverify"``, ``"pytest"`` or ``"library"``.
    title
        What it is, for a reader.
    text
        The script; empty where it cannot be written.
    why_not
        Why it cannot be; empty where it is.
    """

    form: str
    title: str
    text: str = ""
    why_not: str = ""


def reproducers(
    discrepancy: Discrepancy,
    spec: str,
    planted: Planted | None = None,
    directory: Path | None = None,
) -> tuple[Reproducer, ...]:
    """All forms; that of the library alone for the engines that come with zenverify only.

    Parameters
    ----------
    discrepancy
        What is wrong.
    spec
        What ``--engine`` was given.
    planted
        The fault that was planted on purpose.
    directory
        The folder that the run was started in; where it is not given, paths stay as they are.
    """
    return tuple(_reproducers(discrepancy, located_spec(spec, directory), planted))


def _reproducers(
    discrepancy: Discrepancy, spec: str, planted: Planted | None
) -> Iterator[Reproducer]:
    blame = discrepancy.finding.blame
    title = f"{title_of(discrepancy.finding)}: {blame.operation}{discrepancy.finding.bucket.place}"
    yield Reproducer("zenverify", "zenverify", api_script(discrepancy, spec, title, planted))
    yield Reproducer("pytest", "pytest", test_script(discrepancy, spec, title, planted))
    if spec not in LIBRARIES:
        return
    name = "Zen" if spec == "zen" else spec
    try:
        text = library_script(discrepancy, spec, title)
    except UnwritableError as error:
        yield Reproducer("library", f"{name} alone", why_not=str(error))
        return
    except Exception as error:  # noqa: BLE001  a library's sources may hold anything
        why = f"its adapter cannot be read: {type(error).__name__}"
        yield Reproducer("library", f"{name} alone", why_not=why)
        return
    if planted is not None:
        head, end, rest = text.partition('\n"""\n')
        text = f"{head}{end}\n{_PLANTED.format(spec=spec, name=planted.name)}{rest}"
    yield Reproducer("library", f"{name} alone", text)
