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


@contextlib.contextmanager
def clean_state() -> Iterator[None]:
    """Run a block in torch's, NumPy's and Python's default state; put back what was there.

    Gradients are recorded, autocast is off, the default dtype is float32 on the CPU, the random
    streams start from a fixed seed and one thread computes. What the block prints on stderr,
    warnings included, is printed on stdout instead: nbgrader gives no points to a test cell that
    wrote to stderr, and a warning is not a wrong answer.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(_errors_on_stdout())
        stack.enter_context(_random_streams())
        stack.enter_context(_torch_settings())
        stack.enter_context(torch.inference_mode(mode=False))
        stack.enter_context(torch.enable_grad())
        stack.enter_context(torch.autocast("cpu", enabled=False))
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
