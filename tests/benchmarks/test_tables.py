from benchmarks.measures.hunting import Search
from benchmarks.measures.side_by_side import OURS, Trial
from benchmarks.measures.smallest_error import Limit
from benchmarks.measures.table import Table, figure, share
from benchmarks.measures.tables import by_class, by_error, by_search, by_size

TORCH = "torch gradcheck, slow"


def trial(tool: str, *, mask: str = "", complains: bool = True, alarm: bool = False) -> Trial:
    return Trial(tool, "tanh/0/sign", "sign", 4, mask, complains, alarm, tool == OURS, 0.5)


def cells(table: Table, label: str) -> dict[str, str]:
    row = next(row for row in table.rows if row[0] == label)
    return dict(zip(table.head, row, strict=True))


def test_a_class_has_a_cell_per_tool() -> None:
    trials = [
        trial(OURS),
        trial(OURS, mask="* 2^-20"),
        trial(TORCH),
        trial(TORCH, mask="* 2^-20", complains=False),
    ]
    table = by_class(trials, ["sign", "history"])
    found = cells(table, "sign")
    assert found[OURS] == "1 of 1; 1 of 1"
    assert found[TORCH] == "1 of 1; 0 of 1"
    assert found["jax check_grads"] == "not installed"
    assert cells(table, "history")[TORCH] == "-"
    assert cells(table, "all") == {**found, "class": "all"}


def test_who_complains_either_way_has_found_nothing() -> None:
    table = by_size([trial(TORCH, alarm=True), trial(TORCH)])
    found = cells(table, f"{TORCH}, 4 elements, alone")
    assert found["found"] == "1 of 2"
    assert found["alarms"] == "1"
    assert found["found per minute"] == "60"


def test_only_ours_names_the_place() -> None:
    table = by_size([trial(OURS), trial(TORCH)])
    assert cells(table, f"{OURS}, 4 elements, alone")["blamed"] == "1 of 1"
    assert cells(table, f"{TORCH}, 4 elements, alone")["blamed"] == "-"


def test_a_search_in_vain_costs_its_time() -> None:
    searches = [
        Search(OURS, "a", "sign", False, True, 1, 0.5),
        Search(OURS, "b", "sign", False, True, 1, 0.5),
        Search(TORCH, "a", "sign", False, True, 1, 0.005),
        Search(TORCH, "b", "sign", False, False, 900, 1.995),
        Search(TORCH, "a", "sign", True, False, 900, 2.0),
    ]
    table = by_search(searches, 2.0)
    alone, hidden = cells(table, f"{TORCH}, alone"), cells(table, f"{TORCH}, masked")
    assert alone["in 0.01 s"] == "1"
    assert alone["in 2 s"] == "1 of 2"
    assert alone["ms, where found"] == "5"
    assert alone["found per minute"] == "30"
    assert alone["ours, times as many"] == "4"
    assert hidden["ours, times as many"] == "all"
    assert hidden["ms, where found"] == "-"
    assert cells(table, "jax check_grads, alone")["seconds"] == "not installed"


def test_errors_count_down_to_the_smallest_that_was_found() -> None:
    limits = [
        Limit(OURS, "float64", 0, False, 1e-13),
        Limit(OURS, "float64", 1, False, 1e-2),
        Limit(TORCH, "float64", 0, True, None),
    ]
    table = by_error(limits, "float64")
    ours = cells(table, OURS)
    assert (ours["1e-01"], ours["1e-02"], ours["1e-03"], ours["1e-13"]) == ("2", "2", "1", "1")
    assert cells(table, TORCH)["1e-01"] == "0"
    assert cells(table, TORCH)["alarms"] == "1"


def test_markdown_is_aligned() -> None:
    text = Table("T", ("name", "n"), [("first", "1")], ("A note.",)).markdown()
    assert text.splitlines() == [
        "### T",
        "",
        "| name  |   n |",
        "| ----- | --: |",
        "| first |   1 |",
        "",
        "A note.",
    ]


def test_numbers_have_three_digits() -> None:
    assert [figure(x) for x in (0.012345, 12.3456, 12345.6)] == ["0.0123", "12.3", "12,346"]
    assert share(0, 0) == "-"
