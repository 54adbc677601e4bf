"""Tokens on their grid, and attention, against the models' own eager code."""

import copy

import pytest
import timm
import torch
import torchvision
from timm.models.swin_transformer import window_reverse

import nnscope
from nnscope.errors import LayerNotFoundError, OptionError

CLOSE = {"rtol": 1e-5, "atol": 1e-7}  # rounding of another order of summation
X = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))


def seeded(name, **options):
    torch.manual_seed(0)
    return timm.create_model(name, **options).eval()


@pytest.fixture(scope="module")
def vit():
    return seeded("vit_tiny_patch16_224", img_size=64)


@pytest.fixture(scope="module")
def probe(vit):
    return nnscope.Probe(vit, X, labels=None)


def kept(model, x, *names):
    """Outputs of the named modules, by hooks."""
    found = {}
    handles = [
        model.get_submodule(name).register_forward_hook(
            lambda _m, _a, out, name=name: found.__setitem__(name, out)
        )
        for name in names
    ]
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return found


def eager_attention(model, x, block):
    """The softmax of a timm block, asked of the code that does not fuse it."""
    model = copy.deepcopy(model)
    attn = model.get_submodule(f"{block}.attn")
    attn.fused_attn = False
    return kept(model, x, f"{block}.attn.attn_drop")[f"{block}.attn.attn_drop"]


@pytest.mark.parametrize(
    "name", ["blocks.0.norm1", "blocks.3.attn.qkv", "blocks.3.mlp.fc1", "blocks.11", "norm"]
)
def test_tokens_stand_on_the_grid_of_the_patches(vit, probe, name):
    tokens = kept(vit, X, name)[name][:, 1:]
    assert torch.equal(probe.activations(name), tokens[0].T.reshape(-1, 4, 4))
    assert probe.layers[name].shape == (17, tokens.shape[-1])
    assert probe.layers[name].picture == (tokens.shape[-1], 4, 4)


@pytest.mark.parametrize(
    ("name", "prefix", "size", "grid"),
    [
        ("deit_tiny_distilled_patch16_224", 2, (64, 96), (4, 6)),
        ("vit_small_patch14_reg4_dinov2", 5, (56, 42), (4, 3)),
        ("beit_base_patch16_224", 1, (48, 64), (3, 4)),
    ],
)
def test_prefixes_of_any_length_and_grids_of_any_shape(name, prefix, size, grid):
    model = (
        seeded(name, img_size=size, depth=2, dynamic_img_size=False)
        if "dinov2" in name
        else seeded(name, img_size=size)
    )
    x = torch.randn(1, 3, *size)
    made = nnscope.Probe(model, x, labels=None).activations("blocks.1")
    tokens = kept(model, x, "blocks.1")["blocks.1"][0, prefix:]
    assert torch.equal(made, tokens.T.reshape(-1, *grid))


def test_attention_fused_by_torch_is_recomputed(vit, probe):
    expected = eager_attention(vit, X, "blocks.3")
    row = probe.layers["blocks.3.attn.softmax"]
    assert (row.shape, row.picture, row.family) == ((3, 17, 17), (3, 4, 4), "attention")
    torch.testing.assert_close(
        probe.activations(row.name), expected[0, :, 0, 1:].view(3, 4, 4), rtol=1e-5, atol=1e-7
    )
    for y, x in ((0, 0), (2, 3)):
        seen = probe.activations(f"{row.name}@{y},{x}")
        torch.testing.assert_close(
            seen, expected[0, :, 1 + 4 * y + x, 1:].view(3, 4, 4), rtol=1e-5, atol=1e-7
        )


