"""A text as a square that telephones read (ISO/IEC 18004), drawn as SVG."""

from __future__ import annotations

from markupsafe import Markup

QUIET = 4  # modules of white around it (ISO/IEC 18004 section 5.3.8)


def drawn(text: str) -> Markup:
    """An <svg> without a size of its own, black on white; read even where a quarter of it is dirty."""
    import segno  # a megabyte, for a page that is printed once

    square = segno.make(text, error="q", micro=False, boost_error=False)
    return Markup(square.svg_inline(border=QUIET, omitsize=True, dark="#000", light="#fff"))
