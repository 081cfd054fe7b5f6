"""Objects by ``package.module:attribute`` or ``path/file.py:attribute``.

Importing this module loads neither NumPy nor an engine.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from zenverify.errors import UsageError


def imported(spec: str, what: str) -> Any:
    """Import what a text names.

    Parameters
    ----------
    spec
        ``package.module:attribute``, or ``path/file.py:attribute``, which needs no installation.
    what
        What it is meant to be, for the error message: ``"engine"``.

    Raises
    ------
    UsageError
        If the text is not of this form, there is no such file, module or attribute, or importing
        it raises.
    """
    place, colon, attribute = spec.rpartition(":")
    if not (colon and place and attribute):
        raise UsageError(f"{what} {spec!r}: expected module:attribute or file.py:attribute")
    module = _from_file(Path(place), what) if place.endswith(".py") else _from_module(place, what)
    try:
        return getattr(module, attribute)
    except AttributeError:
        public = [name for name in vars(module) if not name.startswith("_")]
        close = difflib.get_close_matches(attribute, public, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise UsageError(f"{what} {spec!r}: {place} has no attribute {attribute!r}{hint}") from None


def _from_module(name: str, what: str) -> ModuleType:
    sys.path.insert(0, str(Path.cwd()))
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise UsageError(f"{what} module {name!r}: {described(error)}") from error
    finally:
        sys.path.remove(str(Path.cwd()))


def _from_file(path: Path, what: str) -> ModuleType:
    if not path.is_file():
        raise UsageError(f"{what} file {str(path)!r} does not exist")
    spec = importlib.util.spec_from_file_location(f"zenverify_{what}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    # As for a script: the file may import its neighbours, at any time.
    if (folder := str(path.parent.resolve())) not in sys.path:
        sys.path.insert(0, folder)
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise UsageError(f"{what} file {str(path)!r}: {described(error)}") from error
    return module


def described(error: BaseException) -> str:
    """An exception in one line: its class and its message."""
    return f"{type(error).__name__}: {error}"
