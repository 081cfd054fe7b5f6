"""The reader of an expression's text: Python's parser, and a whitelist over its tree."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Sequence
from fractions import Fraction

from zenverify.errors import UsageError
from zenverify.operators.text import size
from zenverify.operators.text.alphabet import check_alphabet
from zenverify.operators.text.complaint import closest, complaint, quoted
from zenverify.operators.text.functions import SIGNS, Function, Sign, functions
from zenverify.operators.text.size import RefusedError, Size
from zenverify.operators.text.tree import (
    Binary,
    Call,
    Constant,
    Negative,
    Number,
    Parameter,
    Tree,
)

_LONGEST_TEXT = 2_000
_MOST_NODES = 500
_DEEPEST = 60
_LONGEST_NAME = 30
MOST_ARGUMENTS = 8
_GREATEST_INTEGER = 2**63
_EXPECTED = (
    "expected numbers, arguments, + - * / ** and parentheses, and functions such as log(1 + exp(x))"
)
_SIGNS: dict[type[ast.operator], Sign] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
_CHAINS = ({"+", "-"}, {"*", "/"})
_NO_NUMBERS = ("inf", "infinity", "nan", "oo", "zoo")


def name_fault(name: str) -> str | None:
    """What is wrong with an argument's name."""
    if not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name):
        return "expected a name of the letters a to z, digits and _, a letter first"
    if len(name) > _LONGEST_NAME:
        return f"the name has {len(name)} characters, at most {_LONGEST_NAME} are allowed"
    if keyword.iskeyword(name):
        return "a keyword of Python cannot be an argument's name"
    if name in functions() or name in SIGNS:
        return "a function has this name; an argument needs another one"
    if name in ("pi", "e"):
        return "a constant has this name; an argument needs another one"
    if name in _NO_NUMBERS:
        return "this is no finite number"
    return None


