"""What an error says, and where in an engine's own code it was raised."""

from __future__ import annotations

import linecache
import sys
from dataclasses import replace
from itertools import dropwhile
from pathlib import Path
from types import TracebackType

from zenverify.verification.events import Finding
from zenverify.verification.verdict import Frame

_COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>"})

_MOST = 40
"""Of a recursion that is too deep, the last frames are enough."""

_LONGEST = 300


def text_of(error: BaseException) -> str:
    """The class of an error and what it says, on one line and shortened."""
    try:
        text = " ".join(str(error).split())
    except Exception:  # noqa: BLE001  an engine's own class of error
        text = "(an error that cannot be printed)"
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 3]}... ({len(text):,} characters)"
    return f"{type(error).__name__}: {text}"


def as_raised(found: Finding, doing: str, error: BaseException) -> Finding:
    """A finding that says what was being done when the error was raised, and where."""
    function, frames = _own_frames(error)
    message = f"{doing} raised {text_of(error)}"
    found = replace(
        found,
        message=message,
        exception=type(error).__name__,
        function=function,
        traceback=frames,
    )
    if (at := found.raised_at) is not None:
        found = replace(found, message=f"{message} ({Path(at.file).name}, line {at.line})")
    return found


def _own_frames(error: BaseException) -> tuple[str, tuple[Frame, ...]]:
    """The innermost function of the engine's own that an error went through, and the way there.

    Its own is what is neither ours (`zenverify.tensor` and `zenverify.nn` are an engine's) nor
    NumPy's nor the standard library's.

    Returns
    -------
    str
        The function's qualified name; empty where there is none: it raised in compiled code.
    tuple of Frame
        The traceback from the first such function on, those of others that it called included.
    """
    frames = []
    entry = error.__traceback__
    while entry is not None:
        frames.append(entry)
        entry = entry.tb_next
    from_engine = list(dropwhile(lambda one: not _is_own(one), frames))
    own = [_frame(one) for one in from_engine if _is_own(one)]
    function = own[-1].function if own else ""
    return function, tuple(_frame(one) for one in from_engine[-_MOST:])


def _frame(entry: TracebackType) -> Frame:
    code = entry.tb_frame.f_code
    line = entry.tb_lineno or 0
    text = linecache.getline(code.co_filename, line, entry.tb_frame.f_globals).strip()
    return Frame(_shown(code.co_filename), line, code.co_qualname, text)


def _shown(path: str) -> str:
    below, given = Path.cwd(), Path(path)
    return str(given.relative_to(below)) if given.is_relative_to(below) else path


def _is_own(entry: TracebackType) -> bool:
    frame = entry.tb_frame
    # Python 3.12 has no frame of its own for a comprehension: it is told by its function.
    if frame.f_code.co_name in _COMPREHENSIONS:
        return False
    package, _, rest = frame.f_globals.get("__name__", "").partition(".")
    if package == "zenverify":
        return rest.partition(".")[0] in ("tensor", "nn")
    return package != "numpy" and package not in sys.stdlib_module_names - {"__main__"}
