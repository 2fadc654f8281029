"""Submissions as students, accidents and cheats make them, each with what must come of it."""
