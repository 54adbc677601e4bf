import contextlib

import pytest
from hypothesis import given, strategies as st

from nnscope.errors import NnscopeError
from nnscope.layout import image
from nnscope.records import Layer, LayerTable
from nnscope.widget.messages import Cancel, Get, Ping, parse, rid_of

LAYERS = LayerTable(
    [
        Layer(0, "a", "Conv2d", "convolution", (4, 8, 8), layout=image((1, 4, 8, 8))),
        Layer(1, "b", "Linear", "other", (10,)),
        Layer(2, "line", "Conv1d", "convolution", (5, 40)),
    ]
)
GET = {"k": "get", "rid": 1, "epoch": 0, "layer": "a", "what": "native", "channels": [3, 0]}


def test_legal_messages_are_read():
    assert parse(GET, LAYERS) == Get(1, 0, "native", "a", (3, 0))
    assert parse({**GET, "what": "exact", "channels": [2]}, LAYERS).channels == (2,)
    assert parse({**GET, "what": "coarse", "channels": []}, LAYERS).what == "coarse"
    statistics = {**GET, "what": "statistics", "layer": "line"}
    assert parse({**statistics, "channels": [4]}, LAYERS).channels == (4,)
    with pytest.raises(NnscopeError, match="0 to 4"):
        parse({**statistics, "channels": [5]}, LAYERS)
    assert parse({"k": "cancel", "rid": 7}, LAYERS) == Cancel(7)
    assert parse({"k": "ping", "rid": 0}, LAYERS) == Ping(0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rid": "1"}, {"rid": True}, {"rid": -1}, {"rid": 1.5}, {"rid": None}, {"k": "go"}, {"k": ["get"]},
        {"epoch": None}, {"layer": "c"}, {"layer": "b"}, {"layer": 3}, {"layer": ["a"]}, {"what": "all"},
        {"what": ["exact"]}, {"channels": []}, {"channels": [4]}, {"channels": [-1]}, {"channels": ["0"]},
        {"channels": [True]}, {"channels": 3}, {"channels": [0] * 5000}, {"what": "exact"},
        {"what": "coarse"},
    ],
)  # fmt: skip
def test_anything_else_is_refused(wrong):
    with pytest.raises(NnscopeError):
        parse({**GET, **wrong}, LAYERS)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["get", "a", "ping"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GET, "x"]), inner, max_size=6)
    ),
    max_leaves=12,
)


@given(anything)
def test_no_message_can_raise_anything_but_a_sentence(content):
    rid = rid_of(content)
    assert type(rid) is int
    with contextlib.suppress(NnscopeError):  # anything else fails the test
        assert parse(content, LAYERS).rid == rid


def test_each_kind_of_question_names_what_it_needs():
    about = {"k": "get", "rid": 1, "epoch": 2}
    assert parse({**about, "what": "network", "layer": "", "channels": []}, LAYERS) == Get(1, 2, "network")
    cell = {**about, "what": "sum", "layer": "a", "channels": [3], "cell": [7, 0]}
    assert parse(cell, LAYERS) == Get(1, 2, "sum", "a", (3,), (7, 0))
    linear = {**about, "what": "kernels", "layer": "b", "channels": [9]}
    assert parse(linear, LAYERS) == Get(1, 2, "kernels", "b", (9,))
    bad = [
        {"cell": [8, 0]},
        {"cell": [0]},
        {"cell": [0, True]},
        {"cell": None},
        {"cell": "00"},
        {"layer": "b"},
        {"channels": []},
        {"channels": [4]},
    ]
    for change in bad:
        with pytest.raises(NnscopeError):
            parse({**cell, **change}, LAYERS)
    for change in [{"channels": [10]}, {"channels": list(range(65))}, {"layer": "c"}]:
        with pytest.raises(NnscopeError):
            parse({**linear, **change}, LAYERS)
