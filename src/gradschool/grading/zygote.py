"""The warm process: it imports what a notebook needs once, then forks a driver a submission.

`gradschool.grading.warm` runs it for the engine. It has one thread and never runs a parallel operation: a fork of a
process whose thread pool has started waits for ever at its own first parallel operation.
"""

import importlib
import json
import os
import signal
import socket

from nbclient import NotebookClient
from nbformat.v4 import new_output

from gradschool.grading import driver, kernel, walls, wire
from gradschool.grading.limits import Limits
from gradschool.grading.record import node

# What a kernel imports at its start, and a lesson's by its last cell. Which canvas pyplot draws on
# is decided at its first use, so it must not be used here.
_USED = (
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.pylabtools",
    "IPython.extensions.storemagic",
    "pygments.formatters.terminal256",
    "sqlite3",
    "stack_data",
    "tornado.platform.asyncio",
    "matplotlib.pyplot",
    "seaborn",
    "torch._dynamo",
    "gradschool.checks",
    "gradschool.figures",
)


def serve(control: socket.socket, *, as_root: bool) -> None:
    """Fork a driver at each request of the engine's, until it closes its end of the socket."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the drivers
    wire.send(control, {"event": "warm"})
    while True:
        wanted, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not wanted:
            return
        request = json.loads(wanted)
        folder = request["folder"]
        channel = socket.socket(fileno=descriptors[0])
        if _fork(walled=folder == driver.WALLED) == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            limits = Limits(**request["limits"])
            driver.serve(channel, limits, folder=folder, as_root=as_root)
        channel.close()


def _fork(*, walled: bool) -> int:
    """Fork, the child being the first process of a new PID namespace."""
    if not walled:
        return os.fork()
    own = os.open("/proc/self/ns/pid", os.O_RDONLY)
    walls.unshare(walls.CLONE_NEWPID)
    child = os.fork()
    if child != 0:
        walls.enter_namespace(own, walls.CLONE_NEWPID)  # else the next one would be born in there
        os.close(own)
    return child


def warm_client() -> None:
    """Have the driver's libraries do what they do once: nbformat compiles its schema."""
    error_output = {"output_type": "error", "ename": "", "evalue": "", "traceback": []}
    new_output(**error_output)  # type: ignore[no-untyped-call]
    NotebookClient(node({"cells": [], "metadata": {}}))


def preload() -> None:
    """Import what takes long, and do once what is done lazily at first use."""
    for name in _USED:
        importlib.import_module(name)
    import torch
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from gradschool.checks import Cost

    figure = Figure()
    figure.subplots().plot([0, 1], label="text")
    FigureCanvasAgg(figure).draw()  # type: ignore[no-untyped-call]
    parameter = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([parameter], lr=0.1)
    (parameter * parameter).sum().backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    with Cost():
        torch.zeros(1).add(1)


def build_kernel() -> None:
    """Make the kernel that is forked, in a folder called as the one that it will run in."""
    walls.WORK.mkdir()
    os.chdir(walls.WORK)
    kernel.build()
    os.chdir("/")