class Reader:
    """Turns Python's tree of one text into ours, and bounds its size on the way.

    Attributes
    ----------
    names
        The arguments: those given, or those met so far.
    """

    def __init__(self, what: str, text: str, known: tuple[str, ...] | None) -> None:
        self._what = what
        self._text = text
        self._open = known is None
        self.names = list(known or ())

    def parse(self) -> tuple[Tree, Size]:
        """The whole text."""
        if len(self._text) > _LONGEST_TEXT:
            raise UsageError(
                f"{self._what} {quoted(self._text)} is too large: {len(self._text):,} characters, "
                f"at most {_LONGEST_TEXT:,} are allowed"
            )
        if not self._text.strip():
            raise UsageError(f"{self._what}: there is nothing but blanks; {_EXPECTED}")
        check_alphabet(self._what, self._text, _DEEPEST)
        root = self._python_tree()
        count = sum(isinstance(node, ast.expr) for node in ast.walk(root))
        if count > _MOST_NODES:
            raise UsageError(
                f"{self._what} {quoted(self._text)} is too large: {count:,} parts, at most "
                f"{_MOST_NODES} are allowed"
            )
        return self._read(root, 0)

    def _python_tree(self) -> ast.expr:
        line = re.sub(r"\s", " ", self._text)
        self._margin = len(line) - len(line.lstrip())
        try:
            return ast.parse(line.strip(), mode="eval").body
        except SyntaxError as error:
            start = min(self._margin + (error.offset or 1) - 1, len(line))
            at = line[start:].strip()
            raise UsageError(
                f"{self._what}, column {start + 1}, at "
                f"{quoted(at) if at else 'the end'}: not understood; {_EXPECTED}"
            ) from None
        except (RecursionError, MemoryError):
            raise UsageError(f"{self._what} {quoted(self._text)} is too deep") from None

    def _wrong(self, node: ast.expr, message: str) -> UsageError:
        end = node.end_col_offset
        assert end is not None
        start = node.col_offset + self._margin
        return complaint(self._what, self._text, start, end + self._margin, message)

    def _read(self, node: ast.expr, depth: int) -> tuple[Tree, Size]:
        if depth > _DEEPEST:
            raise self._wrong(node, f"too deep: more than {_DEEPEST} levels")
        try:
            match node:
                case ast.BinOp():
                    return self._read_chain(node, depth)
                case ast.UnaryOp(op=ast.USub()):
                    tree, found = self._read(node.operand, depth + 1)
                    return Negative(tree), size.negated(found)
                case ast.UnaryOp(op=ast.UAdd()):
                    return self._read(node.operand, depth + 1)
                case ast.Call():
                    return self._read_call(node, depth)
                case ast.Name():
                    return self._read_name(node)
                case ast.Constant(value=int() | float()):
                    value = self._number(node)
                    return Number(value), size.of_number(value)
        except RefusedError as refusal:
            raise self._wrong(node, str(refusal)) from None
        raise self._wrong(node, f"not understood; {_EXPECTED}")

    def _read_chain(self, node: ast.BinOp, depth: int) -> tuple[Tree, Size]:
        """A sum or a product, however many there are in a row, is one level."""
        chain = [node]
        group = next((g for g in _CHAINS if self._sign(node) in g), set())
        while isinstance(left := chain[-1].left, ast.BinOp) and self._sign(left) in group:
            chain.append(left)
        tree, found = self._read(chain[-1].left, depth + 1)
        for link in reversed(chain):
            sign = self._sign(link)
            right, other = self._read(link.right, depth + 1)
            try:
                tree, found = Binary(sign, tree, right), size.combined(sign, found, other)
            except RefusedError as refusal:
                raise self._wrong(link, str(refusal)) from None
        return tree, found

    def _sign(self, node: ast.BinOp) -> Sign:
        sign = _SIGNS.get(type(node.op))
        if sign is None:
            raise self._wrong(node, f"there is no such operation; {_EXPECTED}")
        return sign

    def _number(self, node: ast.Constant) -> Fraction:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(node, f"not understood; {_EXPECTED}")
        if isinstance(value, int):
            if value > _GREATEST_INTEGER:
                raise RefusedError("the integer is too large: at most 2**63 is allowed")
            return Fraction(value)
        start = node.col_offset + self._margin
        mantissa = re.split("[eE]", self._text[start:])[0]
        if value == float("inf"):
            raise RefusedError("the number is larger than any float")
        if value == 0 and re.match("[0._]*[1-9]", mantissa):
            raise RefusedError("the number is smaller than any float, and not zero")
        return Fraction(value)

    def _read_name(self, node: ast.Name) -> tuple[Tree, Size]:
        name = node.id
        if name == "pi" or name == "e":
            return Constant("pi" if name == "pi" else "e"), size.of_constant(name)
        if name in self.names:
            return Parameter(self.names.index(name)), size.ARGUMENT
        if name in functions() or name in SIGNS:
            raise self._wrong(node, f"a function; expected its arguments, {name}(...)")
        if not self._open:
            raise self._wrong(node, self._unknown_argument(name))
        if (wrong := name_fault(name)) is not None:
            raise self._wrong(node, wrong)
        if len(self.names) == MOST_ARGUMENTS:
            raise self._wrong(node, f"too many arguments: at most {MOST_ARGUMENTS} are allowed")
        self.names.append(name)
        return Parameter(len(self.names) - 1), size.ARGUMENT

    def _unknown_argument(self, name: str) -> str:
        if not self.names:
            return "expected a number"
        hint = closest(name, self.names) or f"; the arguments are {', '.join(self.names)}"
        return f"there is no argument {name}{hint}"

    def _read_call(self, node: ast.Call, depth: int) -> tuple[Tree, Size]:
        name = self._function_name(node.func)
        for operand in node.args:
            if isinstance(operand, ast.Starred):
                raise self._wrong(operand, "expected arguments one by one, without *")
        if node.keywords:
            raise self._wrong(node, "expected arguments by position, without names")
        function = functions().get(name)
        count = len(node.args)
        if function is not None:
            if not function.accepts(count):
                raise self._wrong(node, f"{name} takes {function.expected}, got {count}")
            return self._applied(function, [self._read(a, depth + 1) for a in node.args])
        if count != 2:
            raise self._wrong(node, f"{name} takes 2 arguments, got {count}")
        tree, found = self._read(node.args[0], depth + 1)
        right, other = self._read(node.args[1], depth + 1)
        return Binary(SIGNS[name], tree, right), size.combined(SIGNS[name], found, other)

    def _applied(
        self, function: Function, operands: Sequence[tuple[Tree, Size]]
    ) -> tuple[Tree, Size]:
        trees = tuple(tree for tree, _ in operands)
        return Call(function, trees), size.called(function, [found for _, found in operands])

    def _function_name(self, node: ast.expr) -> str:
        known = {*functions(), *SIGNS}
        match node:
            case ast.Name(id=name) if name in known:
                return name
            case ast.Name(id=name):
                hint = closest(name, known) or "; expected one of the catalogue, such as exp"
                if name in self.names:
                    hint = "; multiplication is written *"
                raise self._wrong(node, f"there is no function {quoted(name)}{hint}")
            case ast.Attribute(attr=name) if name in known:
                raise self._wrong(node, f"write {name} without what stands before it")
        raise self._wrong(node, "expected the name of a function before the parenthesis")
