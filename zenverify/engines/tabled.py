"""What adapters share that look a library's functions up in a table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any, ClassVar

from zenverify.errors import UnsupportedError

Function = Callable[..., Any]
"""How a user calls an operation: ``function(*operands, **attributes)``."""


class Tabled(ABC):
    """Applies operators by a table of functions.

    Attributes
    ----------
    functions
        By operator, what is called on the library's own values.
    """

    functions: ClassVar[Mapping[str, Function]]

    def apply(self, operator: str, operands: Sequence[Any], attributes: dict[str, Any]) -> Any:
        function = self.functions.get(operator)
        if function is None:
            raise UnsupportedError(operator)
        return self.call(operator, function, operands, attributes)

    @abstractmethod
    def call(
        self,
        name: str,
        function: Callable[..., Any],
        operands: Sequence[Any],
        attributes: dict[str, Any],
    ) -> Any: ...


def offered(condition: bool, call: str) -> None:
    """Go on only with a call that the library has.

    Parameters
    ----------
    condition
        Whether it has.
    call
        What it lacks, for the message.

    Raises
    ------
    UnsupportedError
        If it has not.
    """
    if not condition:
        raise UnsupportedError(call)


def of_sequence(function: Function) -> Function:
    """A function that takes all its operands in one argument, called with each by itself."""
    return lambda *operands, **attributes: function(operands, **attributes)


def named(module: Any, names: Iterable[str] | Mapping[str, str]) -> dict[str, Function]:
    """A module's functions, without those that this version of the library lacks.

    Parameters
    ----------
    module
        Where the functions are.
    names
        Operators that have the function's name; or what each one's function is called, with dots
        for submodules: ``{"erf": "special.erf"}``.
    """
    pairs = names.items() if isinstance(names, Mapping) else ((name, name) for name in names)
    found = {operator: _found(module, path) for operator, path in pairs}
    return {operator: function for operator, function in found.items() if function is not None}


def _found(module: Any, path: str) -> Function | None:
    for part in path.split("."):
        module = getattr(module, part, None)
    return module if callable(module) and not isinstance(module, ModuleType) else None
