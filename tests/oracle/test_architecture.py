"""The facts of the architecture against other counts: torchinfo, torch.fx, hand-made tables and gradients."""

import math
import operator
import random
import re

import pytest
import torch
import torchinfo
import torchvision
from torch import fx, nn
from torch.nn import functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from nnscope import Probe
from nnscope.network.flow import Flow

COUNTED = [
    "alexnet",
    "convnext_tiny",
    "densenet121",
    "efficientnet_b0",
    "mnasnet0_5",
    "mobilenet_v2",
    "mobilenet_v3_small",
    "regnet_y_400mf",
    "resnet50",
    "shufflenet_v2_x1_0",
    "squeezenet1_1",
    "vgg11",
]


def built(name):
    torch.manual_seed(0)
    return torchvision.models.get_model(name, weights=None, num_classes=1000).eval()


@pytest.mark.parametrize("name", COUNTED)
def test_parameters_and_multiply_adds_are_those_of_torchinfo_and_of_the_flop_counter(name):
    model, x = built(name), torch.randn(1, 3, 224, 224)
    table = Probe(model, x).layers
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(x)
    assert table.multiply_adds == counter.get_total_flops() // 2
    told = torchinfo.summary(model, input_data=x, depth=20, verbose=0)
    assert table.parameters == told.total_params
    names = {module: name for name, module in model.named_modules()}
    checked = 0
    for row in told.summary_list:
        layer = row.module in names and names[row.module] in table and table[names[row.module]]
        if not layer:
            continue
        assert layer.parameters == row.num_params
        # Of a linear layer on tokens, torchinfo counts the first one alone.
        if isinstance(row.module, nn.Conv2d) or (isinstance(row.module, nn.Linear) and len(layer.shape) == 1):
            # It counts the addition of the bias, too.
            biases = math.prod(row.output_size) if row.module.bias is not None else 0
            assert layer.multiply_adds == row.macs - biases, layer.name
            checked += 1
    assert checked >= 8


def test_products_of_attention_are_counted():
    """Of ViT-B/32: 50 tokens, 12 layers; every product by its own formula."""
    table = Probe(built("vit_b_32"), torch.randn(1, 3, 224, 224)).layers
    tokens, width, hidden = 50, 768, 3072
    layer = tokens * (4 * width * width + 2 * width * hidden) + 2 * tokens * tokens * width
    patches = 49 * width * 3 * 32 * 32
    assert table.multiply_adds == 12 * layer + patches + width * 1000


class Attending(nn.Module):
    """Cells of an image ask some of them, in heads of which several may share a key."""

    def __init__(self, shape, inference):
        super().__init__()
        self.heads, self.shared, self.keys, width, values = shape
        self.inference = inference
        self.q, self.k = nn.Linear(3, self.heads * width), nn.Linear(3, self.shared * width)
        self.v = nn.Linear(3, self.shared * values)

    def forward(self, x):
        with torch.inference_mode(self.inference):
            cells = x.flatten(2).mT
            asked = cells[:, : self.keys]
            q = self.q(cells).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            k, v = (part(asked).unflatten(-1, (self.shared, -1)).transpose(1, 2) for part in (self.k, self.v))
            grouped = {} if self.heads == self.shared else {"enable_gqa": True}
            return F.scaled_dot_product_attention(q, k, v, **grouped)


def takes_grouped_queries():
    q = torch.ones(1, 2, 1, 1)
    try:
        F.scaled_dot_product_attention(q, q[:, :1], q[:, :1], enable_gqa=True)
    except TypeError:
        return False
    return True


@pytest.mark.parametrize("inference", [False, True])
@pytest.mark.parametrize("backend", [SDPBackend.MATH, SDPBackend.FLASH_ATTENTION])
@pytest.mark.parametrize(
    "shape",  # heads, heads of keys and values, keys, width of a key, of a value
    [(1, 1, 16, 8, 8), (4, 4, 16, 8, 8), (4, 4, 7, 8, 8), (4, 4, 7, 8, 5), (4, 2, 7, 8, 8), (6, 1, 16, 4, 4)],
)
def test_products_of_fused_attention_are_those_counted_by_hand(shape, backend, inference):
    heads, shared, keys, width, values = shape
    if heads != shared and not takes_grouped_queries():
        pytest.skip("this torch knows no grouped queries")
    model = Attending(shape, inference).eval()
    with sdpa_kernel([backend, SDPBackend.MATH]):  # not every shape has a fused kernel
        layers = Probe(model, torch.randn(1, 3, 4, 4)).layers
    projected = 3 * (16 * heads * width + keys * shared * (width + values))
    assert layers.multiply_adds == projected + heads * 16 * keys * (width + values)


