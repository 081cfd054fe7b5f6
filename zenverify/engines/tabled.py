"""What adapters share that look a library's functions up in a table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from zenverify.errors import UnsupportedError


class Tabled(ABC):
    """Applies operators by a table of functions.

    Attributes
    ----------
    functions
        By operator, what is called on the library's own values.
    """

    functions: ClassVar[Mapping[str, Callable[..., Any]]]

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
