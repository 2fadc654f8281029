"""Pictures for the lessons: data in, a matplotlib Figure out.

Every function draws what its argument is, computed and not assumed, and attaches a description
of it in words. `show` displays both in a notebook. Nothing here writes files, touches pyplot, or
changes its arguments.
"""

from gradschool.figures.arithmetic import broadcast_values
from gradschool.figures.broadcasting import broadcast
from gradschool.figures.budgets import memory_budget
from gradschool.figures.comparison import compare
from gradschool.figures.crossings import break_even
from gradschool.figures.differences import fitted_lines, residual_matrix
from gradschool.figures.display import show
from gradschool.figures.dtypes import float_spacing, promotion
from gradschool.figures.gradients import gradient_field, gradient_norms, jacobian
from gradschool.figures.graphs import graph, graph_steps
from gradschool.figures.lanes import gather, scatter
from gradschool.figures.launches import Copy, Host, Launch, Wait, queues
from gradschool.figures.layout import storage
from gradschool.figures.leftover import polynomial_fits, prediction_band, residuals
from gradschool.figures.losses import errors_by_degree, loss_curves
from gradschool.figures.pairwise import pairwise_memory
from gradschool.figures.parallel import workers
from gradschool.figures.products import linear_layer, matmul
from gradschool.figures.progress import fit_animation, fit_steps
from gradschool.figures.rooflines import roofline
from gradschool.figures.selecting import selection
from gradschool.figures.shapes import flatten_batch, ranks
from gradschool.figures.sharing import memory
from gradschool.figures.sliding import windows
from gradschool.figures.slopes import difference_errors, secants, tangent
from gradschool.figures.surface import loss_surface
from gradschool.figures.tiles import tiling
from gradschool.figures.values import FigureError

__all__ = [
    "Copy",
    "FigureError",
    "Host",
    "Launch",
    "Wait",
    "break_even",
    "broadcast",
    "broadcast_values",
    "compare",
    "difference_errors",
    "errors_by_degree",
    "fit_animation",
    "fit_steps",
    "fitted_lines",
    "flatten_batch",
    "float_spacing",
    "gather",
    "gradient_field",
    "gradient_norms",
    "graph",
    "graph_steps",
    "jacobian",
    "linear_layer",
    "loss_curves",
    "loss_surface",
    "matmul",
    "memory",
    "memory_budget",
    "pairwise_memory",
    "polynomial_fits",
    "prediction_band",
    "promotion",
    "queues",
    "ranks",
    "residual_matrix",
    "residuals",
    "roofline",
    "scatter",
    "secants",
    "selection",
    "show",
    "storage",
    "tangent",
    "tiling",
    "windows",
    "workers",
]
