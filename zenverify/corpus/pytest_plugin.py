"""A pytest plugin: every entry of a corpus becomes a test. It does nothing unless asked.

Ask with ``pytest --zenverify-corpus=DIR``, or with ``zenverify_corpus = DIR`` in pytest's own
configuration.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from zenverify.engines.registry import DEFAULT

if TYPE_CHECKING:
    from zenverify.engines.protocol import Engine

_CORPORA = pytest.StashKey[tuple[Path, ...]]()
_ENGINE = pytest.StashKey["Engine"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the two options and their counterparts in the configuration file."""
    group = parser.getgroup("zenverify")
    group.addoption(
        "--zenverify-corpus",
        dest="zenverify_corpus",
        metavar="DIR",
        help="replay the regression corpus in this directory",
    )
    group.addoption(
        "--zenverify-engine",
        dest="zenverify_engine",
        metavar="ENGINE",
        help=f"the engine to replay it with ({DEFAULT} by default)",
    )
    parser.addini("zenverify_corpus", "directories of corpora to replay", type="paths")
    parser.addini("zenverify_engine", "the engine to replay them with", default=DEFAULT)


def pytest_configure(config: pytest.Config) -> None:
    """Add the corpora to what is collected, except those of which a part is collected anyway.

    Raises
    ------
    pytest.UsageError
        If a corpus is no directory.
    """
    corpora = _corpora(config)
    for corpus in corpora:
        if not corpus.is_dir():
            raise pytest.UsageError(f"zenverify: the corpus {corpus} is no directory")
        if not any(_overlap(corpus, path) for path in _collected_paths(config)):
            config.args.append(str(corpus))
    config.stash[_CORPORA] = corpora


def _corpora(config: pytest.Config) -> tuple[Path, ...]:
    given = config.getoption("zenverify_corpus")
    if given is not None:
        return ((config.invocation_params.dir / given).resolve(),)
    return tuple(path.resolve() for path in config.getini("zenverify_corpus"))


def _collected_paths(config: pytest.Config) -> list[Path]:
    start = config.invocation_params.dir
    return [(start / argument.partition("::")[0]).resolve() for argument in config.args]


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CorpusFile | None:
    """Collect the JSON files of the corpora, and no others."""
    corpora = parent.config.stash[_CORPORA]
    if file_path.suffix == ".json" and any(corpus in file_path.parents for corpus in corpora):
        return CorpusFile.from_parent(parent, path=file_path)
    return None


class CorpusFile(pytest.File):
    """A file of the corpus; it is read when its test runs, so that a bad one fails alone."""

    def collect(self) -> Iterator[CorpusItem]:
        yield CorpusItem.from_parent(self, name="replay")


class ReplayError(Exception):
    """An entry that cannot be read or that the engine gets wrong."""


class CorpusItem(pytest.Item):
    """The replay of one entry."""

    def runtest(self) -> None:
        # Imported here: a session that replays nothing must not pay for NumPy.
        from zenverify.corpus.replay import Status, replay_file

        outcome = replay_file(self.path, _engine(self.config))
        if outcome.status is Status.UNDECIDED:
            pytest.skip(outcome.message)
        if outcome.status is not Status.PASSED:
            raise ReplayError(outcome.message)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:
        if isinstance(excinfo.value, ReplayError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"replay of {self.path.name}"


def _engine(config: pytest.Config) -> Engine:
    if _ENGINE not in config.stash:
        from zenverify.engines.registry import load

        spec = config.getoption("zenverify_engine") or config.getini("zenverify_engine")
        config.stash[_ENGINE] = load(spec)
    return config.stash[_ENGINE]
