"""Entries as tests: the same files that ``zenverify replay`` takes, whatever pytest would skip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from zenverify.corpus.files import children

if TYPE_CHECKING:
    from zenverify.engines.protocol import Engine

ENGINE = pytest.StashKey[tuple[str, "Engine"]]()


class CorpusFolder(pytest.Directory):
    """A corpus, or a folder in one."""

    def collect(self) -> Iterator[pytest.Collector]:
        root = self
        while isinstance(root.parent, CorpusFolder):
            root = root.parent
        for path, refusal, is_folder in children(self.path, root.path.resolve()):
            if is_folder:
                yield CorpusFolder.from_parent(self, path=path)
            else:
                yield CorpusFile.from_parent(self, path=path, refusal=refusal)


class CorpusFile(pytest.File):
    """A file of the corpus; it is read when its test runs, so that a bad one fails alone."""

    def __init__(self, *, refusal: str = "", **inherited: Any) -> None:
        super().__init__(**inherited)
        self.refusal = refusal

    def collect(self) -> Iterator[CorpusItem]:
        yield CorpusItem.from_parent(self, name="replay", refusal=self.refusal)


class ReplayError(Exception):
    """An entry that is not as it should be, with all that its reader is told."""


class CorpusItem(pytest.Item):
    """The replay of one entry. What is open is expected to fail, strictly."""

    def __init__(self, *, refusal: str = "", **inherited: Any) -> None:
        super().__init__(**inherited)
        self._refusal = refusal

    def runtest(self) -> None:
        # Imported here: a session that replays nothing must not pay for NumPy.
        from zenverify.corpus.replay import ReplayStatus, replay_found

        spec, engine = engine_of(self.config)
        outcome = replay_found(self.path, self._refusal, engine)
        if outcome.status is ReplayStatus.PASSED:
            return
        if outcome.status is ReplayStatus.UNDECIDED:
            pytest.skip(outcome.message)
        if outcome.status is ReplayStatus.OPEN:
            self.add_marker(pytest.mark.xfail(reason=outcome.message, strict=True))
        if outcome.status is ReplayStatus.FAILED:
            raise ReplayError(self._failure(spec, engine))
        raise ReplayError(f"{outcome.status}: {outcome.message}")

    def _failure(self, spec: str, engine: Engine) -> str:
        from zenverify.corpus.entry import read_entry
        from zenverify.plugin.failure import entry_failure
        from zenverify.verification.verify import verify_case

        case = read_entry(self.path).case
        failures = [one for one in verify_case(engine, case).findings if one.verdict.is_failure]
        reports = Path(self.config.getini("zenverify_reports"))
        folder = reports if reports.is_absolute() else self.config.rootpath / reports
        return entry_failure(self._shown, spec, engine, case, failures, folder)

    @property
    def _shown(self) -> Path:
        start = self.config.invocation_params.dir
        return self.path.relative_to(start) if self.path.is_relative_to(start) else self.path

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:
        if isinstance(excinfo.value, ReplayError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"replay of {self.path.name}"


def engine_of(config: pytest.Config) -> tuple[str, Engine]:
    """The engine that the session replays with, and how it is named; loaded once."""
    if ENGINE not in config.stash:
        from zenverify.engines.registry import load

        spec = config.getoption("zenverify_engine") or config.getini("zenverify_engine")
        config.stash[ENGINE] = spec, load(spec)
    return config.stash[ENGINE]
