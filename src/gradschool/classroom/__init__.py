"""From many submissions to a gradebook and a report.

The data flows one way: `answers` and `sample` make a class to try things on, `grade` runs it
through nbgrader, `gradebook` and `findings` read what came out (points; the lines a student saw),
`statistics` counts, and `table` and `report` show it in the terminal and as a page.
"""
