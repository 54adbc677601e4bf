"""The methods a second time: the papers' formulas written out plainly, in float64, on a copy of the model.

Nothing here is shared with the package: modules are hooked on a copy without anything in place, ReLUs get
another way back by replacing the functions of ``torch.nn.functional``.
"""

import copy
import math
from contextlib import contextmanager

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F


class Twin:
    """A copy of a model in float64, asked for one class."""

    def __init__(self, model, x, target):
        self.model = copy.deepcopy(model).double().eval().requires_grad_(False)
        for module in self.model.modules():
            if hasattr(module, "inplace"):
                module.inplace = False
        self.x, self.target = x.double(), target

    def score(self, x):
        return self.model(x)[:, self.target]

    def pair(self, layer):
        """Activation of a module and the gradient at it, ``[C, H, W]``."""
        kept = []

        def keep(_module, _args, output):
            kept.append(output.detach().requires_grad_())
            return kept[0].clone()  # what comes next may write into it

        with self.hooked(layer, keep):
            score = self.score(self.x)[0]
        (gradient,) = torch.autograd.grad(score, kept)
        return grid(kept[0].detach()), grid(gradient)

    def without(self, layer, channel):
        """The score with one channel of a layer set to 0 (of tokens, on the grid alone)."""

        def drop(_module, _args, output):
            output = output.clone()
            if output.dim() == 4:
                output[:, channel] = 0
            else:
                output[:, -cells(output) :, channel] = 0
            return output

        with torch.no_grad(), self.hooked(layer, drop):
            return self.score(self.x)[0]

    @contextmanager
    def hooked(self, layer, hook):
        handle = self.model.get_submodule(layer).register_forward_hook(hook)
        try:
            yield
        finally:
            handle.remove()

    def gradient(self, x=None):
        x = (self.x if x is None else x).clone().requires_grad_()
        (gradient,) = torch.autograd.grad(self.score(x).sum(), [x])
        return gradient[0] if len(x) == 1 else gradient


def cells(tokens):
    return math.isqrt(tokens.shape[1]) ** 2


def grid(output):
    if output.dim() == 4:
        return output[0]
    side = math.isqrt(output.shape[1])
    return output[0, -side * side :].T.reshape(-1, side, side)


# -- maps of a layer ------------------------------------------------------------------------------


def weighted(weights, a):
    return (weights[:, None, None] * a).sum(0)


def gradcam(twin, layer):
    a, g = twin.pair(layer)
    return weighted(g.mean((1, 2)), a)


def gradcam_plus_plus(twin, layer):
    a, g = twin.pair(layer)
    whole = a.sum((1, 2), keepdim=True)
    alpha = torch.where(g != 0, g**2 / (2 * g**2 + whole * g**3), 0)
    return weighted((alpha.nan_to_num() * g.clamp(min=0)).sum((1, 2)), a)


def hirescam(twin, layer):
    a, g = twin.pair(layer)
    return (g * a).sum(0)


def layercam(twin, layer):
    a, g = twin.pair(layer)
    return (g.clamp(min=0) * a).sum(0)


def xgradcam(twin, layer):
    a, g = twin.pair(layer)
    whole = a.sum((1, 2))
    return weighted(torch.where(whole != 0, (g * a).sum((1, 2)) / whole, 0), a)


def projected(values):
    """The values along their first principal axis, with the sign that sums to a positive number."""
    table = values.flatten(1).T.numpy()
    axis = np.linalg.svd(table, full_matrices=False)[2][0]
    made = table @ axis
    made = made if made.sum() >= 0 else -made
    return torch.from_numpy(made).reshape(values.shape[1:])


def eigencam(twin, layer):
    return projected(twin.pair(layer)[0])


def eigengradcam(twin, layer):
    a, g = twin.pair(layer)
    return projected(g * a)


def scorecam(twin, layer):
    a, _ = twin.pair(layer)
    scores = []
    with torch.no_grad():
        for channel in a:
            mask = F.interpolate(channel[None, None], twin.x.shape[2:], mode="bilinear", align_corners=False)
            spread = mask.max() - mask.min()
            mask = (mask - mask.min()) / spread if spread > 0 else torch.zeros_like(mask)
            scores.append(twin.score(twin.x * mask)[0])
    return weighted(torch.stack(scores).softmax(0), a)


