"""What an embedder makes of a text: a vector, dense or sparse, without numpy."""

from __future__ import annotations

from array import array
from typing import NamedTuple


class Vector(NamedTuple):
    """One text's vector; the same embedder makes only dense ones or only sparse ones."""

    values: array[float]
    """32-bit floats, ``array("f")``."""

    places: array[int] | None = None
    """Sparse: the coordinate of each value, ascending, ``array("i")``. A sparse vector's
    coordinates are features of the text, which a reader may weigh by how rare they are;
    those of a dense one (``None``) mean something together only."""