def test_attention_of_torchs_own_module_is_asked_of_it():
    torch.manual_seed(0)
    model = torchvision.models.vit_b_16(image_size=64).eval()
    inside, name = {}, "encoder.layers.encoder_layer_2.self_attention"
    attention = model.get_submodule(name)
    attention.register_forward_pre_hook(lambda _m, args: inside.update(args=args))
    with torch.no_grad():
        model(X)
        expected = attention(*inside["args"], need_weights=True, average_attn_weights=False)[1]
    probe = nnscope.Probe(model, X, labels=None)
    for asked, row in (("", 0), ("@1,2", 1 + 6)):
        seen = probe.activations(f"{name}.softmax{asked}")
        torch.testing.assert_close(seen, expected[0, :, row, 1:].view(12, 4, 4), **CLOSE)


@pytest.mark.parametrize(("block", "shift"), [(0, 0), (1, 2)])
def test_windows_are_put_together_where_they_were_cut_out(block, shift):
    model = seeded("swin_tiny_patch4_window7_224", img_size=64, window_size=4)
    name = f"layers.0.blocks.{block}.attn"
    weights = kept(model, X, f"{name}.softmax")[f"{name}.softmax"]  # [windows, heads, 16, 16]
    windows = weights.mean(2).permute(0, 2, 1).reshape(-1, 4, 4, weights.shape[1])
    expected = window_reverse(windows, (4, 4), 16, 16).roll((shift, shift), (1, 2))[0].permute(2, 0, 1)
    probe = nnscope.Probe(model, X, labels=None)
    row = probe.layers[f"{name}.softmax"]
    assert row.asked == "mean of all patches"
    torch.testing.assert_close(probe.activations(row.name), expected, **CLOSE)
    one = probe.activations(f"{name}.softmax@5,9")
    torch.testing.assert_close(one.sum((1, 2)), torch.ones(3))
    assert int((one != 0).sum()) == 3 * 16
    block = kept(model, X, name.removesuffix(".attn"))[name.removesuffix(".attn")]
    assert torch.equal(probe.activations(name.removesuffix(".attn")), block[0].permute(2, 0, 1))


def test_gradcam_of_tokens_is_the_formula_on_their_grid(vit):
    name, target = "blocks.10.norm1", 7
    model, x = copy.deepcopy(vit).double(), X.double()
    inside = {}
    model.get_submodule(name).register_forward_hook(lambda _m, _a, out: inside.update(a=out))
    score = model(x)[0, target]
    (gradient,) = torch.autograd.grad(score, inside["a"])
    a, g = (t[0, 1:].T.reshape(-1, 4, 4) for t in (inside["a"], gradient))
    expected = (g.mean((1, 2))[:, None, None] * a).sum(0).detach()
    probe = nnscope.Probe(vit.double(), x, labels=None)
    for made in (probe.cam(name, target), probe.cams(target)[name]):
        assert float((made.raw - expected).abs().max() / expected.abs().max()) < 1e-6
    vit.float()


def test_the_map_nobody_chose_a_layer_for_is_where_the_patches_still_count(probe):
    assert probe.cam(target=3).layer == "blocks.11.norm1"
    assert "class token" in probe.cam("blocks.11", 3).doubt
    with pytest.raises(OptionError, match="is an attention map"):
        probe.cam("blocks.3.attn.softmax", 3)
    assert "blocks.3.attn.softmax" not in probe.cams(3)


@pytest.mark.parametrize(
    ("name", "error", "says"),
    [
        ("blocks.3.attn.softmax@4,0", OptionError, "has patches @0,0 to @3,3, not @4,0"),
        ("blocks.3@1,1", OptionError, "is no attention map"),
        ("blocks.99.attn.softmax@1,1", LayerNotFoundError, "has no layer"),
    ],
)
def test_a_patch_that_cannot_ask_is_refused(probe, name, error, says):
    with pytest.raises(error, match=says):
        probe.activations(name)


def test_statistics_and_tiles_of_a_patchs_attention_are_its_own(probe):
    name = "blocks.3.attn.softmax@2,1"
    exact = probe.activations(name)
    assert torch.equal(probe.stats(name).max, exact.amax((1, 2)))
    assert torch.equal(probe.channel(name, 2), exact[2])
    assert probe.at_hand("blocks.5.attn.softmax@1,1")
