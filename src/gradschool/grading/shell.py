"""IPython's shell in the kernel: the same cells with the same outcome, asked for in less time.

Before a cell runs, IPython reads it with a tokenizer in pure Python, compiles it twice to see
whether it awaits something, and hashes it in pure Python to have a name for it; when it fails,
IPython formats the traceback twice. For a lesson's short cells that is a quarter of the time.
"""

import re
import zlib
from functools import lru_cache
from typing import Any

from ipykernel.compiler import XCachingCompiler, get_tmp_directory
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.inputtransformer2 import (
    ESCAPE_SINGLES,
    EscapedCommand,
    HelpEnd,
    MagicAssign,
    SystemAssign,
    TransformerManager,
)
from traitlets import Instance

_TOKEN_TRANSFORMERS = [MagicAssign, SystemAssign, EscapedCommand, HelpEnd]
# Where one of these finds something, this does: a line that begins with `%` or the like, one that
# ends with `?`, an assignment of `%magic` or `!command`. It may find more, in a string for example.
_MAY_BE_IPYTHON = re.compile(
    rf"^[^\S\n]*[{re.escape(''.join(ESCAPE_SINGLES))}] | \?[^\S\n]*$ | =\s*(\\\s*)?[%!]",
    re.MULTILINE | re.VERBOSE,
)
_MAY_AWAIT = re.compile("await|async")


class Transformers(TransformerManager):
    """Makes Python of IPython's own syntax; what has none is not taken apart."""

    def do_token_transforms(self, lines: list[str]) -> list[str]:
        """Replace magics, shell commands and requests for help."""
        usual = self.token_transformers == _TOKEN_TRANSFORMERS
        if usual and not _MAY_BE_IPYTHON.search("\n".join(lines)):
            return lines
        found: list[str] = super().do_token_transforms(lines)  # type: ignore[no-untyped-call]
        return found


class Compiler(XCachingCompiler):
    """Names a cell by a checksum that is not computed in Python."""

    def get_code_name(self, raw_code: str, code: str, number: int) -> str:  # noqa: ARG002 - IPython's
        """The file that a traceback says the code is in."""
        checksum = zlib.crc32(raw_code.encode(errors="replace"))
        return f"{get_tmp_directory()}/{checksum}.py"  # type: ignore[no-untyped-call]


class Shell(ZMQInteractiveShell):
    """The shell that ipykernel's kernel runs cells in."""

    input_transformer_manager = Instance(Transformers, ())

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        # asked for each cell by ipykernel, then by IPython
        self.transform_cell = lru_cache(maxsize=1)(self.transform_cell)  # type: ignore[method-assign]

    def should_run_async(
        self, raw_cell: str, *, transformed_cell: str | None = None, **others: Any
    ) -> bool:
        """Whether a cell awaits something."""
        return bool(_MAY_AWAIT.search(transformed_cell or "")) and super().should_run_async(
            raw_cell, transformed_cell=transformed_cell, **others
        )

    def _format_exception_for_storage(self, exception: BaseException, *_: Any, **__: Any) -> Any:
        """What `%notebook` would save; a traceback takes as long as the one that is shown."""
        return {"ename": type(exception).__name__, "evalue": str(exception), "traceback": []}
