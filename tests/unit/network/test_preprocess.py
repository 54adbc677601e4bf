"""Images of every kind, the transforms nnscope builds itself, and tensors."""

from types import SimpleNamespace

import numpy as np
import pytest
import timm
import torch
import torchvision
import torchvision.transforms as T
from PIL import Image
from timm.data import create_transform, resolve_data_config
from torch import nn

from nnscope.errors import ImageError, OptionError
from nnscope.network import preprocess

MEAN = torch.tensor([0.485, 0.456, 0.406])[:, None, None]
STD = torch.tensor([0.229, 0.224, 0.225])[:, None, None]
RNG = np.random.default_rng(3)


def conv(channels):
    return nn.Sequential(nn.Conv2d(channels, 4, 3), nn.ReLU())


def prepare(image, model=None, transform="auto", dtype=torch.float32):
    return preprocess.prepare(image, model or conv(3), transform, device=torch.device("cpu"), dtype=dtype)


def photo(width, height, mode="RGB"):
    """A picture that is smooth here and noisy there: rounding errors have nowhere to hide."""
    y, x = np.mgrid[:height, :width]
    pixels = np.stack([x * 255 / width, y * 255 / height, RNG.integers(0, 256, (height, width))], 2)
    return Image.fromarray(pixels.astype(np.uint8)).convert(mode)


SIZES = [(451, 300), (300, 451), (224, 224), (640, 479), (257, 1000), (60, 45), (100, 500)]
WEIGHTS = torchvision.models.ResNet50_Weights


@pytest.mark.parametrize("size", SIZES)
def test_auto_equals_torchvision(size):
    image = photo(*size)
    specimen = prepare(image)
    theirs = torchvision.models.ResNet18_Weights.IMAGENET1K_V1.transforms()(image)
    assert specimen.input.shape == (1, 3, 224, 224)
    assert (specimen.input[0] - theirs).abs().max() < 1e-6
    assert "Assumed ImageNet evaluation" in specimen.assumption
    assert "pass transform=" in specimen.assumption
    assert specimen.transform == "224 × 224, centre crop · ImageNet mean/std"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "weights", [WEIGHTS.IMAGENET1K_V2, torchvision.models.EfficientNet_B3_Weights.DEFAULT]
)
def test_weights_and_presets_equal_torchvision(size, weights):
    image = photo(*size)
    specimen = prepare(image, transform=weights)
    assert (specimen.input[0] - weights.transforms()(image)).abs().max() < 1e-6
    assert torch.equal(prepare(image, transform=weights.transforms()).input, specimen.input)
    assert specimen.assumption == ""


