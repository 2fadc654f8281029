"""The decorators that a test cell uses: the function under them runs at once, as a check.

    from gradschool import checks

    @checks.test("flatten_batch")
    def keeps_the_batch_axis(flatten_batch):
        batch = torch.arange(24).reshape(2, 3, 4)
        checks.equal(flatten_batch(batch), batch.reshape(2, 12))

The exercise is looked up by name in the notebook that the check stands in. What the check uses
besides it, it imports itself, so that a deleted lesson cell costs nobody points; what it assigns
stays inside it, so that it changes nothing in the notebook.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gradschool.checks.compare import Mistakes
from gradschool.checks.outcomes import BrokenCheck, CheckFailure, NotAttempted, WrongAnswer
from gradschool.checks.predictions import compare_prediction
from gradschool.checks.progress import following
from gradschool.checks.state import clean_state
from gradschool.checks.student import Student, explain

Body = Callable[[Any], None]
Truth = Callable[[], Any]


def test(
    exercise: str, *, errors: Mapping[str, str] | None = None, may_change: bool = False
) -> Callable[[Body], None]:
    """Run the decorated function now, with the student's `exercise` as its argument.

    Args:
        exercise: the name that the solution cell defines.
        errors: from a regular expression, searched in `Type: message` of an exception that the
            student's code raises, to the hint that it earns.
        may_change: allow the student's function to change its arguments in place.

    Raises:
        NotAttempted: the name is missing, or its code is still the stub.
        StudentError: the student's code raised.
        WrongAnswer: a comparison in the function failed.
        BrokenCheck: the function itself raised anything else.
    """

    def run(body: Body) -> None:
        def check() -> None:
            value = _find(exercise, body)
            file = body.__code__.co_filename
            body(Student(exercise, value, errors or {}, may_change=may_change, check=file))

        _run(exercise, check, body, errors or {})
        _report(exercise, body.__name__)

    return run


test.__test__ = False  # type: ignore[attr-defined] # pytest must not collect it


def prediction(
    exercise: str,
    key: str,
    mistakes: Mistakes | None = None,
    *,
    rtol: float = 0.0,
    words: Sequence[str] = (),
) -> Callable[[Truth], None]:
    """Run the decorated function now, and compare what it returns with the student's prediction.

    Args:
        exercise: the name of the student's dictionary of predictions.
        key: the prediction to look at.
        mistakes: from a hint to the wrong value (as a plain tuple, number or string) it answers.
        rtol: by how much of the truth a number may differ from it, where the truth is rounded.
        words: that the task names, where one of them is asked; capitals make no difference.

    Raises:
        NotAttempted: the dictionary or the key is missing, or its value is still `...`.
        WrongAnswer: it is not what the decorated function returns.
        BrokenCheck: the function itself raised.
    """

    def run(truth: Truth) -> None:
        def check() -> None:
            predictions = _find(exercise, truth)
            if not isinstance(predictions, dict):
                raise WrongAnswer(f"`{exercise}` should be a dictionary, dict(a=…, b=…)")
            if predictions.get(key, ...) is ...:
                raise NotAttempted(f"prediction {key} is not filled in yet")
            compare_prediction(key, predictions[key], truth(), mistakes or {}, rtol, words)

        _run(exercise, check, truth, {})
        _report(exercise, f"prediction {key}")

    return run


def _find(exercise: str, body: Callable[..., Any]) -> Any:
    """The student's object, from the namespace that the check was written in."""
    namespace = body.__globals__
    if exercise not in namespace:
        raise NotAttempted(
            f"`{exercise}` is not defined; run the cell that defines it, and mend it if it fails"
        )
    return namespace[exercise]


def _run(
    exercise: str, check: Callable[[], None], body: Callable[..., Any], errors: Mapping[str, str]
) -> None:
    with following(exercise, body.__code__.co_filename):
        try:
            with clean_state():
                check()
        except CheckFailure as failure:
            failure.exercise = exercise
            raise failure from None
        except Exception as error:  # noqa: BLE001 - whatever it is, the student reads one line
            raised = _attribute(error, body, errors)
            raised.exercise = exercise
            raise raised from None


def _attribute(
    error: Exception, body: Callable[..., Any], errors: Mapping[str, str]
) -> CheckFailure:
    """An exception outside a guarded call is the student's if it passed through their code."""
    trace = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        of_notebook = frame.f_globals is body.__globals__
        if of_notebook and frame.f_code.co_filename != body.__code__.co_filename:
            return explain(error, errors, body.__code__.co_filename)
        trace = trace.tb_next
    return BrokenCheck(
        f"this check could not look at your result ({type(error).__name__}: {error}). "
        "If your result has the type that the task asks for, please tell your instructor"
    )


def _report(exercise: str, what: str) -> None:
    print(f"✓ {exercise}: {what.replace('_', ' ')}")
