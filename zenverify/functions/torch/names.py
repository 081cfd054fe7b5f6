"""What to call torch's functions: as a user does."""

from __future__ import annotations

from typing import Any


def plain_name(function: Any) -> str:
    """A function's name without underscores: ``add`` for ``Tensor.__iadd__`` and ``add_``, too."""
    name = str(getattr(function, "__name__", type(function).__name__))
    if name == "__get__":  # a property, such as Tensor.T
        return str(getattr(function.__self__, "__name__", name))
    if name.startswith("__") and name.endswith("__"):
        name = name.strip("_")
        return name[1:] if name in _IN_PLACE else name
    return name.rstrip("_")


def function_name(cls: type) -> str:
    """A custom Function's name; of one that `torch.library` made, its operation's.

    ``GeneratedBackwardFor_mine_scaled_default`` stands for ``mine_scaled``.
    """
    return cls.__name__.removeprefix(_GENERATED).removesuffix("_default")


_GENERATED = "GeneratedBackwardFor_"
_IN_PLACE = {"iadd", "isub", "imul", "idiv", "itruediv", "ipow"}
