"""The one place that plugs the package into nbgrader (command line, formgrader and ours)."""

from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from gradschool.authoring.course import scripts_on_path
from gradschool.authoring.solutions import release_preprocessors
from gradschool.grading import preprocessors
from gradschool.grading.store import RECORD

c = get_config()  # noqa: F821 - nbgrader defines it

scripts_on_path()
root = Path(__file__).resolve().parent
c.CourseDirectory.course_id = "gradschool"
c.CourseDirectory.root = str(root)
c.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"

# release: a solution at top level leaves a comment, not a raise that stops "Run all"
c.GenerateAssignment.preprocessors = release_preprocessors()

# grading: each submission in a sandbox, in a kernel forked from a warm process
c.Autograde.sanitize_preprocessors = preprocessors.SANITIZE
c.Autograde.autograde_preprocessors = preprocessors.AUTOGRADE
# seconds for one cell; a lesson's slowest takes a few
c.Execute.timeout = 60

# feedback: our page, on which no hidden test is seen
c.GenerateFeedback.exporter_class = "gradschool.grading.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = []
# what lies beside the graded notebook for us is not copied to students
c.CourseDirectory.ignore = [*CourseDirectory.class_traits()["ignore"].default(), RECORD]