CONFIGS = [
    {},
    {"crop_pct": 0.95, "interpolation": "bicubic"},
    {"crop_pct": 1.0, "crop_mode": "squash", "mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)},
    {"crop_pct": 0.9, "crop_mode": "squash", "interpolation": "bilinear"},
    {"crop_pct": 1.0, "crop_mode": "border"},
    {"crop_pct": 0.9, "crop_mode": "border", "interpolation": "lanczos"},
    {"input_size": (3, 96, 160), "crop_pct": 0.875},
    {"input_size": (3, 299, 299), "interpolation": "nearest"},
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("config", CONFIGS)
def test_timm_configurations_equal_timm(size, config):
    config = {"input_size": (3, 224, 224), **config}
    image, model = photo(*size), conv(3)
    model.pretrained_cfg = config
    theirs = create_transform(**resolve_data_config({}, pretrained_cfg=config), is_training=False)(image)
    specimen = prepare(image, model)
    assert specimen.input[0].shape == theirs.shape
    assert (specimen.input[0] - theirs).abs().max() < 1e-6
    assert specimen.assumption == ""
    assert torch.equal(prepare(image, transform=config).input, specimen.input)


def test_timm_model_equals_timm_and_config_objects_do():
    model, image = timm.create_model("mobilenetv3_small_050"), photo(300, 200)
    theirs = create_transform(**resolve_data_config({}, model=model))(image)
    for wrapped in (model, nn.DataParallel(model)):
        assert (prepare(image, wrapped).input[0] - theirs).abs().max() < 1e-6
    default = timm.models.PretrainedCfg(input_size=(3, 64, 64))
    assert prepare(image, transform=default).input.shape == (1, 3, 64, 64)


def test_geometry_and_view_of_our_own_pipelines():
    """A white dot of the original is found again where the geometry says."""
    pixels = np.zeros((300, 451, 3), np.uint8)
    pixels[200:204, 300:304] = 255
    for transform in ("auto", None, *CONFIGS[1:7]):
        specimen = prepare(Image.fromarray(pixels), transform=transform)
        bright = np.array(specimen.view.convert("L"), float)
        bright[np.array(specimen.view)[:, :, 0] == 124] = 0  # timm's border
        y, x = (
            np.sum(index * bright) / bright.sum() + 0.5
            for index in np.mgrid[: bright.shape[0], : bright.shape[1]]
        )
        assert specimen.geometry.to_original(x, y) == pytest.approx((302, 202), abs=0.7)
        assert specimen.geometry.input == tuple(specimen.input.shape[2:])
        assert specimen.geometry.original == (300, 451)


def test_exact_box_of_the_imagenet_crop():
    box = prepare(photo(512, 256)).geometry.box
    assert box == (144.0, 16.0, 368.0, 240.0)
    assert prepare(photo(100, 100), transform=None).geometry.box == (0, 0, 100, 100)
    small = prepare(photo(50, 50), transform={"input_size": (3, 60, 60), "crop_pct": 1.2}).geometry
    assert small.box == (-5.0, -5.0, 55.0, 55.0)


def test_view_is_the_input_denormalised():
    specimen = prepare(photo(300, 200))
    restored = (specimen.input[0] * STD + MEAN) * 255
    assert np.abs(restored.permute(1, 2, 0).numpy() - np.array(specimen.view)).max() < 1e-3


def test_none_keeps_the_native_size():
    image = photo(70, 50)
    specimen = prepare(image, transform=None)
    expected = (torch.from_numpy(np.array(image)).permute(2, 0, 1) / 255 - MEAN) / STD
    assert (specimen.input[0] - expected).abs().max() < 1e-6
    assert "Assumed ImageNet mean" in specimen.assumption
    assert specimen.transform == "50 × 70, native size · ImageNet mean/std"
    model = conv(3)
    model.pretrained_cfg = {"mean": (0.5,) * 3, "std": (0.5,) * 3, "input_size": (3, 8, 8)}
    specimen = prepare(image, model, None)
    assert specimen.input.shape == (1, 3, 50, 70)
    assert specimen.input.min() >= -1
    assert specimen.assumption == ""


def test_one_channel_model_gets_grey_at_native_size():
    image = photo(40, 30)
    specimen = prepare(image, conv(1))
    assert specimen.input.shape == (1, 1, 30, 40)
    assert np.abs(specimen.input[0, 0].numpy() * 255 - np.array(image.convert("L"))).max() < 1e-3
    assert specimen.view.mode == "L"
    assert "greyscale" in specimen.assumption
    assert "colour to grey" in specimen.transform


def test_colours_of_a_float_array_turn_grey_as_pillow_does_it():
    image = photo(40, 30)
    grey = prepare(np.array(image) / 255, conv(1)).input[0, 0].numpy() * 255
    assert np.abs(grey - np.array(image.convert("L"))).max() <= 0.51


def test_grey_picture_is_repeated_for_a_colour_model():
    specimen = prepare(photo(40, 30, "L"), transform=None)
    restored = specimen.input[0] * STD + MEAN
    assert (restored - restored[:1]).abs().max() < 1e-6
    assert "grey repeated" in specimen.transform


def test_timm_means_are_averaged_for_one_channel():
    model = conv(1)
    model.pretrained_cfg = {"input_size": (3, 32, 32), "mean": (0.2, 0.4, 0.6), "std": (0.1, 0.2, 0.3)}
    specimen = prepare(Image.new("L", (32, 32), 255), model)
    assert specimen.input.shape == (1, 1, 32, 32)
    assert specimen.input.max() == pytest.approx((1 - 0.4) / 0.2)
    assert "average of the 3 means" in specimen.assumption


def test_hugging_face_configuration():
    model = conv(3)
    model.config = SimpleNamespace(image_size=64, num_channels=3)
    specimen = prepare(photo(200, 100), model)
    assert specimen.input.shape == (1, 3, 64, 64)
    assert specimen.geometry.box == (50, 0, 150, 100)
    assert "image processor" in specimen.assumption
    model.config = SimpleNamespace(vision_config=SimpleNamespace(image_size=(32, 48)))
    assert prepare(photo(200, 100), model).input.shape == (1, 3, 32, 48)
    linear = nn.Linear(4, 4)
    linear.config = SimpleNamespace(num_channels=1, image_size=32)
    assert prepare(photo(20, 10), linear).input.shape == (1, 1, 10, 20)


def test_arrays():
    pixels = np.array(photo(20, 10))
    expected = prepare(Image.fromarray(pixels), transform=None).input
    for array in (pixels, pixels / 255, (pixels / 255).astype(np.float32), pixels[:, ::-1][:, ::-1]):
        specimen = prepare(array, transform=None)
        assert (specimen.input - expected).abs().max() < 1e-5
        assert specimen.name == "array"
        assert (np.array(specimen.original) == pixels).all()
    for array in (pixels[:, :, 0], pixels[:, :, :1], pixels[:, :, 0] / 255.0):
        assert np.abs(prepare(array, conv(1)).input[0, 0].numpy() * 255 - pixels[:, :, 0]).max() < 1e-3
    mask = pixels[:, :, 0] > 90
    assert (prepare(mask, conv(1)).input[0, 0].numpy() == mask).all()


def test_floats_are_never_rounded_to_bytes():
    array = RNG.uniform(0, 1, (300, 400, 3))
    specimen = prepare(array)
    ours = specimen.input[0] * STD + MEAN
    tensor = torch.from_numpy(array).permute(2, 0, 1)[None].float()
    theirs = nn.functional.interpolate(tensor, (256, 341), mode="bilinear", antialias=True)[
        0, :, 16:240, 58:282
    ]
    assert (ours - theirs).abs().max() < 1e-3  # 8 bits would be off by 2e-3 already
    assert np.abs(np.array(specimen.view) / 255 - ours.permute(1, 2, 0).numpy()).max() <= 0.502 / 255


def test_many_channels():
    array = RNG.uniform(0, 1, (20, 30, 13)).astype(np.float32)
    specimen = prepare(array, conv(13))
    assert torch.equal(specimen.input[0].permute(1, 2, 0), torch.from_numpy(array))
    assert np.abs(np.array(specimen.view) / 255 - array[:, :, :3]).max() <= 0.502 / 255
    assert "13 channels" in specimen.assumption
    assert "first three" in specimen.assumption
    two = prepare(array[:, :, :2], conv(2))
    assert two.view.mode == "L"
    assert np.abs(np.array(two.view) / 255 - array[:, :, :2].mean(2)).max() <= 0.502 / 255


def test_transparency_lies_over_white():
    pixels = np.array(photo(20, 10, "RGBA"))
    pixels[:, :10, 3] = 0
    pixels[:, 10:15, 3] = 128
    for image in (Image.fromarray(pixels), pixels, pixels / 255):
        specimen = prepare(image, transform=None)
        seen = np.array(specimen.view).astype(float)
        alpha = pixels[:, :, 3:] / 255
        assert np.abs(seen - (pixels[:, :, :3] * alpha + 255 * (1 - alpha))).max() <= 1.01
        assert "transparency over white" in specimen.transform
    assert "transparency" not in prepare(photo(20, 10, "RGBA"), transform=None).transform
    four = prepare(Image.fromarray(pixels), conv(4), None)
    assert np.abs(four.input[0].permute(1, 2, 0).numpy() * 255 - pixels).max() < 1e-3


@pytest.mark.parametrize("mode", ["1", "P", "LA", "PA", "CMYK", "YCbCr", "HSV", "RGBX"])
def test_pillow_modes(mode):
    image = photo(20, 10).convert("RGBA" if mode == "PA" else "RGB").convert(mode if mode != "PA" else "P")
    image = image.convert(mode)
    view = prepare(image, transform=None).view
    assert (np.array(view) == np.array(image.convert("RGB"))).all()


def test_palette_with_a_transparent_entry():
    image = Image.new("P", (4, 4), 0)
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.info["transparency"] = 0
    assert prepare(image, transform=None).view.getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("name", ["deep.png", "deep.tif"])
def test_sixteen_bits(tmp_path, name):
    values = RNG.integers(0, 65536, (10, 12), dtype=np.uint16)
    Image.fromarray(values).save(tmp_path / name)
    specimen = prepare(tmp_path / name, conv(1))
    assert np.abs(specimen.input[0, 0].numpy() - values / 65535).max() < 1e-6
    assert np.abs(np.array(specimen.view) - values / 257).max() <= 0.502
    assert "16 bits" in specimen.transform


def test_exif_orientation_applies_to_input_and_original(tmp_path):
    image, exif = photo(60, 40), Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "turned.png", exif=exif)
    specimen = prepare(tmp_path / "turned.png", transform=None)
    assert specimen.geometry.original == (60, 40)
    upright = np.rot90(np.array(image), -1)
    assert (np.array(specimen.original) == upright).all()
    assert (np.array(specimen.view) == upright).all()


def test_names(tmp_path):
    photo(9, 9).save(tmp_path / "my cat.jpg")
    assert prepare(tmp_path / "my cat.jpg", conv(1)).name == "my cat"
    assert prepare(str(tmp_path / "my cat.jpg"), conv(1)).name == "my cat"
    with Image.open(tmp_path / "my cat.jpg") as opened:
        assert prepare(opened, conv(1)).name == "my cat"
    assert prepare(photo(9, 9), conv(1)).name == "image"
    assert prepare(torch.zeros(3, 9, 9)).name == "tensor"


def test_what_was_given_stays_as_it_was():
    image, array, tensor = photo(20, 10), RNG.uniform(0, 1, (10, 20, 3)), torch.rand(3, 9, 9)
    before = image.tobytes(), array.copy(), tensor.clone()
    for thing in (image, array):
        prepare(thing).input.fill_(7)
    specimen = prepare(tensor)
    specimen.input.fill_(7)
    assert image.tobytes() == before[0]
    assert (array == before[1]).all()
    assert torch.equal(tensor, before[2])


def test_device_and_dtype():
    for image in (photo(20, 10), torch.rand(3, 9, 9)):
        assert prepare(image, dtype=torch.float16).input.dtype == torch.float16


class TestTensors:
    def test_used_as_it_is(self):
        tensor = torch.rand(3, 9, 11, requires_grad=True)
        specimen = prepare(tensor)
        assert torch.equal(specimen.input[0], tensor)
        assert not specimen.input.requires_grad
        assert specimen.original is None
        assert specimen.geometry is None
        assert specimen.assumption == ""
        assert (
            np.array(specimen.view) == np.floor(tensor.detach().permute(1, 2, 0).numpy() * 255 + 0.5)
        ).all()
        assert torch.equal(prepare(tensor[None]).input, specimen.input)

    def test_outside_zero_to_one_is_drawn_min_max(self):
        tensor = (torch.rand(3, 9, 11) - MEAN) / STD
        specimen = prepare(tensor)
        scaled = (tensor - tensor.min()) / (tensor.max() - tensor.min())
        assert np.abs(np.array(specimen.view) / 255 - scaled.permute(1, 2, 0).numpy()).max() <= 0.502 / 255
        assert "min–max" in specimen.assumption
        assert torch.equal(specimen.input[0], tensor)
        assert prepare(torch.full((3, 4, 4), -2.0)).view.getpixel((0, 0)) == (0, 0, 0)

    def test_a_transform_is_not_applied_and_that_is_said(self):
        assert "was not applied" in prepare(torch.rand(3, 9, 9), transform=lambda x: x * 0).assumption
        assert prepare(torch.rand(3, 9, 9), transform=None).assumption == ""

    def test_many_channels(self):
        specimen = prepare(torch.rand(13, 5, 5), conv(13))
        assert specimen.view.mode == "RGB"
        assert "first three of 13" in specimen.assumption

    def test_a_model_that_rearranges_channels_decides_itself(self):
        model = nn.Sequential(nn.PixelUnshuffle(2), nn.Conv2d(12, 4, 1))
        assert prepare(torch.rand(3, 8, 8), model).input.shape == (1, 3, 8, 8)
        assert prepare(torch.rand(6, 8, 8), nn.Flatten()).input.shape == (1, 6, 8, 8)

    @pytest.mark.parametrize(
        ("tensor", "sentence"),
        [
            (torch.rand(9, 9), r"shape 9 × 9; give C × H × W"),
            (torch.rand(2, 3, 9, 9), r"one image of the batch, image\[0\]"),
            (torch.rand(3, 0, 9), "empty"),
            (torch.zeros(3, 9, 9, dtype=torch.uint8), r"torch.uint8.*image.float\(\) / 255"),
            (torch.zeros(3, 9, 9, dtype=torch.bool), "torch.bool"),
            (torch.rand(1, 9, 9), "1 channel, but the model's first convolution takes 3"),
        ],
    )
    def test_refused(self, tensor, sentence):
        with pytest.raises(ImageError, match=sentence):
            prepare(tensor)

    def test_not_finite_is_counted_and_located(self):
        tensor = torch.rand(3, 9, 9)
        tensor[1, 4, 5], tensor[2, 0, 0] = torch.nan, -torch.inf
        with pytest.raises(ImageError, match=r"has 2 values .* channel 1 at row 4, column 5"):
            prepare(tensor)


class TestRefusals:
    def test_missing_file_names_the_nearest(self, tmp_path):
        photo(5, 5).save(tmp_path / "chelsea.png")
        with pytest.raises(ImageError, match=r"did you mean 'chelsea.png'"):
            prepare(tmp_path / "chelsae.png")
        with pytest.raises(ImageError, match="no folder"):
            prepare(tmp_path / "nowhere" / "chelsea.png")
        with pytest.raises(ImageError, match="has no such file"):
            prepare(tmp_path / "zzzzzzzz")
        with pytest.raises(ImageError, match="is a folder"):
            prepare(tmp_path)
        with pytest.raises(ImageError, match="is an address"):
            prepare("https://example.org/cat.png")

    def test_files_that_are_no_images(self, tmp_path):
        (tmp_path / "text.png").write_text("no image")
        with pytest.raises(ImageError, match="not an image"):
            prepare(tmp_path / "text.png")
        photo(50, 50).save(tmp_path / "whole.png")
        (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:2000])
        with pytest.raises(ImageError, match="could not be read"):
            prepare(tmp_path / "cut.png")

    @pytest.mark.parametrize("thing", [None, 7, [1, 2], b"bytes"])
    def test_other_types(self, thing):
        with pytest.raises(ImageError, match="give a PIL image, a path, a numpy array or a torch tensor"):
            prepare(thing)

    @pytest.mark.parametrize(
        ("array", "sentence"),
        [
            (np.zeros((2, 9, 9, 3), np.uint8), r"one image of the batch, array\[0\]"),
            (np.zeros(9), "1 axes"),
            (np.zeros((0, 9, 3), np.uint8), "empty"),
            (np.zeros((3, 40, 40), np.uint8), r"transpose\(1, 2, 0\)"),
            (np.zeros((9, 9, 5), np.uint8), "5 channels and the model wants 3"),
            (np.zeros((9, 9, 2), np.uint8), "2 channels"),
            (np.full((9, 9, 3), 200.0), "from 200 to 200, outside.*divide by 255 or pass uint8"),
            (np.full((9, 9, 3), -0.5), "scale it, or pass a tensor"),
            (np.zeros((9, 9, 3), np.int64), "dtype int64; give uint8"),
            (np.zeros((9, 9), np.uint16), "65535"),
            (np.zeros((9, 9), np.complex64), "complex64"),
        ],
    )
    def test_arrays(self, array, sentence):
        with pytest.raises(ImageError, match=sentence):
            prepare(array)

    def test_arrays_with_nan(self):
        array = np.zeros((9, 9, 3))
        array[2, 3, 1] = array[4, 4, 0] = np.nan
        with pytest.raises(ImageError, match=r"has 2 values .* row 2, column 3, channel 1"):
            prepare(array)

    def test_empty_picture(self):
        with pytest.raises(ImageError, match="empty"):
            prepare(Image.new("RGB", (0, 5)))

    def test_colour_picture_for_thirteen_channels(self):
        with pytest.raises(ImageError, match="3 channels and the model wants 13"):
            prepare(photo(9, 9), conv(13))

    @pytest.mark.parametrize(
        ("transform", "sentence"),
        [
            ("imagenet", "transform is 'imagenet'; give 'auto', None"),
            (7, "transform is of type int"),
            ({"colour": 1}, "transform is of type dict"),
            (WEIGHTS, "give a member of it, such as .DEFAULT"),
            ({"input_size": (3, 9, 9), "crop_mode": "centre"}, "did you mean 'center'"),
            ({"input_size": (3, 9, 9), "interpolation": "random"}, "it can be 'nearest'"),
        ],
    )
    def test_transforms(self, transform, sentence):
        with pytest.raises(OptionError, match=sentence):
            prepare(photo(9, 9), transform=transform)


