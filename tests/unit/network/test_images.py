"""Images that are read: what is refused, in a sentence, and what is kept."""

import io
import os
import threading

import numpy as np
import pytest
import torch
import torchvision.transforms as T
from PIL import Image
from torch import nn

from nnscope.errors import ImageError
from nnscope.network import preprocess
from nnscope.network.files import opened
from nnscope.widget import pictures


def photo(width=40, height=30, mode="RGB"):
    pixels = np.random.default_rng(2).integers(0, 256, (height, width, 3)).astype(np.uint8)
    return Image.fromarray(pixels).convert(mode)


def prepare(image, transform="auto", channels=3):
    model = nn.Conv2d(channels, 2, 3)
    return preprocess.prepare(image, model, transform, device=torch.device("cpu"), dtype=torch.float32)


# -- files ------------------------------------------------------------------------------------


def test_a_path_is_never_handed_to_another_program(tmp_path):
    path = tmp_path / "photo.png"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n")
    assert Image.open(path).format == "EPS"  # so that Pillow alone would start Ghostscript
    with pytest.raises(ImageError, match=r"photo.png' is not an image that can be read here; convert it"):
        prepare(path)


def test_a_device_is_refused():
    with pytest.raises(ImageError, match=r"is a pipe or a device, no file; give the path of an image file"):
        prepare(os.devnull)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_refused_rather_than_waited_for(tmp_path):
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    told = []

    def read():
        with pytest.raises(ImageError, match="is a pipe or a device"):
            prepare(pipe)
        told.append(True)

    reader = threading.Thread(target=read, daemon=True)  # nobody writes: who opens it waits for ever
    reader.start()
    reader.join(20)
    assert told == [True]


def test_a_file_that_is_huge_is_refused_unread(tmp_path):
    path = tmp_path / "huge.png"
    photo().save(path)
    os.truncate(path, 3 * 2**29)
    with pytest.raises(ImageError, match=r"huge.png' has 1.5 GB, more than 1; give a smaller image"):
        prepare(path)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_path_may_have_as_many_pixels_as_pillow_reads(tmp_path):
    Image.new("1", (9500, 9500), 1).save(tmp_path / "large.png")
    assert prepare(tmp_path / "large.png").original_size == (9500, 9500)
    Image.new("1", (20000, 20000)).save(tmp_path / "bomb.png")
    with pytest.raises(ImageError, match=r"bomb.png' has more than 178 million pixels; give a smaller image"):
        prepare(tmp_path / "bomb.png")


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "tif"])
def test_every_kind_of_file_is_put_upright_and_let_go_of(tmp_path, kind):
    exif = Image.Exif()
    exif[0x0112] = 6
    photo().save(tmp_path / f"turned.{kind}", exif=exif)
    upright = Image.open(tmp_path / f"turned.{kind}").convert("RGB")
    if upright.size == (40, 30):  # some kinds Pillow turns by itself
        upright = upright.transpose(Image.Transpose.ROTATE_270)
    specimen = prepare(tmp_path / f"turned.{kind}", None)
    assert (np.array(specimen.view) == np.array(upright)).all()
    (tmp_path / f"turned.{kind}").unlink()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("\ud800.png", "is no name that a file can have .*check the path"),
        ("a\0.png", "is no name that a file can have .*check the path"),
        ("~nobody-of-this-name/cat.png", "There is no image"),
        (b"nowhere.png", "is of type bytes"),
    ],
)
def test_names_that_no_file_has(path, words):
    with pytest.raises(ImageError, match=words) as caught:
        prepare(path)
    str(caught.value).encode()


def test_bytes_of_a_name_that_are_no_text_are_replaced():
    stream = io.BytesIO()
    photo().save(stream, "PNG")
    assert prepare(opened(stream.getvalue(), "cat \udcff.png")).name == "cat ?"


def test_a_picture_of_a_damaged_file_is_told_by_name(tmp_path):
    photo().save(tmp_path / "cut.png")
    os.truncate(tmp_path / "cut.png", 300)
    image = Image.open(tmp_path / "cut.png")
    with pytest.raises(ImageError, match="'cut' could not be read"):
        prepare(image)


# -- memory -----------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory")])
@pytest.mark.parametrize("place", [(Image.Image, "resize"), (preprocess, "read"), (torch.Tensor, "clone")])
def test_memory_that_ends_is_told_in_a_sentence(monkeypatch, place, error):
    def ends(*args, **options):
        raise error

    monkeypatch.setattr(*place, ends)
    image = torch.rand(3, 9, 9) if place[1] == "clone" else photo()
    with pytest.raises(ImageError, match="There is too little memory for the image and its input; give"):
        prepare(image)


