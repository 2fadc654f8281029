"""JupyterLab as the course wants it: for a student, and for an instructor.

What differs from a plain JupyterLab is configuration in `config/` and one button in `share/`; both
are found through environment variables, so no other JupyterLab of the machine changes.
"""