FUSED = re.compile("aten::(_scaled_dot_product_[a-z_]+)(?<!_backward)(?<!_math)")  # math is never asked whole


@pytest.mark.parametrize(
    "name", sorted(found[1] for op in torch._C._dispatch_get_all_op_names() if (found := FUSED.fullmatch(op)))
)
def test_products_of_attention_are_counted_on_every_device(name):
    """Each fused operator of torch, by shapes alone."""
    q, k, v = (torch.empty(2, 4, cells, 8, device="meta") for cells in (16, 7, 7))
    fused, flow = getattr(torch.ops.aten, name), Flow()
    more = {"attn_bias": None, "compute_log_sumexp": False}
    taken = {argument.name for argument in fused.default._schema.arguments}
    try:
        with flow.counting():
            fused(q, k, v, **{name: value for name, value in more.items() if name in taken})
    except NotImplementedError:
        pytest.skip("this torch runs it on its own device alone")
    assert flow.multiply_adds == 2 * 4 * 16 * 7 * (8 + 8)


class Encoding(nn.Module):
    def __init__(self, part, inference):
        super().__init__()
        self.part, self.inference = part, inference

    def forward(self, x):
        cells = x.flatten(2).mT
        with torch.inference_mode(self.inference):
            if isinstance(self.part, nn.MultiheadAttention):
                return self.part(cells, cells, cells, need_weights=False)[0]
            return self.part(cells)


@pytest.mark.parametrize("inference", [False, True])
@pytest.mark.parametrize("trained", [False, True])
def test_products_of_torchs_own_attention_are_counted_also_where_it_would_fuse(trained, inference):
    n, width, hidden = 16, 12, 20
    attention = 4 * n * width**2 + 2 * n**2 * width
    part = nn.MultiheadAttention(width, 2, batch_first=True)
    block = nn.TransformerEncoderLayer(width, 2, hidden, batch_first=True)
    for module, products in (
        (part, attention),
        (nn.TransformerEncoder(block, 2), 2 * (attention + 2 * n * width * hidden)),
    ):
        model = Encoding(module, inference).eval().requires_grad_(trained)
        assert Probe(model, torch.randn(1, width, 4, 4)).layers.multiply_adds == products


# -- receptive fields -----------------------------------------------------------------------

VGG = {0: 3, 2: 5, 4: 6, 5: 10, 7: 14, 9: 16, 10: 24, 12: 32, 14: 40, 16: 44, 17: 60, 19: 76, 21: 92}
VGG |= {23: 100, 24: 132, 26: 164, 28: 196, 30: 212}
RESNET = {"conv1": 7, "maxpool": 11, "layer1.0.conv1": 19, "layer1.0.conv2": 27, "layer1": 43}
RESNET |= {"layer2.0.conv1": 51, "layer2.0.downsample.0": 43, "layer2": 99, "layer3": 211, "layer4": 435}


def test_the_receptive_fields_of_vgg_16_are_those_computed_by_hand():
    layers = Probe(built("vgg16"), torch.randn(1, 3, 224, 224)).layers
    assert {i: layers[f"features.{i}"].receptive_field for i in VGG} == {i: (n, n) for i, n in VGG.items()}
    assert layers["features.30"].effective_stride == (32, 32)
    assert layers["classifier.0"].receptive_field == (math.inf, math.inf)


def test_the_receptive_fields_of_resnet_18_are_those_computed_by_hand():
    layers = Probe(built("resnet18"), torch.randn(1, 3, 224, 224)).layers
    assert {name: layers[name].receptive_field for name in RESNET} == {n: (r, r) for n, r in RESNET.items()}
    assert layers["layer4"].effective_stride == (32, 32)
    assert layers["avgpool"].receptive_field == (math.inf, math.inf)


