"""Callable transforms: what nnscope finds out about them by experiment."""

import random
import subprocess
import sys

import numpy as np
import pytest
import torch
import torchvision.transforms as T
from PIL import Image
from torch import nn
from torchvision.models import ResNet50_Weights
from torchvision.transforms import v2

from nnscope.errors import ImageError
from nnscope.network import preprocess
from nnscope.network.recipe import cook, imagenet

RNG = np.random.default_rng(4)
NORMALIZE = T.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


MODELS = {channels: nn.Conv2d(channels, 4, 3) for channels in (1, 3, 13)}


def photo(width, height, mode="RGB"):
    y, x = np.mgrid[:height, :width]
    pixels = np.stack([x * 255 / width, y * 255 / height, RNG.integers(0, 256, (height, width))], 2)
    return Image.fromarray(pixels.astype(np.uint8)).convert(mode)


def prepare(image, transform, channels=3):
    return preprocess.prepare(
        image, MODELS[channels], transform, device=torch.device("cpu"), dtype=torch.float32
    )


def compose(*steps):
    return T.Compose([*steps[:-1], T.ToTensor(), steps[-1]])


def near(box, expected, geometry):
    """Within half an input pixel, at every edge."""
    pitch = max(
        (expected[2] - expected[0]) / geometry.input[1], (expected[3] - expected[1]) / geometry.input[0]
    )
    return np.abs(np.subtract(box, expected)).max() < max(0.25, 0.5 * pitch)


@pytest.mark.parametrize("size", [(451, 300), (300, 451), (2000, 1500), (97, 64)])
def test_imagenet_evaluation_is_measured_as_it_is_computed(size):
    image = photo(*size)
    specimen = prepare(image, compose(T.Resize(256), T.CenterCrop(224), NORMALIZE))
    exact = prepare(image, "auto")
    assert torch.equal(specimen.input, exact.input)
    assert near(specimen.geometry.box, exact.geometry.box, exact.geometry)
    assert specimen.geometry.input == exact.geometry.input
    assert specimen.geometry.original == exact.geometry.original
    assert (np.array(specimen.view) == np.array(exact.view)).all()
    assert specimen.assumption == ""
    assert specimen.transform == "224 × 224, by Compose · ImageNet mean/std"


@pytest.mark.parametrize(
    ("steps", "box"),
    [
        ((T.Resize((64, 64)), T.Normalize([0.5], [0.5])), (0, 0, 451, 300)),
        ((T.CenterCrop(32), NORMALIZE), (209.5, 134, 241.5, 166)),
        ((T.CenterCrop((500, 600)), NORMALIZE), (-74.5, -100, 525.5, 400)),
        ((T.Pad(20), NORMALIZE), (-20, -20, 471, 320)),
        ((T.Resize(150, interpolation=T.InterpolationMode.NEAREST), NORMALIZE), (0, 0, 451, 300)),
        ((T.Resize(600, interpolation=T.InterpolationMode.BICUBIC), NORMALIZE), (0, 0, 451, 300)),
        ((T.Lambda(lambda image: image.crop((300, 10, 400, 60))), NORMALIZE), (300, 10, 400, 60)),
        ((T.Grayscale(3), T.Resize((100, 100)), NORMALIZE), (0, 0, 451, 300)),
    ],
)
def test_geometry_of_other_transforms(steps, box):
    specimen = prepare(photo(451, 300), compose(*steps))
    # torchvision rounds half a pixel when it crops an odd size
    assert (
        near(specimen.geometry.box, box, specimen.geometry)
        or np.abs(np.subtract(specimen.geometry.box, box)).max() < 0.75
    )
    assert specimen.assumption == ""


def test_a_small_crop_of_a_large_picture_is_found_to_a_fraction_of_a_pixel():
    specimen = prepare(photo(3000, 2000), compose(T.CenterCrop(48), NORMALIZE))
    assert np.abs(np.subtract(specimen.geometry.box, (1476, 976, 1524, 1024))).max() < 0.25


def test_a_random_crop_is_found_where_it_fell():
    image, places = photo(400, 300), []

    def crop(picture):
        left, top = int(torch.randint(0, 200, ())), random.randrange(100)
        places.append((left, top, left + 200, top + 200))
        return NORMALIZE(T.functional.to_tensor(picture.crop(places[-1]).resize((100, 100))))

    specimen = prepare(image, crop)
    assert near(specimen.geometry.box, places[0], specimen.geometry)
    assert "random" in specimen.assumption
    expected = np.array(image.crop(places[0]).resize((100, 100)))
    assert (np.array(specimen.view) == expected).all()


def test_randomness_that_cannot_be_rewound_has_no_geometry():
    own = np.random.default_rng(0)

    def crop(picture):
        left = int(own.integers(0, 200))
        return NORMALIZE(T.functional.to_tensor(picture.crop((left, 0, left + 100, 100))))

    specimen = prepare(photo(400, 300), crop)
    assert specimen.geometry is None
    assert "random" in specimen.assumption
    assert "ImageNet" in specimen.transform


