"""Every check starts from the same global state, whatever the notebook did before it."""

import contextlib
import io
import random
import sys
import textwrap
import warnings
from collections.abc import Iterator

import numpy as np
import torch

SEED = 20_240
# What autocast casts to on each kind of device, unless it is told otherwise.
AUTOCAST = {"cpu": torch.bfloat16, "cuda": torch.float16, "mps": torch.float16}


@contextlib.contextmanager
def clean_state() -> Iterator[None]:
    """Run a block in torch's, NumPy's and Python's default state; put back what was there.

    Gradients are recorded, autocast is off, the default dtype is float32 on the CPU, float32
    products have all their digits, the random streams start from a fixed seed and one thread
    computes. What the block prints on stderr, warnings included, is printed on stdout instead:
    nbgrader gives no points to a test cell that wrote to stderr, and a warning is not a wrong
    answer.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(_errors_on_stdout())
        stack.enter_context(_random_streams())
        stack.enter_context(_torch_settings())
        stack.enter_context(_full_precision())
        stack.enter_context(torch.inference_mode(mode=False))
        stack.enter_context(torch.enable_grad())
        stack.enter_context(_autocast_off())
        stack.enter_context(np.errstate(all="ignore"))
        yield


@contextlib.contextmanager
def _errors_on_stdout() -> Iterator[None]:
    stream = io.StringIO()
    try:
        with contextlib.redirect_stderr(stream), warnings.catch_warnings():
            warnings.resetwarnings()
            # One line, without the path of a temporary file.
            warnings.showwarning = _print_warning  # type: ignore[assignment] # takes any arguments
            yield
    finally:
        if text := stream.getvalue():
            sys.stdout.write(text)


def _print_warning(message: Warning | str, category: type[Warning], *_: object) -> None:
    text = f"{category.__name__}: {message}".splitlines()[0]
    print(textwrap.shorten(text, width=160, placeholder=" …"))


@contextlib.contextmanager
def _random_streams() -> Iterator[None]:
    python, legacy = random.getstate(), np.random.get_state()  # noqa: NPY002 - students use it
    with torch.random.fork_rng(devices=[]):
        random.seed(SEED)
        np.random.seed(SEED)  # noqa: NPY002
        # Not `torch.manual_seed`, which notes a traceback for each GPU that may come one day.
        torch.default_generator.manual_seed(SEED)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(legacy)  # noqa: NPY002


@contextlib.contextmanager
def _autocast_off() -> Iterator[None]:
    """Off on every kind of device, also for code that enters it and never leaves.

    Whoever is the last to leave empties the cache of weights that were cast; one that never leaves
    would keep it for good, and every later training step would see the weights of the first.
    """
    kinds = [kind for kind in AUTOCAST if torch.amp.is_autocast_available(kind)]
    on = {kind: torch.is_autocast_enabled(kind) for kind in kinds}
    dtypes = {kind: torch.get_autocast_dtype(kind) for kind in kinds}
    cache, level = torch.is_autocast_cache_enabled(), _autocast_level()
    for kind in kinds:
        torch.set_autocast_enabled(kind, False)  # noqa: FBT003 - torch's own
        torch.set_autocast_dtype(kind, AUTOCAST[kind])
    torch.set_autocast_cache_enabled(True)
    _set_autocast_level(0)
    try:
        yield
    finally:
        torch.clear_autocast_cache()
        _set_autocast_level(level)
        torch.set_autocast_cache_enabled(cache)
        for kind in kinds:
            torch.set_autocast_enabled(kind, on[kind])
            torch.set_autocast_dtype(kind, dtypes[kind])


def _autocast_level() -> int:
    """How many autocasts were entered and not left; torch says it only when the number changes."""
    torch.autocast_increment_nesting()
    return torch.autocast_decrement_nesting()


def _set_autocast_level(level: int) -> None:
    while _autocast_level() < level:
        torch.autocast_increment_nesting()
    while _autocast_level() > level:
        torch.autocast_decrement_nesting()


@contextlib.contextmanager
def _full_precision() -> Iterator[None]:
    """Products of float32 matrices with all their digits.

    There are two families of switches for this; after code that used the other one, torch raises
    when it is asked, and its switches stay where that code put them.
    """
    try:
        precision = torch.get_float32_matmul_precision()
    except RuntimeError:
        yield
        return
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(precision)


@contextlib.contextmanager
def _torch_settings() -> Iterator[None]:
    dtype, threads = torch.get_default_dtype(), torch.get_num_threads()
    device, always = torch.get_default_device(), torch.is_warn_always_enabled()
    deterministic = torch.are_deterministic_algorithms_enabled()
    torch.set_default_dtype(torch.float32)
    # None is the CPU too, without the hook that a named default puts on every call of torch.
    torch.set_default_device(None)
    torch.set_num_threads(1)
    # Torch gives some warnings once a process; a check that looks for one must not miss it.
    torch.set_warn_always(True)
    torch.use_deterministic_algorithms(mode=False)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(mode=deterministic)
        torch.set_warn_always(always)
        torch.set_num_threads(threads)
        torch.set_default_device(None if device.type == "cpu" else device)
        torch.set_default_dtype(dtype)
