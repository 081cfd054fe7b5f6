"""The command lines that a report hands to its reader."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from zenverify.engines.registry import DEFAULT


def run_command(engine_spec: str, seed: int, graphs: int, restrictions: Sequence[str]) -> str:
    """The command that verifies the same graphs again, however long that takes.

    Parameters
    ----------
    engine_spec
        What ``--engine`` was given.
    seed
        The run's seed.
    graphs
        How many graphs were verified: what a time limit or Ctrl-C left of the run.
    restrictions
        Further flags, such as ``--ops``.
    """
    words = ["zenverify", "run", "--engine", engine_spec, "--seed", str(seed)]
    if graphs:
        words += ["-n", str(graphs)]
    return shlex.join([*words, *restrictions])


def replay_command(path: str, engine_spec: str) -> str:
    """The command that verifies an entry of the corpus again, by the engine of the run."""
    engine = [] if engine_spec == DEFAULT else ["--engine", engine_spec]
    return shlex.join(["zenverify", "replay", *engine, path])


def from_anywhere(command: str, directory: Path | None) -> str:
    """A command that was right in a folder, so that it is right in any; as it is if that is None.

    The whole run's surroundings come with it: relative paths, packages, settings.
    """
    return command if directory is None else f"cd {shlex.quote(str(directory))} && {command}"
