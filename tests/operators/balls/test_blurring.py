"""What a stable solver does not see: errors by the largest element of each kind."""

from flint import arb, arb_mat

from zenverify.operators.balls.blurring import errors_of_matrix, errors_of_vector, levelled, spans


def radii(items: list[arb]) -> list[float]:
    return [float(item.rad()) for item in items]


def test_spans_lie_end_to_end() -> None:
    assert list(spans((2, 0, 3))) == [(0, 2), (2, 2), (2, 5)]


def test_a_matrix_is_off_by_the_largest_element_of_its_block() -> None:
    matrix = arb_mat([[8, 0, 1], [0, -4, 0], [2, 0, 0]])
    errors = errors_of_matrix(matrix, (2, 1), (2, 1), 0.5)
    rows = [radii(row) for row in errors.tolist()]
    expected = [[4.0, 4.0, 0.5], [4.0, 4.0, 0.5], [1.0, 1.0, 0.0]]
    for row, wanted in zip(rows, expected, strict=True):
        assert all(w <= r <= w * (1 + 1e-8) for r, w in zip(row, wanted, strict=True))


def test_a_vector_is_off_by_its_largest_element() -> None:
    found = errors_of_vector([arb(-8), arb(1), arb(3)], (2, 1), 0.25)
    assert [round(radius, 6) for radius in radii(found)] == [2, 2, 0.75]
    assert all(item.contains(arb(0)) for item in found)


def test_levelling_makes_all_of_a_kind_as_uncertain() -> None:
    found = levelled([arb(1, 0.5), arb(2), arb(3)], (2, 1))
    assert [float(item.mid()) for item in found] == [1, 2, 3]
    assert found[0].rad() >= 0.5
    assert found[1].rad() >= 0.5
    assert found[2].is_exact()