@pytest.mark.parametrize(
    "step",
    [
        T.RandomHorizontalFlip(1.0),
        T.RandomVerticalFlip(1.0),
        T.RandomRotation((20, 20)),
        T.RandomRotation((90, 90), expand=True),
    ],
)
def test_mirrored_and_turned_images_are_not_laid_back(step):
    image = photo(120, 90)
    transform = compose(step, NORMALIZE)
    specimen = prepare(image, transform)
    assert specimen.geometry is None
    assert "could not be measured" in specimen.assumption
    assert (np.array(specimen.view)[30:60, 30:60] == np.array(step(image))[30:60, 30:60]).all()


@pytest.mark.parametrize(
    ("last", "text"),
    [
        (NORMALIZE, "ImageNet mean/std"),
        (T.Normalize([0.5] * 3, [0.25] * 3), "mean 0.5, std 0.25"),
        (T.Normalize([0.0] * 3, [1.0] * 3), "values in [0, 1]"),
        (lambda x: x[[2, 1, 0]] * 255 - torch.tensor([104.0, 117.0, 123.0])[:, None, None], "channels BGR"),
        (
            lambda x: torch.einsum(
                "kc,chw->khw", torch.tensor([[0.3, 0.6, 0.1], [0.5, -0.4, 0.0], [0.1, 0.2, -0.5]]), x
            ),
            "colours mixed",
        ),
        (lambda x: 1 - x, "mean 1, std -1"),
    ],
)
def test_the_view_undoes_the_normalisation(last, text):
    image = photo(60, 40)
    specimen = prepare(image, T.Compose([T.ToTensor(), last]))
    assert np.abs(np.array(specimen.view).astype(int) - np.array(image)).max() <= 1
    assert text in specimen.transform
    assert specimen.assumption == ""


@pytest.mark.parametrize(
    "last",
    [lambda x: (x - x.mean()) / x.std(), lambda x: x**2.2, lambda x: (x > 0.5).float(), lambda x: x * 0],
)
def test_values_that_are_no_affine_map_are_drawn_min_max(last):
    image = photo(60, 40)
    specimen = prepare(image, T.Compose([T.ToTensor(), last, T.Normalize([0.5], [0.2])]))
    low, high = specimen.input.min(), specimen.input.max()
    expected = ((specimen.input[0] - low) / (high - low or 1)).permute(1, 2, 0).numpy()
    assert np.abs(np.array(specimen.view) / 255 - expected).max() <= 0.502 / 255
    assert specimen.geometry is None
    assert specimen.assumption.count("min–max") == 1


def test_a_transform_of_tensors():
    image = photo(60, 40)
    specimen = prepare(image, lambda x: NORMALIZE(x)[None])
    assert torch.equal(specimen.input[0], NORMALIZE(T.functional.to_tensor(image)))
    assert near(specimen.geometry.box, (0, 0, 60, 40), specimen.geometry)
    resize = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Resize(20, antialias=True)])
    assert prepare(image, resize).input.shape == (1, 3, 20, 30)


@pytest.mark.parametrize("form", [lambda x: [x.numpy()], lambda x: x[None], lambda x: x])
def test_an_image_processor(form):
    class Processor:
        def __call__(self, picture):
            return {"pixel_values": form(NORMALIZE(T.functional.to_tensor(picture.resize((32, 32)))))}

        def to_dict(self):
            return {"image_mean": 0, "mean": 3}

    specimen = prepare(photo(60, 40), Processor())
    assert specimen.input.shape == (1, 3, 32, 32)
    assert near(specimen.geometry.box, (0, 0, 60, 40), specimen.geometry)
    assert specimen.transform == "32 × 32, by Processor · ImageNet mean/std"


def test_grey_models_are_given_grey_pictures():
    modes = []
    specimen = prepare(
        photo(60, 40), lambda picture: modes.append(picture.mode) or T.functional.to_tensor(picture), 1
    )
    assert set(modes) == {"L"}
    assert specimen.view.mode == "L"
    assert near(specimen.geometry.box, (0, 0, 60, 40), specimen.geometry)


def test_padding_does_not_disturb_the_measurement():
    image = photo(400, 100)
    letterbox = compose(T.Resize((56, 224)), T.Pad((0, 84)), NORMALIZE)
    specimen = prepare(image, letterbox)
    assert near(specimen.geometry.box, (0, -150, 400, 250), specimen.geometry)
    assert specimen.view.getpixel((0, 0)) == (0, 0, 0)


