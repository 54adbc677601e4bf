"""Images made by gradient ascent, with the record of how they were made."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PIL import Image
    from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class FeatureVisualization:
    """What channels, classes or directions want to see: n images, of one size, made together.

    ``made[1]`` is the second of them alone.
    """

    tensor: Tensor = field(repr=False)
    """The images as the network is given them, normalised its own way: float32 CPU ``[n, C, H, W]``."""
    drawn: Tensor = field(repr=False)
    """The same before that, as colours in [0, 1]: float32 CPU ``[n, C, H, W]``."""
    labels: Sequence[str]
    """What each was made for: ``"channel 14 of features.3"``."""
    history: Tensor = field(repr=False)
    """The objective at every step so far, of the image as it was seen in that step (moved, turned and scaled
    where that is part of the method): float32 CPU ``[n, step]``. NaN from where an image was given up."""
    scores: Tensor
    """The objective of the images themselves: float32 CPU ``[n]``; NaN while they are being made."""
    steps: int
    """How many steps were asked for."""
    notes: Sequence[str]
    """What to know about each image, a sentence, or ``""``."""
    sentence: str
    """How they were made, in one line."""
    provenance: dict[str, Any] = field(repr=False)
    """method, objective, layer, size, steps, seed, …: what is needed to make them again."""
    done: float = 1.0
    """How much of the work is done, 0 to 1."""

    @property
    def step(self) -> int:
        """How many steps are done."""
        return int(self.history.shape[1])

    @property
    def pixels(self) -> npt.NDArray[np.uint8]:
        """The images for the eye, ``[n, H, W, 3]``; ``[n, H, W, 1]`` for a network of one channel.

        Of two channels their mean is shown, of more than three the first three.
        """
        import numpy as np  # loaded only when something is drawn

        values = self.drawn.numpy().transpose(0, 2, 3, 1)
        if values.shape[3] == 2:
            values = values.mean(axis=3, keepdims=True)
        rounded: npt.NDArray[np.uint8] = np.floor(np.clip(values[..., :3], 0, 1) * 255 + 0.5).astype(np.uint8)
        return rounded

    @property
    def images(self) -> list[Image.Image]:
        """The images, RGB, or L for a network of one channel."""
        from PIL import Image  # loaded only when something is drawn

        return [
            Image.fromarray(pixels if pixels.shape[2] == 3 else pixels[:, :, 0]) for pixels in self.pixels
        ]

    @property
    def image(self) -> Image.Image:
        """The image; of several, all of them side by side."""
        from PIL import Image

        images = self.images
        if len(images) == 1:
            return images[0]
        width, height = images[0].size
        row = Image.new(images[0].mode, (width * len(images), height))
        for place, image in enumerate(images):
            row.paste(image, (place * width, 0))
        return row

    def __len__(self) -> int:
        """Number of images."""
        return len(self.labels)

    def __getitem__(self, index: int) -> FeatureVisualization:
        """One of the images.

        Raises:
            IndexError: There are not so many.
        """
        index = range(len(self))[index]
        one = slice(index, index + 1)
        return replace(
            self,
            tensor=self.tensor[one],
            drawn=self.drawn[one],
            labels=self.labels[one],
            history=self.history[one],
            scores=self.scores[one],
            notes=self.notes[one],
        )

    def __iter__(self) -> Iterator[FeatureVisualization]:
        """The images, one by one."""
        return (self[index] for index in range(len(self)))

    def _repr_html_(self) -> str:
        """The images with what they were made for, and how."""
        cells = []
        for label, image, score, note in zip(
            self.labels, self.images, self.scores.tolist(), self.notes, strict=True
        ):
            file = io.BytesIO()
            image.save(file, "PNG")
            data = base64.b64encode(file.getvalue()).decode("ascii")
            words = html.escape(" · ".join(filter(None, (label, f"{score:.4g}", note))))
            cells.append(
                f'<figure style="margin:0"><img alt="{words}" src="data:image/png;base64,{data}">'
                f'<figcaption style="max-width:{max(160, image.width)}px">{words}</figcaption></figure>'
            )
        row = f'<div style="display:flex;flex-wrap:wrap;gap:8px">{"".join(cells)}</div>'
        return f"{row}<p><small>{html.escape(self.sentence)}</small></p>"
