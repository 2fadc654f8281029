"""From `source/` to `release/`, and the rules that a notebook must keep.

* `course`: where everything of a course lies.
* `release`: make `release/` from `source/` through nbgrader; `solutions` is our part in it.
* `tidy`, `lint`, `execute`: bring a notebook into form, judge it, run it.
* `exercises`: what the headings of a lesson announce.
"""

from gradschool.authoring.course import LETTERS, TOPICS, Course, UnknownTopicError, scripts_on_path

__all__ = ["LETTERS", "TOPICS", "Course", "UnknownTopicError", "scripts_on_path"]
