"""`python -m gradschool` is the command `gradschool`."""

from gradschool.cli import main

main()
