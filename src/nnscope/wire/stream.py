"""A packet in pieces small enough for every host."""

from __future__ import annotations

from collections.abc import Iterator

from nnscope.wire.packet import CHUNK_BYTES


def chunks(buffer: bytes, size: int = CHUNK_BYTES) -> Iterator[tuple[int, int, memoryview]]:
    """Cut a packet's body.

    Args:
        buffer: The body; may be empty.
        size: Most bytes a piece.

    Yields:
        Part number, number of parts, and the piece; always at least one.
    """
    parts = max(1, -(-len(buffer) // size))
    view = memoryview(buffer)
    for part in range(parts):
        yield part, parts, view[part * size : (part + 1) * size]
