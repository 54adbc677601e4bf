"""The packet: a small JSON header and one binary buffer. `js/src/wire.ts` mirrors this file.

A packet is a set of named arrays plus a few facts. The header says where each array lies::

    {"v": 1, "kind": "layer", …facts…,
     "arrays": [{"name": "lo", "dtype": "float32", "shape": [64], "offset": 0}, …]}

The buffer holds the arrays one after another: little-endian, C order, each starting at a
multiple of 4 bytes. ``dtype`` is ``"uint8"`` or ``"float32"``. Nothing else is in it.

Kinds of packet
---------------
``epoch`` is the number of a state: of the model's weights, the specimen, its edits, what is silenced, and of
the trait ``side``. The same state has the same number, also after going back to it.

``layer`` (traits ``_header`` and ``_tiles``; reply to ``get`` "coarse"): every channel, coarse.
    facts: ``epoch`` int, ``side`` ("this", "other", or "difference": values are this − other), ``layer`` str,
    ``channels`` C, ``size`` [H, W] native cells, ``tile`` [h, w];
    arrays: ``tiles`` uint8 [C, h, w] (codes, see below); ``lo``, ``hi`` float32 [C], the values of
    codes 0 and 254; ``min``, ``max``, ``mean``, ``std``, ``l2``, ``active``, ``nonfinite``
    float32 [C] at native resolution (``ChannelStats``).
``map`` (traits ``_map_header`` and ``_map``): the map of the current question.
    facts: ``epoch``, the question it answers as the traits put it (``layer``, ``target`` int | None,
    ``versus`` int | None, ``unit``, ``method``, ``style``: the trait ``map_style``), ``at`` ("layer" or
    "pixels"), ``sentence`` (provenance), ``doubt`` (a sentence or ""), ``done`` (1, or what fraction is
    there of a map that is still being made, or was stopped), ``signed`` (whether zero is the middle of a
    diverging table), ``ends`` [lo, hi] (the values of the first and the last colour), ``smooth`` (bilinear
    or exact cells);
    arrays: ``tiles`` uint8 [1, h, w] with ``lo``, ``hi`` float32 [1], at most 256 × 256 cells;
    ``shares`` float32 [C], or [0] where the method has none; ``weights`` float32 [C], by which each channel
    is multiplied in the map, or [0] where a channel has no one weight. The browser clips each cell to
    ``ends``, then interpolates, then colours.
``checks`` (traits ``_checks_header`` and ``_checks``): what speaks for and against the map.
    facts: ``epoch``, ``question`` (the sentence of the map that is checked), ``done`` 0 to 1, ``signed``,
    ``smooth``, ``rows``: a list, one a map, of ``label`` ("all 12 layers random"), ``kind`` ("map",
    "randomised" or "runner-up"), ``similarity`` (rank correlation with the map, -1 to 1, or None), ``ends``
    [lo, hi]; ``verdicts``: a list of sentences; ``deletion`` and ``insertion``: the area under the curve,
    0 to 1, or None;
    arrays: ``tiles`` uint8 [n, h, w] with ``lo``, ``hi`` float32 [n];
    ``fractions``, ``deletion``, ``insertion`` float32 [m]: how much of the image is gone (is there), and the
    class's probability then; [0] until they are known.
``native`` (reply to ``get`` "native"): some channels at native size.
    facts: ``epoch``, ``layer``, ``channels`` list of int, ``size`` [H, W];
    arrays: ``tiles`` uint8 [n, H, W], ``lo``, ``hi`` float32 [n], in the order of ``channels``.
``exact`` (reply to ``get`` "exact"): one channel as the network computed it.
    facts: ``epoch``, ``layer``, ``channels`` [c], ``size`` [H, W]; arrays: ``values`` float32 [1, H, W].
``kernels`` (reply to ``get`` "kernels"): what some output channels multiply.
    facts: ``epoch``, ``layer``, ``channels`` list of int, ``size`` [kH, kW], ``inputs`` I (input channels a
    kernel), ``outputs`` O (of the layer), ``groups``, ``transposed`` bool, ``shared`` [lo, hi] (over all
    weights of the layer), ``colour`` bool (three inputs that are red, green and blue), ``note`` (a sentence
    or ""); arrays: ``weights`` float32 [n, I, kH, kW], ``bias`` float32 [n] or [0] where there is none,
    ``first`` float32 [n], the number of the first input channel of each (its group's).
``statistics`` (reply to ``get`` "statistics"): histograms of a layer, or of one of its channels.
    facts: ``epoch``, ``layer``, ``channels`` [] or [c], ``target`` and ``unit`` (what the gradients are of,
    as in a ``map``), ``rows``: a list, one a histogram, of ``kind`` ("weights", "biases", "activations",
    "gradients"), ``sentence`` (of what, in words), ``count``, ``mean``, ``std``, ``min``, ``max``,
    ``zero`` (fraction exactly 0), ``dead`` (channels that are 0 everywhere) of
    ``channels``, ``saturated`` (values at a bound of their activation; None where it has none),
    ``nonfinite`` (count), ``ends`` [lo, hi] of the bins; ``missing``: a list of sentences on what there is
    no histogram of, and why;
    arrays: ``counts`` float32 [rows, bins].
``sum`` (reply to ``get`` "sum"): how one cell came about.
    facts: ``epoch``, ``layer``, ``channels`` [c], ``cell`` [y, x], ``operation`` ("convolution",
    "transposed convolution", "linear", "max-pooling", "average pooling", "norm", "activation"), ``source``
    (name of the layer it reads, "" for the input, None where that is not known), ``value`` (what the tensor
    holds), ``total`` (what the terms sum up to; either is None where it is no finite number), ``bias`` or
    None, ``size`` [kH, kW] of the patch, ``inputs`` list of int (input channels, as the source counts them),
    ``rows`` and ``columns`` (lists of int: which rows and columns of the input each row and column of the
    patch is, negative or too large in the padding; -1 between the cells of a transposed convolution),
    ``winner`` [i, y, x] into ``patch`` or None, ``formula`` (a list of lines: the arithmetic in words and
    numbers), ``shape`` (a list of lines: the output-size formula, then this layer's numbers in it);
    arrays: ``patch`` float32 [n, kH, kW] (-inf in the padding of a maximum), ``kernel`` float32 [n, kH, kW]
    or [0], ``partial`` float32 [n], the sum of each input channel, or [0].
``stages`` (reply to ``get`` "stages"): one channel through convolution, norm and activation.
    facts: ``epoch``, ``layer``, ``channels`` [c], ``ends`` [lo, hi] (one scale for all), ``stages``: a list
    of ``layer``, ``kind``, ``family``, ``size`` [H, W], ``cut`` (share of cells below zero before an
    activation that cuts there, else None), ``min``, ``max`` (None where nothing is finite);
    arrays: ``tiles`` uint8 [n, H, W], ``lo``, ``hi`` float32 [n].
``network`` (reply to ``get`` "network"): the graph of the recorded pass.
    facts: ``epoch``, ``tile`` [h, w], ``nodes``: a list, one a layer in the order of the pass, of ``name``,
    ``kind``, ``family``, ``shape`` (list), ``parameters``, ``multiply_adds``, ``memory`` (bytes of the
    output), ``receptive_field`` [h, w] in input pixels, each a number or "all", or None where unknown,
    ``effective_stride`` [h, w] in input pixels or None, ``viewable``, ``channel`` (the strongest, or None),
    ``thumb`` (row of ``tiles``, or None), ``inside`` (the nodes that are within its call: [first, last] in
    the order of the pass, or None for a layer with nothing inside), ``block`` (qualified name of the module
    it was called in; "" for the model); ``edges``: a list of [from, to], indices of nodes with nothing
    inside, -1 for the input; ``totals``: ``parameters``, ``multiply_adds``, ``memory``;
    arrays: ``tiles`` uint8 [m, h, w], ``lo``, ``hi`` float32 [m].
``effects`` (traits ``_effects_header`` and ``_effects``): what the score loses without each channel.
    facts: ``epoch``, ``layer``, ``target`` int | None, ``unit`` str, ``what`` (the score in words), ``whole``
    (the score with nothing more silenced, or None), ``done`` 0 to 1; arrays: ``effects`` float32 [C], NaN
    where nothing is known yet.
``pair`` (reply to ``get`` "pair"): some channels of this, of the other, and this − other.
    facts: ``epoch``, ``layer``, ``channels`` list of int, ``size`` [H, W]; arrays: ``this_tiles``,
    ``other_tiles``, ``difference_tiles`` uint8 [n, H, W], and ``this_lo``, ``this_hi``, … float32 [n].
``differences`` (reply to ``get`` "differences"): how much the layers differ, and the channels of one.
    facts: ``epoch``, ``layer``, ``names`` [this, other], ``images`` (over how many the layers were compared),
    ``layers``: a list, in the order of the pass, of ``name``, ``change`` (relative L2), ``correlation``,
    ``cka`` (each None where unknown), ``sentence`` (why it cannot be compared, or ""); arrays of the channels
    of ``layer``: ``change``, ``correlation``, ``this_mean``, ``other_mean``, ``this_max``, ``other_max``
    float32 [C], NaN where unknown.
``region`` (reply to ``get`` "region"): channels of all layers that answer to a part of the image.
    facts: ``epoch``, ``layer``, ``box`` [left, top, right, bottom] in pixels of the input, ``tile`` [h, w],
    ``rows``: a list, falling, of ``layer``, ``channel``, ``score``, ``inside``, ``outside``; arrays:
    ``tiles`` uint8 [rows, h, w] with ``lo``, ``hi`` float32 [rows]; ``scores`` float32 [C] of ``layer``, NaN
    where unknown.
``field`` (reply to ``get`` "field"): what in the image one cell depends on.
    facts: ``epoch``, ``layer``, ``channels`` [c], ``cell`` [y, x], and boxes [left, top, right, bottom] in
    pixels of the input, or None: ``box`` (what it could see at most), ``support`` (where the gradient is not
    zero), ``core`` (where most of it lies); arrays: ``tiles`` uint8 [1, H, W] with ``lo``, ``hi`` float32
    [1], the magnitude of the gradient.
``pins`` (reply to ``get`` "pins"): channels that are held in sight.
    facts: ``epoch``, ``tile`` [h, w], ``rows``: a list of ``unit``, ``layer``, ``channel``, ``min``, ``max``,
    ``mean`` (None where nothing is finite); arrays: ``tiles`` uint8 [n, h, w] with ``lo``, ``hi`` float32
    [n].
``wants`` (traits ``_wants_header`` and ``_wants``): what the enlarged channel wants, as far as its pictures
    have grown.
    facts: ``epoch``, ``layer``, ``channel`` c, ``size`` [h, w] of the pictures as they were made, ``steps``
    (of each picture in all), ``seed``, ``done`` 0 to 1, ``left`` (why it ended early, a sentence or ""),
    ``natural`` {"name", "score"} (of the images seen so far that are as they came, the one that the channel
    answers to most) or None, ``here`` (the score of the present image) or None, ``pictures``: a list, at most
    four, in this order: fourier, pixels, fourier negative, pixels negative, of ``method`` ("fourier" or
    "pixels"), ``negative`` (whether it is of what the channel dislikes), ``step`` (how many are done),
    ``score`` (the mean of the channel over its cells: of the picture itself once it is whole, else as it was
    seen in the newest step; or None), ``note`` (a sentence or ""), ``sentence`` (provenance), ``type``
    ("image/png" or "image/jpeg");
    arrays: ``history`` float32 [n, steps], the score at each step, NaN where it is not done; ``picture_0``,
    ``picture_1``, … uint8 [bytes], each an encoded file, which may be smaller than ``size``.
``wants_tiles`` (reply to ``get`` "wants"): what some channels want, small, as far as it is there.
    facts: ``epoch``, ``layer``, ``channels`` list of int, ``size`` [h, w], ``of`` (steps of a whole one),
    ``steps`` (a list: how many are done, 0 where there is nothing yet, ``of`` where it is whole), ``notes``
    (a list of sentences or ""); arrays: ``tiles`` uint8 [n, h, w, 3], red, green and blue; ``scores``
    float32 [n], NaN where unknown.
``rooms``, ``tools``, ``wanting`` (replies to ``get`` "rooms" and so on): code of the panel that is fetched
    apart. arrays: ``code`` uint8 [bytes], a JavaScript module in UTF-8.

Codes: 0 … 254 stand for ``lo + (hi - lo) * code / 254``; 255 marks a cell that is not finite.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

VERSION = 1
ALIGN = 4
CHUNK_BYTES = 256 * 1024
"""Most bytes of one message: VS Code copies every message as a list of numbers."""

_DTYPES = ("uint8", "float32")


def encode(kind: str, arrays: Mapping[str, npt.NDArray[Any]], **facts: Any) -> tuple[dict[str, Any], bytes]:
    """Pack arrays and facts.

    Args:
        kind: One of the kinds listed at the top of this file.
        arrays: uint8 or float32 arrays of any shape.
        facts: JSON-ready values for the header.

    Returns:
        The header and the buffer.

    Raises:
        TypeError: An array has another dtype.
    """
    layout: list[dict[str, Any]] = []
    parts: list[bytes] = []
    offset = 0
    for name, array in arrays.items():
        if array.dtype.name not in _DTYPES:
            msg = f"A packet holds {' and '.join(_DTYPES)}; array {name!r} is {array.dtype}."
            raise TypeError(msg)
        data = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
        layout.append({"name": name, "dtype": array.dtype.name, "shape": list(array.shape), "offset": offset})
        parts += [data, bytes(-len(data) % ALIGN)]
        offset += len(data) + -len(data) % ALIGN
    return {"v": VERSION, "kind": kind, **facts, "arrays": layout}, b"".join(parts)


def decode(header: Mapping[str, Any], buffer: bytes | memoryview) -> dict[str, npt.NDArray[Any]]:
    """Read the arrays of a packet back, as read-only views of ``buffer``.

    Raises:
        ValueError: The packet is of another version, or the header does not fit the buffer.
    """
    if header.get("v") != VERSION:
        msg = f"This packet has version {header.get('v')!r}; this nnscope reads version {VERSION}."
        raise ValueError(msg)
    arrays = {}
    for entry in header["arrays"]:
        if entry["dtype"] not in _DTYPES:
            msg = f"Array {entry['name']!r} is {entry['dtype']!r}; a packet holds {' and '.join(_DTYPES)}."
            raise ValueError(msg)
        dtype = np.dtype(entry["dtype"]).newbyteorder("<")
        flat = np.frombuffer(buffer, dtype, math.prod(entry["shape"]), entry["offset"])
        arrays[entry["name"]] = flat.reshape(entry["shape"])
    return arrays
