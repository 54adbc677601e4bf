"""Records as tables: for a notebook, for a terminal, for pandas."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nnscope.errors import UnavailableError

if TYPE_CHECKING:
    import pandas as pd


def html_table(caption: str, head: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose texts are escaped; the first column holds names, in a code font."""
    body = []
    for name, *facts in rows:
        cells = [f"<code>{html.escape(name)}</code>", *map(html.escape, facts)]
        body.append("<tr>" + "".join(f"<td style='text-align:left'>{cell}</td>" for cell in cells) + "</tr>")
    top = "".join(f"<th style='text-align:left'>{html.escape(cell)}</th>" for cell in head)
    return (
        f"<table><caption style='text-align:left'>{html.escape(caption)}</caption>"
        f"<thead><tr>{top}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    )


def text_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of aligned columns."""
    lines = [head, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def data_frame(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """A ``DataFrame`` of those columns.

    Raises:
        UnavailableError: pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        msg = "A DataFrame needs pandas, which cannot be imported; run `pip install pandas`."
        raise UnavailableError(msg) from error
    return pd.DataFrame([{column: row[column] for column in columns} for row in rows], columns=columns)


def number(value: float | None, digits: int = 3) -> str:
    """A number for people; ``""`` where there is none."""
    return "" if value is None or value != value else f"{value:.{digits}g}"
