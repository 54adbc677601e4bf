import subprocess
import sys

import pytest
from torchvision.models import ResNet50_Weights

from nnscope.errors import OptionError, TargetError
from nnscope.network import labels as module
from nnscope.network.labels import find_label, imagenet, labels_for

NAMES = ["tabby", "tiger cat", "Egyptian cat", "crane", "crane bird", "Crane"]


@pytest.fixture
def fresh():
    imagenet.cache_clear()
    yield
    imagenet.cache_clear()


def test_imagenet_names_equal_torchvision():
    assert labels_for("auto", 1000) == ResNet50_Weights.DEFAULT.meta["categories"]


def test_names_are_read_without_importing_torchvision():
    code = (
        "import sys; from nnscope.network.labels import labels_for; names = labels_for('auto', 1000);"
        "assert names[285] == 'Egyptian cat', names[285]; assert 'torchvision' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_import_is_the_second_way(fresh, monkeypatch):
    monkeypatch.setattr(module, "_from_file", tuple)
    assert imagenet()[285] == "Egyptian cat"


def test_broken_torchvision_leaves_numbers(fresh, monkeypatch):
    monkeypatch.setattr(module, "_from_file", tuple)
    monkeypatch.setitem(sys.modules, "torchvision.models", None)
    assert labels_for("auto", 1000)[7] == "class 7"


def test_a_list_of_another_length_is_not_imagenet(fresh, monkeypatch):
    monkeypatch.setattr(module, "_from_file", lambda: ("a", "b"))
    assert labels_for("auto", 1000)[1] == "class 1"


def test_given_labels():
    assert labels_for("auto", 3) == ["class 0", "class 1", "class 2"]
    assert labels_for(None, 1000)[:1] == ["class 0"]
    assert labels_for(("a", "b"), 2) == ["a", "b"]
    assert labels_for({1: "b", "2": "c"}, 3) == ["class 0", "b", "c"]


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (["a", "b"], "2 labels for 3 outputs; give 3"),
        ({3: "d"}, "class 3, but the model has 3 outputs, 0 to 2"),
        ({"cat": 0}, "map class indices to names"),
        ("names.txt", "give 'auto'"),
        (7, "give 'auto'"),
        (["a", "b \ud800", "c"], r"class 1, 'b \\ud800', holds half a character .*write it anew"),
        ({2: "\udcff"}, "The label of class 2"),
    ],
)
def test_bad_labels(labels, sentence):
    with pytest.raises(OptionError, match=sentence):
        labels_for(labels, 3)


@pytest.mark.parametrize(
    ("text", "index"),
    [("tabby", 0), ("TABBY ", 0), ("egyptian", 2), ("crane", 3), ("Crane", 5), ("bird", 4), ("Tiger Cat", 1)],
)
def test_find_label(text, index):
    assert find_label(NAMES, text) == index


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("cat", r"'cat' fits 2 classes: 'tiger cat' \(1\), 'Egyptian cat' \(2\)"),
        ("CRANE", r"fits 2 classes: 'crane' \(3\), 'Crane' \(5\)"),
        ("tabyb", "did you mean 'tabby'"),
        ("zebra", "6 labels"),
        ("", "No class"),
    ],
)
def test_label_not_found(text, sentence):
    with pytest.raises(TargetError, match=sentence):
        find_label(NAMES, text)


def test_many_candidates_are_cut():
    with pytest.raises(TargetError, match="and 15 more"):
        find_label([f"cat {index}" for index in range(20)], "cat ")
