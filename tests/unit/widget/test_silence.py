"""The trait that says which channels are silenced."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from nnscope.errors import OptionError
from nnscope.widget.silence import Silenced

names = st.text(min_size=1)
numbers = st.sets(st.integers(0, 999_999_999), min_size=1, max_size=8)


@given(layer=names, channels=numbers, others=st.booleans())
def test_what_is_written_can_be_read(layer, channels, others):
    silenced = Silenced(layer, tuple(sorted(channels)), others)
    assert Silenced.parse(str(silenced)) == silenced


def test_channels_are_written_in_one_way():
    assert str(Silenced.parse("layer4.1[47,14,47]")) == "layer4.1[14,47]"
    assert str(Silenced.parse("layer4.1[~3]")) == "layer4.1[~3]"


@pytest.mark.parametrize("text", ["a", "a[]", "a[~]", "a[1,]", "a[-1]", "[1]", "a[x]", "a[1] "])
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(OptionError, match=r"write 'layer\[3,7\]'"):
        Silenced.parse(text)