def test_memory_that_ends_while_a_file_is_decoded_is_told_in_a_sentence(monkeypatch, tmp_path):
    def ends(self):
        raise MemoryError

    photo().save(tmp_path / "x.png")
    data = (tmp_path / "x.png").read_bytes()
    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", ends)
    with pytest.raises(ImageError, match=r"too little memory for the image 'x\.png'"):
        opened(data, "x.png")
    for image in (tmp_path / "x.png", Image.open(tmp_path / "x.png")):
        with pytest.raises(ImageError, match="too little memory for the image and its input"):
            prepare(image)


def test_other_errors_stay_what_they_are(monkeypatch):
    def fails(*args, **options):
        msg = "a fault of ours"
        raise RuntimeError(msg)

    monkeypatch.setattr(preprocess, "read", fails)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        prepare(photo())


@pytest.mark.parametrize(
    ("transform", "words"),
    [
        (None, r"The input made of 'image' would have 6000 × 6000 pixels, more than 32 million; give a sma"),
        ({"input_size": (1, 6000, 6000)}, "would have 6000 × 6000 pixels, more than 32 million"),
        (
            lambda image: torch.zeros(1).expand(1, 6000, 6000),
            "<lambda> returned 6000 × 6000 pixels, more than 32 million; let it resize the picture",
        ),
    ],
    ids=["native", "configuration", "callable"],
)
def test_what_a_transform_makes_has_a_limit(monkeypatch, transform, words):
    monkeypatch.setattr(torch.Tensor, "to", None)  # nothing is computed of it
    monkeypatch.setattr(torch.Tensor, "clone", None)
    with pytest.raises(ImageError, match=words):
        prepare(Image.new("L", (6000, 6000)), transform, channels=1)


@pytest.mark.parametrize("size", [(257, 1), (3, 1000)])
def test_a_callable_is_given_no_picture_that_it_might_make_enormous(size):
    given = []
    with pytest.raises(ImageError, match=r"might make it enormous; give a part of it"):
        prepare(Image.new("RGB", size), given.append)
    assert not given
    assert prepare(Image.new("RGB", (256, 1)), T.ToTensor()).shape == (3, 1, 256)


def test_a_side_has_a_limit():
    with pytest.raises(ImageError, match=r"'image' has 1000001 × 1 pixels, more than 1 million on a side"):
        prepare(Image.new("L", (1, 10**6 + 1)))


# -- what is kept -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "kept"), [((3000, 2000), (2048, 1365)), ((2048, 9), (2048, 9)), ((1, 30000), (1, 2048))]
)
def test_the_original_is_kept_no_larger_than_it_is_shown(size, kept):
    specimen = prepare(photo(*size))
    assert specimen.original.size == kept
    assert specimen.original_size == specimen.geometry.original == size[::-1]


@pytest.mark.parametrize("transform", ["auto", T.Compose([T.Resize(64), T.CenterCrop(56), T.ToTensor()])])
def test_the_page_is_told_the_true_size_and_crop(transform):
    class Probe:
        specimen, name, note = prepare(photo(3000, 2000), transform), "net", ""

    about = pictures.about(Probe, explains=False)
    assert about["original"] == [3000, 2000]
    assert about["crop"] == pytest.approx([0.2083, 0.0625, 0.7917, 0.9375], abs=0.01)
    Probe.specimen = prepare(torch.rand(3, 9, 9))
    assert pictures.about(Probe, explains=False)["original"] is None


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("form", [lambda image: image, np.array], ids=["picture", "array"])
def test_what_is_kept_is_no_view_of_what_was_given(mode, form):
    image = form(photo(mode=mode))
    specimen = prepare(image, None, channels=len(mode))
    before = np.array(image)
    if isinstance(image, np.ndarray):
        image[:] = 0
    else:
        image.paste(0 if mode == "L" else (0, 0, 0), (0, 0, *image.size))
    for kept in (specimen.original, specimen.view):
        assert (np.array(kept) == before).all()


# -- tensors ----------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Sparse")
@pytest.mark.parametrize(
    ("made", "words"),
    [
        (torch.Tensor.to_sparse, r"is stored as sparse_coo, not cell by cell; give tensor.to_dense\(\)"),
        (lambda tensor: tensor[0].to_sparse_csr(), "is stored as sparse_csr"),
        (lambda tensor: tensor.to("meta"), "is on the meta device, which keeps no values; make it"),
    ],
    ids=["sparse", "rows", "meta"],
)
def test_tensors_without_their_values_are_told(made, words):
    tensor = made(torch.rand(3, 9, 9))
    with pytest.raises(ImageError, match=f"The tensor {words}"):
        prepare(tensor)
    with pytest.raises(ImageError, match=f"The result of the transform <lambda> {words}"):
        prepare(photo(), lambda image: tensor)
