"""The errors that zenverify raises on purpose: each says what was wrong, where, and what to do."""

from __future__ import annotations


class ZenverifyError(Exception):
    """Base of every error that a user can cause; the command line turns it into exit code 2."""


class UsageError(ZenverifyError):
    """An option, engine, operator or configuration key that does not exist or does not fit."""


class GraphError(ZenverifyError):
    """A graph that does not typecheck: the message names the node and what it expected."""


class CaseFormatError(ZenverifyError):
    """A case file that cannot be read: the message names the field and what it expected."""


class UnsupportedError(ZenverifyError):
    """An operation that an engine does not offer; reported as ``UNSUPPORTED``, never as a pass."""