def test_dilation_widens_the_receptive_field():
    model = nn.Sequential(*(nn.Conv2d(3, 3, 3, padding=d, dilation=d) for d in (1, 2, 4, 8)), nn.MaxPool2d(2))
    layers = Probe(model, torch.randn(1, 3, 64, 64)).layers
    assert [layer.receptive_field for layer in layers] == [(n, n) for n in (3, 7, 15, 31, 32)]
    assert layers["3"].receptive_start == (-15, -15)


def random_chain(rng):
    """Some windowed layers in a row, with positive weights: whatever could matter has a gradient."""
    makers = [
        lambda: nn.Conv2d(
            2, 2, (rng.choice((1, 3, 5)), rng.choice((1, 2, 3))), rng.choice((1, 2)), rng.choice((0, 1, 2))
        ),
        lambda: nn.Conv2d(2, 2, 3, padding="same", dilation=rng.choice((1, 2, 3)), groups=rng.choice((1, 2))),
        lambda: nn.AvgPool2d(rng.choice((2, 3)), rng.choice((1, 2)), padding=rng.choice((0, 1))),
        lambda: nn.Upsample(scale_factor=2),
        lambda: nn.Upsample(scale_factor=2, mode="bilinear"),
        lambda: nn.ConvTranspose2d(2, 2, rng.choice((2, 3, 4)), 2, padding=rng.choice((0, 1))),
        nn.ReLU,
        lambda: nn.BatchNorm2d(2),
        lambda: nn.ZeroPad2d(rng.choice((1, 2))),
    ]
    layers = [rng.choice(makers)() for _ in range(rng.choice((2, 3, 4)))]
    model = nn.Sequential(nn.Conv2d(3, 2, 1), *layers).double().eval()
    for parameter in model.parameters():
        nn.init.uniform_(parameter, 0.5, 1)
    return model


def seen_by(model, x, cell):
    """First and last row and column whose pixels a cell of the output depends on."""
    (gradient,) = torch.autograd.grad(model(x)[0, 0][cell], x)
    places = [gradient[0].abs().sum((0, other)).nonzero() for other in (2, 1)]
    return [(int(found.min()), int(found.max())) for found in places]


