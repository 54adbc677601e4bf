"""Both sides agree on how large a file may be, and in how many parts it may come."""

import re
from pathlib import Path

from nnscope.probe import LARGEST_FILE
from nnscope.widget.edit import MOST_PARTS

UPLOAD = Path(__file__).resolve().parents[2] / "js" / "src" / "upload.ts"


def test_the_limits_of_a_file_are_the_same_on_both_sides():
    mebibytes = dict(re.findall(r"export const (\w+) = (\d+) \* MIB;", UPLOAD.read_text("utf-8")))
    largest, part = (int(mebibytes[name]) * 2**20 for name in ("LARGEST", "PART"))
    assert largest == LARGEST_FILE
    assert part < 10 * 2**20 * 3 / 4  # Jupyter's limit of a message, in which bytes may be written as text
    assert largest <= part * MOST_PARTS
