"""The kernel process: a real ipykernel that is asked, and answers, over one socket to its driver."""

import asyncio
import logging
import os
import socket
import sys
import threading
import traceback
from contextlib import suppress
from contextvars import copy_context
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from tornado.ioloop import IOLoop
from traitlets import Type
from traitlets.config import Config

from gradschool.grading import walls, wire
from gradschool.grading.limits import MIB, Limits
from gradschool.grading.outlet import Outlet, Stream, Valve
from gradschool.grading.shell import Compiler, Shell

_LONGEST_REQUEST = 256 * MIB


@cache
def build() -> "_Application":
    """Make a kernel, all but what belongs to one process; once made, the same one is given.

    In the warm process, so that a fork of it need not do so.
    """
    sys.argv = ["ipykernel_launcher.py"]
    settings = {
        "HistoryManager": {"hist_file": ":memory:"},
        "IPythonKernel": {"_execute_sleep": 0},  # half a millisecond a cell, for old clients
    }
    app = _Application.instance(config=Config(settings))
    app.initialize([])  # type: ignore[no-untyped-call]
    app.log.setLevel(logging.CRITICAL)  # it formats each message for a log that nobody reads
    return app


def run_kernel(channel: socket.socket, limits: Limits) -> NoReturn:
    """Be a kernel until killed. Called in a fresh fork of the warm process.

    The first message says that requests can come, and what kernel it is; or what went wrong.

    Args:
        channel: Leads to the driver, which is the kernel's parent.
        limits: How much output to let through.
    """
    try:
        # a process group of its own: an interrupt reaches the programs that a cell has started
        os.setsid()
        walls.set_dumpable(on=True)
        walls.die_with_parent()
        _fresh_randomness()
        _find_modules_beside_the_notebook()
        app = build()
        app.open(channel, limits)
        wire.send(channel, {"ready": {"language_info": app.kernel.language_info}})
        app.start()  # type: ignore[no-untyped-call]
    except BaseException:  # noqa: BLE001 - before any code of a student's has run: ours to know
        with suppress(OSError):
            wire.send(channel, {"failed": traceback.format_exc()})
    finally:
        os._exit(0)


def _find_modules_beside_the_notebook() -> None:
    """As IPython does, unless Python was started with `-P`, as the warm process was.

    After the standard library, so that a file of a student's cannot stand in for a part of it.
    """
    places = (n for n, path in enumerate(sys.path) if Path(path).name == "site-packages")
    sys.path.insert(next(places, 0), "")


def _fresh_randomness() -> None:
    """Forks share the state of the generators; a process that was started anew would not.

    Python's own generator sees to that itself.
    """
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    if torch := sys.modules.get("torch"):
        torch.seed()


class _Kernel(IPythonKernel):
    """Takes requests from a socket, in the thread that runs them."""

    shell_class = Type(Shell)
    compiler_class = Type(Compiler)
    _supports_kernel_subshells = False

    def open(self, channel: socket.socket) -> None:
        """Be this process's, and take requests from here."""
        self._channel = channel
        self._process = os.getpid()
        self._context = copy_context()  # of all cells together
        # ipykernel asks it which thread runs the cells
        self.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())

    def start(self) -> None:
        """Begin to listen."""
        super().start()  # type: ignore[no-untyped-call]
        self.io_loop.add_handler(self._channel, self._take_request, IOLoop.READ)

    def _take_request(self, *_event: Any) -> None:
        if os.getpid() != self._process:
            os._exit(0)  # a cell has forked, and both have come to its end
        try:
            request = wire.receive(self._channel, limit=_LONGEST_REQUEST)
        except EOFError:
            os._exit(0)  # nobody asks any more
        work = self.dispatch_shell(request)
        self._work = asyncio.get_running_loop().create_task(work, context=self._context)


class _Application(IPKernelApp):
    """Starts a kernel without ipykernel's own connections, of which each has a socket and a thread."""

    kernel_class = Type(_Kernel)
    outstream_class = f"{Stream.__module__}.{Stream.__name__}"

    def open(self, channel: socket.socket, limits: Limits) -> None:
        """Be this process's, and answer there."""
        self.iopub_thread.open(channel)
        self.session.open(limits)
        self.kernel.open(channel)
        super().init_io()  # type: ignore[no-untyped-call]
        self.displayhook.get_execution_count = lambda: self.kernel.execution_count

    def init_connection_file(self) -> None:
        """There is none."""

    def init_sockets(self) -> None:
        """Use none but the one that comes."""
        self.configure_tornado_logger()  # type: ignore[no-untyped-call]
        self.iopub_thread = Outlet()
        self.session = Valve(self.iopub_thread, parent=self)

    def init_heartbeat(self) -> None:
        """The driver is told by the system when the kernel ends."""

    def write_connection_file(self, **_: Any) -> None:
        """There is none."""

    def log_connection_info(self) -> None:
        """There is none."""

    def init_io(self) -> None:
        """Later: streams belong to one process."""

    def init_kernel(self) -> None:
        """Create the kernel."""
        self.kernel = _Kernel.instance(
            parent=self,
            session=self.session,
            iopub_thread=self.iopub_thread,
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )
