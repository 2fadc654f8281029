"""Pictures for the lessons: data in, a matplotlib Figure out.

Every function draws what its argument is, computed and not assumed, and attaches a description
of it in words. `show` displays both in a notebook. Nothing here writes files, touches pyplot, or
changes its arguments.
"""

from gradschool.figures.comparison import compare
from gradschool.figures.display import show
from gradschool.figures.dtypes import float_spacing, promotion
from gradschool.figures.layout import storage
from gradschool.figures.products import linear_layer, matmul
from gradschool.figures.shapes import flatten_batch, ranks
from gradschool.figures.sharing import memory
from gradschool.figures.values import FigureError

__all__ = [
    "FigureError",
    "compare",
    "flatten_batch",
    "float_spacing",
    "linear_layer",
    "matmul",
    "memory",
    "promotion",
    "ranks",
    "show",
    "storage",
]
