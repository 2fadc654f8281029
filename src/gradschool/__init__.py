"""PyTorch foundations that grade themselves.

The package has one wing for each kind of user:

* `gradschool.figures` and `gradschool.checks`: a student's notebook imports these.
* `gradschool.authoring`: from `source/` to `release/`, and the rules a notebook must keep.
* `gradschool.classroom`: a class of submissions, its gradebook and its report.
"""

from importlib.metadata import version

__version__ = version("gradschool")
