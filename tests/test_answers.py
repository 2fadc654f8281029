"""Every graded notebook, held to known answers: the right ones pass, the wrong ones earn a hint.

A wrong answer must fail with the line that its entry promises, in the first test cell that it
fails, and pass exactly the cells that the entry names: partial credit is part of the promise.
"""

from functools import cache
from pathlib import Path

import pytest
from notebook_cells import exercises, fresh_namespace, judge, run_cell

from gradschool.checks import NotAttempted, StudentError, WrongAnswer
from gradschool.classroom import answers

FILES = sorted((Path(__file__).parent / "answers").glob("*.py"))
LOADED = {path.stem: answers.load(path) for path in FILES}
# A written answer has no test cells to hold it to.
KNOWN = {
    topic: {name: known for name, known in loaded.items() if isinstance(known, answers.Answers)}
    for topic, loaded in LOADED.items()
}
TOPICS = list(KNOWN)
EXERCISES = [(topic, name) for topic in TOPICS for name in KNOWN[topic]]
RIGHT = [(t, name, i) for t, name in EXERCISES for i in range(len(KNOWN[t][name].right))]
WRONG = [(t, name, i) for t, name in EXERCISES for i in range(len(KNOWN[t][name].wrong))]

# A verdict must not depend on where the random streams stand or on the number of threads.
SURROUNDINGS = ({"seed": 0, "threads": 1}, {"seed": 20, "threads": 2})

source = cache(exercises)


@pytest.mark.parametrize("topic", TOPICS)
def test_every_exercise_has_answers(topic):
    assert set(source(topic)) == set(KNOWN[topic])


@pytest.mark.parametrize(("topic", "name"), EXERCISES)
class TestExercise:
    def test_has_several_answers_of_each_kind(self, topic, name):
        known = KNOWN[topic][name]
        wrong = [answer.code for answer in known.wrong]
        assert len(set(known.right)) == len(known.right) >= 3
        assert len(set(wrong)) == len(wrong) >= 5
        assert not set(known.right) & set(wrong)

    def test_is_passed_by_its_own_solution(self, topic, name, capsys):
        exercise = source(topic)[name]
        judged = judge(exercise, exercise.solution)
        assert len(judged) >= 2
        assert messages(judged) == {}
        assert capsys.readouterr().err == ""

    @pytest.mark.parametrize("gone", [False, True], ids=["as handed out", "cell deleted"])
    def test_is_not_attempted(self, topic, name, gone):
        exercise = source(topic)[name]
        judged = judge(exercise, "" if gone else exercise.blank)
        assert {type(outcome) for outcome in judged.values()} == {NotAttempted}

    def test_cells_stand_on_their_own(self, topic, name):
        # Each imports what it uses, so that no deleted or renamed cell costs a student points.
        exercise = source(topic)[name]
        for grade_id, test in exercise.tests.items():
            solved = fresh_namespace()
            run_cell(exercise.setup, "setup", solved)
            run_cell(exercise.solution, "answer", solved)
            run_cell(test, grade_id, fresh_namespace(**{name: solved[name]}))


@pytest.mark.parametrize(("topic", "name", "number"), RIGHT)
def test_a_right_answer_passes(topic, name, number, capsys):
    for surroundings in SURROUNDINGS:
        judged = judge(source(topic)[name], KNOWN[topic][name].right[number], **surroundings)
        assert messages(judged) == {}
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("topic", "name", "number"), WRONG)
def test_a_wrong_answer_earns_its_hint(topic, name, number):
    answer = KNOWN[topic][name].wrong[number]
    surroundings = SURROUNDINGS[number % len(SURROUNDINGS)]  # each in turn: there are many answers
    judged = judge(source(topic)[name], answer.code, **surroundings)
    failures = [outcome for outcome in judged.values() if outcome]
    assert failures, "no test cell notices"
    assert answer.hint in str(failures[0])
    assert {key for key, outcome in judged.items() if not outcome} == set(answer.passes)
    # The student's fault, not "not attempted" and not a check that broke on it.
    assert {type(failure) for failure in failures} <= {WrongAnswer, StudentError}
    assert {len(str(failure).splitlines()) for failure in failures} == {1}


def messages(judged):
    return {grade_id: str(outcome) for grade_id, outcome in judged.items() if outcome}
