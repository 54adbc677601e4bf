import sys

import pytest

from nnscope.errors import LayerNotFoundError, UnavailableError
from nnscope.layout import image
from nnscope.records import Geometry, Layer, LayerTable

SHAPE = (64, 111, 111)
MAP = image((1, *SHAPE))


def table():
    return LayerTable(
        [
            Layer(
                0,
                "features.0",
                "Conv2d",
                "convolution",
                (64, 111, 111),
                1792,
                (3, 3),
                (2, 2),
                (0, 0),
                layout=MAP,
            ),
            Layer(1, "features.1", "ReLU", "activation", SHAPE, layout=MAP),
            Layer(2, "<img src=x>", "Linear", "other", (1000,), 5),
        ],
        "<b>Net</b>",
    )


def test_a_layer_is_found_by_number_and_by_name():
    rows = table()
    assert rows[0] is rows["features.0"]
    assert [row.name for row in rows[:2]] == ["features.0", "features.1"]
    assert "features.1" in rows
    assert "features" not in rows
    assert [row.name for row in rows.viewable] == ["features.0", "features.1"]


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(
        LayerNotFoundError, match=r"no layer 'feature\.1'; did you mean 'features\.1'"
    ) as caught:
        table()["feature.1"]
    assert isinstance(caught.value, KeyError)
    assert not str(caught.value).startswith('"')


def test_in_a_notebook_it_is_a_table_and_names_are_text():
    html = table()._repr_html_()
    assert "<td style='text-align:left'><code>features.0</code></td>" in html
    assert "64 × 111 × 111" in html
    assert "1,792" in html
    assert "3 × 3" in html
    assert "<img" not in html
    assert "<b>" not in html


def test_as_a_dataframe_it_has_a_row_a_layer():
    frame = table().to_pandas()
    assert list(frame.index) == ["features.0", "features.1", "<img src=x>"]
    assert frame.loc["features.0", "parameters"] == 1792
    assert frame.loc["features.0", "shape"] == (64, 111, 111)
    assert {"multiply_adds", "receptive_field", "effective_stride", "memory"} <= set(frame.columns)


def test_without_pandas_it_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UnavailableError, match="pip install pandas"):
        table().to_pandas()


def test_the_memory_of_a_block_and_its_last_layer_is_counted_once():
    rows = LayerTable(
        [
            Layer(0, "a.0", "Conv2d", "convolution", SHAPE, memory=1),
            Layer(1, "a.1", "Conv2d", "convolution", SHAPE, memory=2),
            Layer(2, "a", "Block", "other", SHAPE, memory=2, inside=(0, 1)),
            Layer(3, "b", "Linear", "other", (9,), memory=4),
        ]
    )
    assert rows.memory == 7


def test_in_a_terminal_the_columns_are_aligned():
    lines = repr(table()).splitlines()
    assert lines[0].startswith("name         kind")
    assert len(lines) == 4


def test_geometry_maps_the_corners_of_the_input_to_the_box():
    geometry = Geometry(original=(300, 451), input=(224, 224), box=(94.0, 18.75, 356.5, 281.25))
    assert geometry.to_original(0, 0) == (94, 18.75)
    assert geometry.to_original(224, 224) == (356.5, 281.25)
