"""From a submission to a scored notebook and its rows in the gradebook.

It reads in one direction:

    submission   what a student handed in, read without trusting it
    source       the cells that are ours, as they were released
    assemble     the notebook to run: the student's answers, our tests
    engine       the run, in a sandbox, in a kernel forked from a warm process
    score        points and comments, from how each cell ended
    writer       the rows of the gradebook

`preprocessors` plugs the same steps into a plain `nbgrader autograde`.
"""
