"""Start sooner: what a process of ours need not do while it imports."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# jsonschema imports it to check internationalised addresses, of which notebooks have none; it
# compiles a grammar, for a second.
_NOT_NEEDED = "rfc3987_syntax"


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import within this in about half the time: nothing that an import makes is garbage."""
    collecting = gc.isenabled()
    gc.disable()
    absent = _NOT_NEEDED not in sys.modules
    if absent:
        sys.modules[_NOT_NEEDED] = None  # type: ignore[assignment] # an import of it fails at once
    try:
        yield
    finally:
        if absent:
            del sys.modules[_NOT_NEEDED]
        gc.freeze()  # else it is all looked through a moment later
        if collecting:
            gc.enable()
