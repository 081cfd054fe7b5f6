"""What a normwise backward stable solver does not see of a system of equations.

Such a solver finds the exact solution of equations (J + E) y = b + f instead of J y = b, where each
element of E is as small as the unit roundoff times the largest element of J, and f likewise with b
(Higham, "Accuracy and Stability of Numerical Algorithms", sections 7.1 and 9.3; Anderson and
others, "LAPACK Users' Guide", chapter 4). Small elements of a matrix with large ones may so be lost
altogether, which bounds element by element, as those of a running error analysis are, do not allow
for. Where the unknowns are of several kinds (a vector and its length; an eigenvector and its
eigenvalue), or the equations are, "largest" is meant per kind.

The constant is one unit, and it is not tuned: over 9000 matrices of up to four rows and columns
(random; with rows, columns or both scaled by up to 12 decades; with condition numbers of up to
1e18; with singular values as close as 1e-14; with elements spread over 16 decades), NumPy's LAPACK
and the pullbacks of `zenverify.tensor` stay below 12 of the units that it leads to, where a check
allows 8 and one for each unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import accumulate, pairwise

from flint import arb, arb_mat

from zenverify.operators.balls.arithmetic import ZERO, Ball, smallest_normal

Kinds = Sequence[int]
"""How many of the equations, or unknowns, are of each kind; in order."""


def spans(kinds: Kinds) -> Iterable[tuple[int, int]]:
    """Where each kind begins and ends."""
    return pairwise(accumulate(kinds, initial=0))


def errors_of_matrix(jacobian: arb_mat, rows: Kinds, columns: Kinds, unit: float) -> arb_mat:
    """The matrices E, as balls around zero: alike for every element of a kind."""
    sizes = [list(map(abs, row)) for row in jacobian.tolist()]
    errors: list[list[Ball]] = [[] for _ in sizes]
    for top, bottom in spans(rows):
        for left, right in spans(columns):
            error = _largest([item for row in sizes[top:bottom] for item in row[left:right]])
            for row in errors[top:bottom]:
                row += [arb(0, unit * error + smallest_normal())] * (right - left)
    return arb_mat(errors)


def errors_of_vector(items: Sequence[Ball], kinds: Kinds, unit: float) -> list[Ball]:
    """The vectors f, as balls around zero, for a right side."""
    found: list[Ball] = []
    for start, end in spans(kinds):
        error = _largest(map(abs, items[start:end]))
        found += [arb(0, unit * error + smallest_normal())] * (end - start)
    return found


def levelled(items: Sequence[Ball], kinds: Kinds) -> list[Ball]:
    """The same balls, all of a kind as uncertain as the most uncertain one."""
    found: list[Ball] = []
    for start, end in spans(kinds):
        error = arb(0, _largest(map(arb.rad, items[start:end])))
        found += [item + error for item in items[start:end]]
    return found


def _largest(sizes: Iterable[Ball]) -> Ball:
    return reduce(arb.max, sizes, ZERO).abs_upper()
