"""The start notebook's question: is everything here, and what repairs what is not?"""

from importlib import metadata

from gradschool import environment


def test_this_environment_has_no_problem(capsys):
    assert environment.problems() == []
    environment.report()
    said = capsys.readouterr().out
    assert f"torch {metadata.version('torch')}" in said
    assert "✓ Everything that the course needs is here." in said


def test_missing_and_old_packages_are_named_with_their_repair(monkeypatch, capsys):
    needed = ["torch>=2.13", "numpy>=999", "no-such-package>=1", "unneeded; python_version < '3'"]
    monkeypatch.setattr(metadata, "requires", lambda name: needed)
    found = environment.problems()
    old = f"numpy {metadata.version('numpy')} is too old (numpy>=999 is needed): run  python -m pip"
    assert found[0].startswith(old)
    assert found[1].startswith("no-such-package is missing: run  python -m pip install ")
    assert len(found) == 2
    environment.report()
    assert f"✗ {found[1]}" in capsys.readouterr().out