def ablationcam(twin, layer):
    a, _ = twin.pair(layer)
    whole = twin.score(twin.x)[0]
    weights = [(whole - twin.without(layer, channel)) / whole for channel in range(len(a))]
    return weighted(torch.stack(weights), a)


def cam(twin, layer):
    a, _ = twin.pair(layer)
    last = [module for module in twin.model.modules() if isinstance(module, nn.Linear)][-1]
    return weighted(last.weight[twin.target], a)


# -- maps at the pixels ---------------------------------------------------------------------------


def gradient(twin):
    return twin.gradient()


def gradient_x_input(twin):
    return twin.gradient() * twin.x[0]


def noisy(twin, samples):
    draw = torch.Generator().manual_seed(0)
    sigma = 0.15 * (twin.x.max() - twin.x.min())
    noises = [torch.randn(twin.x.shape[1:], generator=draw).double() * sigma for _ in range(samples)]
    return torch.stack([twin.gradient(twin.x + noise) for noise in noises])


def smoothgrad(twin, samples):
    return noisy(twin, samples).mean(0)


def vargrad(twin, samples):
    return noisy(twin, samples).var(0, correction=0)


def integrated_gradients(twin, steps):
    points, weights = np.polynomial.legendre.leggauss(steps)
    way = [w / 2 * twin.gradient(twin.x * (p + 1) / 2) for p, w in zip(points, weights, strict=True)]
    return torch.stack(way).sum(0) * twin.x[0]


@contextmanager
def relus(rule):
    """Inside, ``F.relu`` and ``F.hardtanh`` from 0 hand the gradient on by another rule."""

    class Ruled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, top):
            ctx.save_for_backward((x > 0) & (x < top))
            return x.clamp(0, top)

        @staticmethod
        def backward(ctx, back):
            (passed,) = ctx.saved_tensors
            return (back * (back > 0) * passed if rule == "guided" else back * (back > 0)), None

    before = F.relu, F.hardtanh
    F.relu = lambda x, inplace=False: Ruled.apply(x, math.inf)
    F.hardtanh = lambda x, low, top, inplace=False: Ruled.apply(x, top)  # nn.ReLU6
    try:
        yield
    finally:
        F.relu, F.hardtanh = before


def guided_backprop(twin):
    with relus("guided"):
        return twin.gradient()


def deconvnet(twin):
    with relus("deconvnet"):
        return twin.gradient()


def guided_gradcam(twin, layer):
    raw = gradcam(twin, layer).clamp(min=0)
    mask = F.interpolate(raw[None, None], twin.x.shape[2:], mode="bilinear", align_corners=False)[0]
    return guided_backprop(twin) * mask


def occlusion(twin, window, stride):
    height, width = twin.x.shape[2:]
    total, cover = torch.zeros(2, height, width, dtype=torch.float64)
    with torch.no_grad():
        whole = twin.score(twin.x)[0]
        y = 0
        while True:
            x = 0
            while True:
                covered = twin.x.clone()
                covered[..., y : y + window, x : x + window] = 0
                drop = whole - twin.score(covered)[0]
                total[y : y + window, x : x + window] += drop
                cover[y : y + window, x : x + window] += 1
                if x + window >= width:
                    break
                x += stride
            if y + window >= height:
                break
            y += stride
    return total / cover


def rise(twin, samples, cells=8, keep=0.5):
    """After the authors' code: coarse grids, upsampled one cell too large, cut out at random."""
    draw = torch.Generator().manual_seed(0)
    height, width = twin.x.shape[2:]
    cell = math.ceil(height / cells), math.ceil(width / cells)
    total = torch.zeros(height, width, dtype=torch.float64)
    for _ in range(samples):
        small = (torch.rand(1, 1, cells, cells, generator=draw) < keep)[0, 0].numpy().astype(np.float32)
        large = Image.fromarray(small).resize(((cells + 1) * cell[1], (cells + 1) * cell[0]), Image.BILINEAR)
        top, left = (int(torch.randint(side, (), generator=draw)) for side in cell)
        mask = torch.from_numpy(np.array(large, np.float64))[top : top + height, left : left + width]
        with torch.no_grad():
            total += twin.model(twin.x * mask)[0].softmax(0)[twin.target] * mask
    return total / samples / keep
