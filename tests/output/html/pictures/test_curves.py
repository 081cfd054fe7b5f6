from pathlib import Path
from xml.etree import ElementTree

import pytest

from zenverify.output.html.pictures.curves import write_curves

SVG = "{http://www.w3.org/2000/svg}"


def test_curves_lie_between_round_numbers(tmp_path: Path) -> None:
    path = tmp_path / "c.svg"
    curves = {"a <b>": [(0.0, 1.0), (10.0, 2.0)], "c": [(5.0, -1.0)]}
    write_curves(path, "t & u", curves, across="x", mark=5)
    root = ElementTree.parse(path).getroot()  # noqa: S314  our own
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert texts[0] == "t & u"
    assert {"a <b>", "c", "0", "10", "-1", "2"} <= set(texts)
    lines = [line.get("points") for line in root.iter(f"{SVG}polyline")]
    assert len(lines) == 2
    assert sum(line.get("class") == "mark" for line in root.iter(f"{SVG}line")) == 1


@pytest.mark.parametrize("curve", [[], [(0.0, float("nan"))], [(float("inf"), 0.0)]])
def test_what_cannot_be_drawn_is_refused(tmp_path: Path, curve: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match="t: expected points with finite coordinates"):
        write_curves(tmp_path / "c.svg", "t", {"a": curve})


def test_one_point_is_enough(tmp_path: Path) -> None:
    write_curves(tmp_path / "c.svg", "t", {"a": [(3.0, 0.0)]})
    assert (tmp_path / "c.svg").stat().st_size
