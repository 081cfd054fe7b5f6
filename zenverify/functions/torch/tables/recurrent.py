"""torch's recurrent networks, step by step, in terms of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from zenverify.functions.terms import Term, UndeclaredError, apply, moved
from zenverify.functions.torch.tables.common import only

State = tuple[Term, ...]
Step = Callable[..., State]


def _affine(x: Term, weight: Term, bias: Term | None) -> Term:
    product = apply("matmul", x, moved(np.transpose, weight))
    return product if bias is None else product + bias


def _parts(x: Term, count: int) -> list[Term]:
    return [moved(lambda n, k=k: np.split(n, count, axis=-1)[k], x) for k in range(count)]


def _lstm_step(
    x: Term, state: State, w_ih: Term, w_hh: Term, b_ih: Any = None, b_hh: Any = None
) -> State:
    h, c = state
    gates = _affine(x, w_ih, b_ih) + _affine(h, w_hh, b_hh)
    i, f, g, o = _parts(gates, 4)
    kept = apply("sigmoid", f) * c + apply("sigmoid", i) * apply("tanh", g)
    return apply("sigmoid", o) * apply("tanh", kept), kept


def _gru_step(
    x: Term, state: State, w_ih: Term, w_hh: Term, b_ih: Any = None, b_hh: Any = None
) -> State:
    (h,) = state
    of_x, of_h = _parts(_affine(x, w_ih, b_ih), 3), _parts(_affine(h, w_hh, b_hh), 3)
    r, z = (apply("sigmoid", a + b) for a, b in zip(of_x[:2], of_h[:2], strict=True))
    new = apply("tanh", of_x[2] + r * of_h[2])
    return ((h - new) * z + new,)


def _simple_step(
    name: str, x: Term, state: State, w_ih: Term, w_hh: Term, b_ih: Any = None, b_hh: Any = None
) -> State:
    return (apply(name, _affine(x, w_ih, b_ih) + _affine(state[0], w_hh, b_hh)),)


_TANH, _RELU = partial(_simple_step, "tanh"), partial(_simple_step, "relu")


def _cell(step: Step) -> Callable[..., Term]:
    def cell(
        input: Term, hx: Term, w_ih: Term, w_hh: Term, b_ih: Any = None, b_hh: Any = None
    ) -> Term:
        return step(input, (hx,), w_ih, w_hh, b_ih, b_hh)[0]

    return cell


def _stacked(parts: Sequence[Term], axis: int) -> Term:
    return moved(lambda *n: np.stack(n, axis=axis), *parts)


def _network(step: Step, states: int) -> Callable[..., tuple[Term, ...]]:
    """Layers of steps along time; the results, and the last states."""

    def network(
        input: Term,
        hx: Any,
        params: Sequence[Term],
        has_biases: bool,
        num_layers: int,
        dropout: float,
        train: bool,
        bidirectional: bool,
        batch_first: bool,
    ) -> tuple[Term, ...]:
        if not isinstance(params, tuple) or not isinstance(has_biases, bool):
            raise UndeclaredError("packed sequences")
        only(dropout == 0 or not train, True)
        given = (hx,) if isinstance(hx, Term) else tuple(hx)
        time = (input.ndim - 2) if batch_first else 0
        count = input.shape[time]
        xs = [moved(lambda n, t=t: np.take(n, t, axis=time), input) for t in range(count)]
        each = len(params) // (num_layers * (2 if bidirectional else 1))
        weights = [params[k : k + each] for k in range(0, len(params), each)]
        last: list[State] = []
        for _ in range(num_layers):
            found = []
            for backwards in (False, True)[: 1 + bidirectional]:
                place = len(last)
                state = tuple(moved(lambda n, p=place: n[p], one) for one in given)
                made = []
                for x in xs[::-1] if backwards else xs:
                    state = step(x, state, *weights[place])
                    made.append(state[0])
                last.append(state)
                found.append(made[::-1] if backwards else made)
            xs = [
                one[0] if len(one) == 1 else moved(lambda *n: np.concatenate(n, axis=-1), *one)
                for one in zip(*found, strict=True)
            ]
        ends = (_stacked([state[k] for state in last], 0) for k in range(states))
        return (_stacked(xs, time), *ends)

    return network


def _lstm_cell(
    input: Term, hx: Any, w_ih: Term, w_hh: Term, b_ih: Any = None, b_hh: Any = None
) -> State:
    return _lstm_step(input, tuple(hx), w_ih, w_hh, b_ih, b_hh)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "lstm_cell": _lstm_cell,
    "gru_cell": _cell(_gru_step),
    "rnn_tanh_cell": _cell(_TANH),
    "rnn_relu_cell": _cell(_RELU),
    "lstm": _network(_lstm_step, 2),
    "gru": _network(_gru_step, 1),
    "rnn_tanh": _network(_TANH, 1),
    "rnn_relu": _network(_RELU, 1),
}
