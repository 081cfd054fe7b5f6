"""What a peer is: a check of another library, called with the defaults that it comes with."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.peers.tape import Tape


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check said about a function.

    Attributes
    ----------
    complains
        Whether it called the gradient wrong, or crashed over it.
    seconds
        What the check took, in the processor's time: what else the machine does is not counted.
        Neither is building the function.
    message
        The first line of the complaint.
    """

    complains: bool
    seconds: float
    message: str = ""


@dataclass(frozen=True, slots=True)
class Peer:
    """A gradient check of another library.

    Attributes
    ----------
    name
        What the table calls it.
    package
        The package that must be installed.
    module, function
        Where ``function(tape)`` gives the check: a callable without arguments that raises if the
        gradient is wrong.
    """

    name: str
    package: str
    module: str
    function: str

    @property
    def is_installed(self) -> bool:
        return importlib.util.find_spec(self.package) is not None

    @property
    def version(self) -> str:
        """The library's; empty if it is not installed."""
        return importlib.metadata.version(self.package) if self.is_installed else ""

    def check(self, tape: Tape) -> Answer:
        """Ask the peer about a function, in its own library."""
        made: Callable[[], object] = getattr(importlib.import_module(self.module), self.function)(
            tape
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of float32 each time
            start = time.process_time()
            try:
                made()
            except Exception as error:  # noqa: BLE001  a wrong rule may raise anything, and that is noticed
                seconds = time.process_time() - start
                first = f"{type(error).__name__}: {error}".splitlines()[0]
                return Answer(True, seconds, first)
            return Answer(False, time.process_time() - start)


PEERS: tuple[Peer, ...] = (
    Peer("torch gradcheck, slow", "torch", "benchmarks.peers.torch_checks", "slow"),
    Peer("torch gradcheck, fast", "torch", "benchmarks.peers.torch_checks", "fast"),
    Peer("jax check_grads", "jax", "benchmarks.peers.jax_checks", "check"),
    Peer("autograd check_grads", "autograd", "benchmarks.peers.autograd_checks", "check"),
)
"""Every peer, installed or not."""
