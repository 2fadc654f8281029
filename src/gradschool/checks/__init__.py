"""What a test cell calls: strict comparison, and one line for the student when it fails.

In a test cell::

    from gradschool import checks

    @checks.test("trace_of_product", errors={"TypeError": "…"})
    def of_a_small_product(trace_of_product): ...

    @checks.prediction("predict_shapes", "a", {"A 0-d tensor needs zero indices …": (1,)})
    def truth(): return torch.tensor(7).shape

Its set-up cell calls `checks.progress(predict_shapes=7, …)`, the picture of what is passed.
"""

from gradschool.checks.compare import equal, kind, require, same_storage
from gradschool.checks.cost import Cost, memory_outside
from gradschool.checks.devices import FakeDevice, pretend_devices
from gradschool.checks.exercises import prediction, test
from gradschool.checks.gradients import gradient
from gradschool.checks.lesson import expect_error
from gradschool.checks.names import names_used
from gradschool.checks.outcomes import (
    BrokenCheck,
    CheckFailure,
    NotAttempted,
    StudentError,
    WrongAnswer,
)
from gradschool.checks.progress import progress
from gradschool.checks.state import clean_state

__all__ = [
    "BrokenCheck",
    "CheckFailure",
    "Cost",
    "FakeDevice",
    "NotAttempted",
    "StudentError",
    "WrongAnswer",
    "clean_state",
    "equal",
    "expect_error",
    "gradient",
    "kind",
    "memory_outside",
    "names_used",
    "prediction",
    "pretend_devices",
    "progress",
    "require",
    "same_storage",
    "test",
]