@pytest.mark.parametrize("seed", range(60))
def test_the_receptive_field_is_where_a_gradient_can_be(seed):
    """Exact for windows; behind an upsampling, where cells differ, at most that, and within a step of it."""
    model = random_chain(random.Random(seed))
    x = torch.rand(1, 3, 48, 48, dtype=torch.float64, requires_grad=True)
    layers = Probe(model, x.detach()).layers
    layer, steps = layers[-1], [row.effective_stride for row in layers]
    for offset in range(4):
        cell = tuple(side // 2 + offset for side in layer.shape[1:])
        for axis, (first, last) in enumerate(seen_by(model, x, cell)):
            size = layer.receptive_field[axis]
            start = layer.receptive_start[axis] + cell[axis] * layer.effective_stride[axis]
            coarsest = max(step[axis] for step in steps)
            if steps == sorted(steps):  # never back to smaller steps
                assert (first, last - first + 1) == (start, size)
            else:
                assert size - coarsest <= last - first + 1 <= size
                assert start - coarsest <= first <= last <= start + size - 1 + coarsest


@pytest.mark.parametrize("name", ["alexnet", "densenet121", "googlenet", "mobilenet_v2", "resnext50_32x4d"])
def test_no_pixel_outside_the_receptive_field_has_a_gradient(name):
    model, x = built(name), torch.randn(1, 3, 224, 224, requires_grad=True)
    table = Probe(model, x.detach()).layers
    outputs = {}
    for part, module in model.named_modules():
        module.inplace = False
        module.register_forward_hook(lambda _module, _args, out, part=part: outputs.update({part: out}))
    model(x)
    once = [row for row in table.viewable if row.name in outputs and f"{row.name}:2" not in table]
    small = [row for row in once if row.receptive_field is not None and max(row.receptive_field) < 200]
    for layer in random.Random(0).sample(small, 8):
        cell = [side // 2 for side in layer.shape[1:]]
        out = outputs[layer.name][0, :, cell[0], cell[1]].sum()
        (gradient,) = torch.autograd.grad(out, x, retain_graph=True)
        assert gradient.any()
        for axis in (0, 1):
            first = layer.receptive_start[axis] + cell[axis] * layer.effective_stride[axis]
            inside = torch.arange(224)[max(0, first) : first + layer.receptive_field[axis]]
            assert not gradient.abs().sum((0, 1, 3 - axis)).index_fill(0, inside, 0).any(), layer.name


class Odd(nn.Module):
    """Functions for which there is a rule, and one for which there is none."""

    def __init__(self):
        super().__init__()
        self.conv, self.gate, self.norm = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 1), nn.GroupNorm(2, 4)

    def forward(self, x):
        x = F.relu(self.conv(x), inplace=True)
        y = torch.cat([x, F.max_pool2d(x, 3, 1, 1)], 1)
        z = x * torch.sigmoid(self.gate(F.adaptive_avg_pool2d(x, 1)))
        flipped = x.flip(-1)
        return y, z, flipped + 1, self.norm(x), x[:, :, 1:] * 2


def measured(forward, size=16, **parts):
    """The layers of a model with that forward pass, and how many rows and columns reach its middle."""
    model = type("Model", (nn.Module,), {"forward": forward})()
    for name, part in parts.items():
        setattr(model, name, part)
    for parameter in model.double().eval().parameters():
        nn.init.uniform_(parameter, 0.5, 1)
    x = torch.rand(1, 3, size, size, dtype=torch.float64, requires_grad=True)
    middle = tuple(side // 2 for side in model(x).shape[2:])
    return Probe(model, x.detach()).layers, tuple(b - a + 1 for a, b in seen_by(model, x, middle))


def conv(*size, **more):
    return nn.Conv2d(3, 4, *size, **more)


@pytest.mark.parametrize(
    ("forward", "parts"),
    [
        (lambda self, x: self.c(x.transpose(2, 3)), {"c": conv((5, 1), padding=(2, 0))}),
        (lambda self, x: F.interpolate(self.c(x), (4, 4), mode="area"), {"c": conv(1)}),
        (lambda self, x: F.logsigmoid(self.c(x)), {"c": conv(3)}),
        (
            lambda self, x: self.n(self.c(x)),
            {"c": conv(3), "n": nn.InstanceNorm2d(4, track_running_stats=True)},
        ),
    ],
    ids=["turned", "area", "log sigmoid", "learned statistics"],
)
def test_odd_functions_see_what_gradients_reach(forward, parts):
    layers, reached = measured(forward, **parts)
    assert layers[-1].receptive_field == reached


def test_the_larger_of_two_tensors_is_no_mean_over_places():
    layers, _ = measured(lambda self, x: torch.max(self.c(x), self.c(x) + 1), c=conv(3))
    assert layers["max"].receptive_field == (3, 3)


def test_statistics_of_the_image_itself_reach_everywhere():
    norm = nn.BatchNorm2d(4, track_running_stats=False)
    layers, reached = measured(lambda self, x: self.n(self.c(x)), c=conv(3), n=norm)
    assert (layers["n"].receptive_field, reached) == ((math.inf, math.inf), (16, 16))


def packed(self, x):
    """Four neighbours as channels of one cell."""
    n, c, h, w = self.a(x).shape
    cells = self.a(x).view(n, c, h // 2, 2, w // 2, 2).permute(0, 3, 5, 1, 2, 4)
    return self.c(cells.reshape(n, 4 * c, h // 2, w // 2))


def test_behind_places_that_became_channels_nobody_knows():
    layers, _ = measured(packed, a=nn.Conv2d(3, 3, 1), c=nn.Conv2d(12, 4, 3))
    assert layers["c"].receptive_field is None


def test_what_sees_all_and_what_nobody_knows():
    layers = Probe(Odd(), torch.randn(1, 3, 16, 16)).layers
    everywhere = (math.inf, math.inf)
    fields = {name: layers[name].receptive_field for name in layers.names}
    assert fields == {
        "conv": (3, 3),
        "relu": (3, 3),
        "max_pool2d": (5, 5),
        "cat": (5, 5),
        "adaptive_avg_pool2d": everywhere,
        "gate": everywhere,
        "sigmoid": everywhere,
        "mul": everywhere,
        "flip": None,
        "add": None,
        "norm": everywhere,
        "mul:2": None,
    }
    assert layers["mul"].effective_stride == (1, 1)


def test_attention_sees_every_patch():
    layers = Probe(built("vit_b_32"), torch.randn(1, 3, 224, 224)).layers
    assert layers["conv_proj"].receptive_field == (32, 32)
    assert layers["encoder.layers.encoder_layer_0.ln_1"].receptive_field == (32, 32)
    assert layers["encoder.layers.encoder_layer_0"].receptive_field == (math.inf, math.inf)
    assert layers["encoder.layers.encoder_layer_0"].effective_stride == (32, 32)


# -- what reads what ------------------------------------------------------------------------

MOVES = {torch.flatten, getattr, "size", "view", "flatten", torch.transpose, operator.getitem}


def traced(model):
    """The edges as torch.fx finds them without running the model: each node by its place in the order."""
    places, edges = {}, []

    def sources(node):
        if node.op == "placeholder":
            return {-1}
        if node in places:
            return {places[node]}
        return set().union(*map(sources, node.all_input_nodes)) if node.all_input_nodes else set()

    for node in fx.symbolic_trace(model).graph.nodes:
        if node.op in ("placeholder", "output", "get_attr") or node.target in MOVES:
            continue
        edges.append(sorted(set().union(*map(sources, node.all_input_nodes))))
        places[node] = len(places)
    return edges


@pytest.mark.parametrize(
    "name", ["alexnet", "densenet121", "efficientnet_b0", "resnet18", "regnet_y_400mf", "squeezenet1_1"]
)
def test_the_edges_are_those_that_torch_fx_traces(name):
    model = built(name)
    layers = [row for row in Probe(model, torch.randn(1, 3, 224, 224)).layers if row.inside is None]
    places = {-1: -1, **{row.index: place for place, row in enumerate(layers)}}
    assert [sorted(places[i] for i in row.reads) for row in layers] == traced(model)


class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(_ctx, x):
        return x * 2

    @staticmethod
    def backward(_ctx, gradient):
        return gradient * 2


class Hidden(nn.Module):
    """Its function is no function of torch."""

    def forward(self, x):
        return Doubled.apply(x)


def test_what_is_written_in_place_is_read_from_there():
    def forward(self, x):
        y = self.c(x)
        torch.relu_(y[:, :2])
        return self.h(self.d(y))

    layers, _ = measured(forward, c=conv(3), d=nn.Conv2d(4, 4, 3), h=Hidden())
    assert layers["d"].reads == (layers["c"].index, layers["relu"].index)
    assert layers["h"].reads == (layers["d"].index,)


def test_products_of_what_is_no_layer_and_under_inference_mode_are_counted():
    class Flat(nn.Module):
        def __init__(self):
            super().__init__()
            self.c, self.fc = conv(3), nn.Linear(784, 5)

        def forward(self, x):
            return self.fc(self.c(x).flatten())[None]

    class Inferring(Flat):
        @torch.inference_mode()
        def forward(self, x):
            return super().forward(x)

    x = torch.randn(1, 3, 16, 16)
    for model in (Flat(), Inferring()):
        assert Probe(model, x).layers.multiply_adds == 14 * 14 * 4 * 27 + 784 * 5


def test_a_block_tells_what_is_inside_and_where_it_is_called():
    layers = Probe(built("resnet18"), torch.randn(1, 3, 64, 64)).layers
    first, last = layers["layer1.1"].inside
    assert [layers[i].name for i in range(first, last + 1)] == [
        *("layer1.1.conv1", "layer1.1.bn1", "layer1.1.relu", "layer1.1.conv2", "layer1.1.bn2"),
        *("layer1.1.add", "layer1.1.relu:2"),
    ]
    assert {layers[i].block for i in range(first, last + 1)} == {"layer1.1"}
    assert (layers["layer1.1"].block, layers["layer1"].block) == ("layer1", "")
    assert layers["layer1.1.add"].reads == (layers["layer1.0.relu:2"].index, layers["layer1.1.bn2"].index)
