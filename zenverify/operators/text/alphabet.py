"""What an expression is written with: a check of its characters, words and parentheses.

It comes before Python's parser, which then has nothing to do with text, brackets, names that look
like others, or nesting without end.
"""

from __future__ import annotations

import keyword
import re
import unicodedata

from zenverify.errors import UsageError
from zenverify.operators.text.complaint import complaint

_ALLOWED = re.compile(r"[A-Za-z0-9_.,+\-*/() \t\r\n]*")
_WORD = re.compile(r"[A-Za-z_]\w*|\.?\d(?:[eE][+-]|[\w.])*")
_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_MEANT = {
    "^": "a power is written **",
    "²": "a power is written **",
    "³": "a power is written **",
    "·": "multiplication is written *",
    "\u00d7": "multiplication is written *",
    "÷": "division is written /",
    "\u2212": "the minus is written -",
    "\u2013": "the minus is written -",
    "π": "it is written pi",
    "√": "it is written sqrt(...)",
    "|": "the absolute value is written abs(...)",
    "=": "only the expression itself is expected",
    "[": "subscripts and lists have no place in an expression",
    '"': "text has no place in an expression",
    "'": "text has no place in an expression",
    "<": "comparisons have no place in an expression",
    ">": "comparisons have no place in an expression",
}


def check_alphabet(what: str, text: str, deepest: int) -> None:
    """Refuse what is not part of any expression.

    Raises
    ------
    UsageError
        For a character that is not allowed, a keyword of Python, a number that is none, a
        parenthesis without its partner, and more than `deepest` parentheses inside each other.
    """
    allowed = _ALLOWED.match(text)
    assert allowed is not None
    if (at := allowed.end()) < len(text):
        raise complaint(what, text, at, at + 1, _fault(text[at]))
    for word in _WORD.finditer(text):
        if keyword.iskeyword(word[0]):
            message = "a keyword of Python, which has no place in an expression"
            raise complaint(what, text, *word.span(), message)
        if not word[0].isidentifier() and not _NUMBER.fullmatch(word[0]):
            raise complaint(what, text, *word.span(), "no number; multiplication is written *")
    _check_parentheses(what, text, deepest)


def _fault(character: str) -> str:
    # Letters of other alphabets look like ours: the name tells them apart.
    name = "this" if character.isascii() else unicodedata.name(character, "this")
    return _MEANT.get(character, f"{name} has no place in an expression")


def _check_parentheses(what: str, text: str, deepest: int) -> None:
    opened: list[int] = []
    for place, character in enumerate(text):
        if character == "(":
            opened.append(place)
            if len(opened) > deepest:
                raise UsageError(
                    f"{what}, column {place + 1}: too deep: more than {deepest} levels"
                )
        elif character == ")":
            if not opened:
                raise complaint(what, text, place, len(text), "there is nothing to close here")
            opened.pop()
    if opened:
        raise complaint(what, text, opened[-1], len(text), "this parenthesis is never closed")
