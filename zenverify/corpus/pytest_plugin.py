"""The pytest plugin: every entry of a corpus becomes a test. It does nothing unless asked.

Ask with ``pytest --zenverify-corpus=DIR``, or with ``zenverify_corpus = DIR`` in pytest's own
configuration. ``pytest --zenverify-gradcheck`` is `zenverify.plugin.gradcheck`.
"""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from zenverify.engines.registry import DEFAULT

if TYPE_CHECKING:
    from zenverify.engines.protocol import Engine

_CORPORA = pytest.StashKey[tuple[Path, ...]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and their counterparts in the configuration file."""
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
    group.addoption(
        "--zenverify-gradcheck",
        dest="zenverify_gradcheck",
        action="store_true",
        help="check gradients with zenverify too, wherever a test calls torch's gradcheck or JAX's "
        "check_grads, and show both verdicts",
    )
    parser.addini("zenverify_corpus", "directories of corpora to replay", type="paths")
    parser.addini("zenverify_engine", "the engine to replay them with", default=DEFAULT)
    parser.addini(
        "zenverify_reports", "the directory of the reports of entries that fail", default="reports"
    )


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
    if config.getoption("zenverify_gradcheck"):
        from zenverify.plugin.gradcheck import BothCheckers

        config.pluginmanager.register(BothCheckers(), "zenverify_gradcheck")


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


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Reach a corpus in a folder that pytest skips, such as ``build``, and nothing else there."""
    for corpus in config.stash[_CORPORA]:
        if _overlap(corpus, collection_path):
            return False
        skipped = _skipped(config, corpus)
        named = skipped is not None and any(
            path.is_relative_to(skipped) and not _overlap(path, corpus)
            for path in _collected_paths(config)
        )
        if skipped is not None and not named and collection_path.is_relative_to(skipped):
            return True
    return None


def _skipped(config: pytest.Config, corpus: Path) -> Path | None:
    """The outermost folder around a corpus that pytest skips by its name; None if it skips none."""
    patterns = config.getini("norecursedirs")
    around = [one for one in reversed(corpus.parents) if one.is_relative_to(config.rootpath)]
    names = [(one, one.name) for one in around[1:]]
    return next((one for one, name in names if any(fnmatch(name, p) for p in patterns)), None)


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a corpus as the command line does, not as pytest would."""
    if path not in parent.config.stash[_CORPORA]:
        return None
    from zenverify.plugin.items import CorpusFolder

    return CorpusFolder.from_parent(parent, path=path)


@pytest.fixture(scope="session")
def zenverify_engine(request: pytest.FixtureRequest) -> Engine:
    """The engine that ``--zenverify-engine`` or ``zenverify_engine`` names."""
    from zenverify.plugin.items import engine_of

    return engine_of(request.config)[1]


@pytest.fixture(scope="session")
def zenverify_corpus(request: pytest.FixtureRequest) -> tuple[Path, ...]:
    """The directories of the corpora that are replayed."""
    return request.config.stash[_CORPORA]