class TestColours:
    """From values to colours and back, whatever made the values."""

    KINDS = {  # noqa: RUF012
        "recipe": lambda: prepare(photo(300, 200)),
        "values left alone": lambda: prepare(photo(40, 30), conv(1)),
        "many channels": lambda: prepare(RNG.uniform(0, 1, (20, 30, 13)), conv(13)),
        "border": lambda: prepare(photo(300, 200), transform=CONFIGS[4]),
        "measured": lambda: prepare(
            photo(60, 40), transform=lambda image: T.functional.to_tensor(image) * 4 - 1
        ),
        "channels swapped": lambda: prepare(
            photo(60, 40), transform=lambda image: 2 * T.functional.to_tensor(image).flip(0) + 1
        ),
        "unscaled": lambda: prepare(
            photo(60, 40), transform=lambda image: T.functional.to_tensor(image) ** 2 * 9 - 3
        ),
        "tensor": lambda: prepare(torch.rand(3, 9, 11)),
        "tensor of unknown scale": lambda: prepare(torch.randn(3, 9, 11)),
        "constant tensor": lambda: prepare(torch.full((3, 9, 11), -2.0)),
    }

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_view_is_drawn_by_them_and_back_again(self, kind):
        specimen = self.KINDS[kind]()
        values = specimen.planes.double().numpy()
        colours = specimen.colours.decode(values)
        drawn = np.moveaxis(colours, 0, 2)[:, :, :3].squeeze(2 if len(values) == 1 else ())
        assert np.abs(np.array(specimen.view) - np.clip(drawn, 0, 1) * 255).max() <= 0.5001
        assert np.abs(specimen.colours.encode(colours) - values).max() < 1e-9 * max(1, np.abs(values).max())
        grey = np.full_like(colours, 0.5)
        assert (specimen.colours.encode(grey) - specimen.colours.grey[:, None, None]) == pytest.approx(0)

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_copy_of_the_input_looks_the_same(self, kind):
        specimen = self.KINDS[kind]()
        tensor = specimen.input.clone()
        again = preprocess.with_input(specimen, tensor)
        assert again.input is tensor
        assert (np.array(again.view) == np.array(specimen.view)).all()
        assert again.view.mode == specimen.view.mode
        for name in ("original", "geometry", "name", "transform", "assumption", "colours"):
            assert getattr(again, name) is getattr(specimen, name)
        assert preprocess.with_input(specimen, specimen.input) is specimen

    def test_colours_are_those_of_the_recipe_to_the_last_bit_but_one(self):
        colours = prepare(photo(60, 40)).colours
        for values, level in ((colours.black, 0), (colours.white, 1)):
            assert values == pytest.approx(((level - MEAN) / STD).flatten().tolist())

    def test_the_scale_stays_when_the_values_reach_further(self):
        specimen = prepare(torch.linspace(-1, 1, 12).reshape(1, 3, 4), conv(1))
        darker = preprocess.with_input(specimen, specimen.input.clamp(max=0))
        assert np.array(darker.view).max() == 128  # min–max anew would make it white again

    def test_another_shape_or_nan_is_refused(self):
        specimen = prepare(torch.rand(3, 9, 11))
        with pytest.raises(ImageError, match=r"shape 3 × 9 × 11; give 1 × 3 × 9 × 11"):
            preprocess.with_input(specimen, torch.rand(3, 9, 11))
        with pytest.raises(ImageError, match="NaN"):
            preprocess.with_input(specimen, torch.full((1, 3, 9, 11), torch.nan))