def test_every_random_state_stays_as_it_was():
    legacy = np.random  # the generator that users seed
    torch.manual_seed(5)
    random.seed(5)
    legacy.seed(5)
    before = torch.get_rng_state(), random.getstate(), legacy.get_state()[1].copy()
    prepare(photo(60, 40), compose(T.RandomResizedCrop(20), NORMALIZE))
    prepare(photo(60, 40), lambda picture: torch.rand(3, 4, 4) + random.random() + legacy.rand())
    with pytest.raises(ImageError):
        prepare(photo(60, 40), lambda picture: torch.rand(3) + random.random() + legacy.rand())
    assert torch.equal(torch.get_rng_state(), before[0])
    assert random.getstate() == before[1]
    assert (legacy.get_state()[1] == before[2]).all()


def test_the_first_run_starts_from_the_users_seed():
    image, transform = photo(90, 70), compose(T.RandomCrop(30), NORMALIZE)
    torch.manual_seed(11)
    specimen = prepare(image, transform)
    torch.manual_seed(11)
    assert torch.equal(specimen.input[0], transform(image))


def test_the_picture_given_to_a_transform_is_a_copy():
    image = photo(20, 20)
    before = image.tobytes()

    def paint(picture):
        picture.paste((0, 0, 0), (0, 0, 10, 10))
        return T.functional.to_tensor(picture)

    prepare(image, paint)
    assert image.tobytes() == before


@pytest.mark.parametrize(
    ("transform", "sentence"),
    [
        (lambda picture: 1 / 0, r"raised ZeroDivisionError \(division by zero\)"),
        (lambda picture: picture + "a", "raised TypeError"),
        (lambda picture: picture, r"returned Image, no tensor.*ToTensor\(\)"),
        (lambda picture: np.zeros((3, 4, 4)), "returned ndarray, no tensor"),
        (T.PILToTensor(), r"torch.uint8; end it with ToDtype\(torch.float32, scale=True\)"),
        (lambda picture: torch.zeros(2, 3, 4, 4), r"tensor \[2, 3, 4, 4\]; let it return one"),
        (
            lambda picture: torch.zeros(1, 4, 4),
            "<lambda> returned 1 channel, but the model's first convolution takes 3",
        ),
        (lambda picture: torch.full((3, 4, 4), torch.nan), "has 48 values that are NaN or Inf"),
    ],
)
def test_transforms_that_fail(transform, sentence):
    with pytest.raises(ImageError, match=sentence):
        prepare(photo(20, 10), transform)


def test_the_transforms_own_error_is_the_cause():
    with pytest.raises(ImageError) as caught:
        prepare(photo(20, 10), lambda picture: {}["nothing"])
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_transform_that_refuses_plain_colours_still_works():
    def picky(picture):
        if np.ptp(np.array(picture)) == 0:
            raise ValueError
        return T.functional.to_tensor(picture)

    specimen = prepare(photo(20, 10), picky)
    assert specimen.input.shape == (1, 3, 10, 20)
    assert specimen.geometry is None


def test_an_interrupt_is_no_measurement():
    calls = []

    def slow(picture):
        calls.append(1)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return T.functional.to_tensor(picture)

    with pytest.raises(KeyboardInterrupt):
        prepare(photo(20, 10), slow)


def test_deep_pictures_are_given_in_eight_bits_and_that_is_said():
    specimen = prepare(RNG.uniform(0, 1, (10, 20, 3)), T.ToTensor())
    assert specimen.transform.endswith("8 bits")
    with pytest.raises(ImageError, match="1 or 3 channels"):
        prepare(RNG.uniform(0, 1, (10, 20, 13)), T.ToTensor(), 13)


def test_weights_are_read_rather_than_measured():
    weights, image = ResNet50_Weights.IMAGENET1K_V1, photo(300, 200)
    specimen = prepare(image, weights)
    assert specimen.geometry == prepare(image, "auto").geometry
    measured = prepare(image, T.Compose([weights.transforms()]))
    assert near(measured.geometry.box, specimen.geometry.box, specimen.geometry)


def test_recipes_need_no_torchvision():
    code = (
        "import sys; sys.modules['torchvision'] = None; import torch; from PIL import Image;"
        "from nnscope.network.preprocess import prepare; model = torch.nn.Conv2d(3, 4, 3);"
        "options = {'device': torch.device('cpu'), 'dtype': torch.float32};"
        "s = prepare(Image.new('RGB', (300, 200)), model, **options); assert s.view.size == (224, 224);"
        "s = prepare(Image.new('RGB', (30, 20)), model, lambda x: x * 2 - 1, **options); assert s.geometry"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_recipe_is_the_identity_at_its_own_size():
    from nnscope.network.images import read

    image = photo(224, 224)
    recipe = imagenet("native")
    tensor, view, geometry = cook(recipe, read(image, 3))
    assert (np.array(view) == np.array(image)).all()
    assert torch.equal(tensor, NORMALIZE(T.functional.to_tensor(image)))
    assert geometry.to_original(3, 4) == (3, 4)
