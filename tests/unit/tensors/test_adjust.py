"""Changes of a whole image against torchvision, Pillow and the formula on decoded colours."""

import numpy as np
import pytest
import torch
import torchvision.transforms.functional as TF
from PIL import Image, ImageEnhance

from nnscope.records import Colours
from nnscope.tensors.adjust import flip, light, turn

MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
IMAGENET = Colours(-MEAN / STD, (1 - MEAN) / STD)
PLAIN = Colours(np.zeros(3), np.ones(3))
MIXED = Colours(
    np.array([0.1, 0.2, 0.3]),
    np.array([1.1, 2.2, 3.3]),
    np.linalg.inv([[0.5, 0.3, 0.2], [1, 1, 0], [0, 1, 2]]),
)


def test_flips():
    image = torch.randn(3, 5, 8)
    for axis, theirs in (("horizontal", TF.hflip), ("vertical", TF.vflip)):
        assert torch.equal(flip(image, axis), theirs(image))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("quarters", range(-5, 9))
def test_quarters_of_a_square_are_exact(dtype, quarters):
    image = torch.randn(2, 7, 7).to(dtype)
    assert torch.equal(turn(image, 90 * quarters, PLAIN), torch.rot90(image, quarters, (1, 2)))
    if quarters % 4 == 0:
        assert turn(image, 90 * quarters, PLAIN) is image
    if quarters % 2 == 0:
        oblong = torch.randn(2, 7, 4).to(dtype)
        assert torch.equal(turn(oblong, 90 * quarters, PLAIN), torch.rot90(oblong, quarters, (1, 2)))


@pytest.mark.parametrize(
    ("size", "degrees"),
    [
        *((size, angle) for size in ((64, 64), (48, 70), (71, 46)) for angle in (3.0, -17.5, 45, 123, 1000)),
        ((48, 70), 90),
        ((71, 46), -90),
    ],
)
def test_any_angle_equals_torchvision(size, degrees):
    image = torch.randn(3, *size)
    grey = IMAGENET.grey.tolist()
    options = {"interpolation": TF.InterpolationMode.BILINEAR}
    theirs = TF.rotate(image, degrees, **options, fill=grey)
    inside = TF.rotate(torch.ones(1, *size), degrees, **options)[0]
    ours = turn(image, degrees, IMAGENET)
    assert (ours - theirs)[:, inside == 1].abs().max() < 1e-3  # it works its grid out in float32
    assert (ours[:, inside == 0].T - torch.tensor(grey)).abs().max() < 1e-6
    assert (inside == 1).sum() > 500
    assert (inside == 0).any()


def test_turns_go_counter_clockwise():
    centred = Colours(np.full(1, -0.5), np.full(1, 0.5))  # grey is 0
    image = torch.zeros(1, 21, 31)
    image[0, 10, 25] = 1  # right of the middle, by 10
    turned = turn(image, 30, centred)[0]
    rows, columns = torch.meshgrid(torch.arange(21), torch.arange(31), indexing="ij")
    x, y = (float((turned * axis).sum() / turned.sum()) for axis in (columns, rows))
    assert (x - 15, 10 - y) == pytest.approx((10 * np.cos(np.pi / 6), 5), abs=0.1)


@pytest.mark.parametrize("factor", [0.2, 0.7, 1.6])
def test_contrast_and_brightness_agree_with_pillow(factor):
    """Pillow's contrast turns about the mean grey, which is made 128 here; its brightness about black."""
    pixels = np.random.default_rng(0).integers(0, 128, (16, 16, 3)).astype(np.uint8)
    pixels = np.concatenate([pixels, 255 - pixels])
    picture = Image.fromarray(pixels)
    image = (
        torch.from_numpy(pixels).permute(2, 0, 1) / 255 - torch.tensor(MEAN)[:, None, None]
    ) / torch.tensor(STD)[:, None, None]
    for ours, theirs in (
        (light(image, 0, factor, IMAGENET), ImageEnhance.Contrast(picture).enhance(factor)),
        (light(image, (factor - 1) / 2, factor, IMAGENET), ImageEnhance.Brightness(picture).enhance(factor)),
    ):
        seen = IMAGENET.decode(ours.numpy()) * 255
        assert np.abs(seen - np.moveaxis(np.array(theirs, float), 2, 0)).max() < 1.51  # 8 bits


@pytest.mark.parametrize("colours", [IMAGENET, PLAIN, MIXED], ids=["ImageNet", "plain", "mixed"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
def test_light_is_its_formula_on_colours(colours, dtype):
    seen = torch.rand(3, 9, 6, dtype=torch.float64)
    image = torch.from_numpy(colours.encode(seen.numpy())).to(dtype)
    made = light(image, 0.25, 1.5, colours)
    assert made.dtype == dtype
    expected = ((seen - 0.5) * 1.5 + 0.75).clamp(0, 1)
    precision = {torch.float64: 1e-12, torch.float32: 1e-5}.get(dtype, 0.12)
    assert colours.decode(made.double().numpy()) == pytest.approx(expected.numpy(), abs=precision)
    assert light(image, 0, 1, colours) is image
    assert colours.decode(light(image, 0, 0, colours).double().numpy()) == pytest.approx(0.5, abs=precision)
