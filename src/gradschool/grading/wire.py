"""Messages over a socket: a length, then JSON. What crosses the sandbox's wall is this, no pickle."""

import json
import socket
import struct
import time
from typing import Any

_LENGTH = struct.Struct("!Q")

Message = dict[str, Any]


class WireError(Exception):
    """The other side sent what is not a message of ours."""


def send(channel: socket.socket, message: Message) -> None:
    """Send a message; it waits until the other side has taken it in."""
    data = json.dumps(message).encode()
    channel.sendall(_LENGTH.pack(len(data)) + data)


def receive(channel: socket.socket, *, limit: int, seconds: float | None = None) -> Message:
    """Wait for a message.

    Args:
        channel: A stream socket.
        limit: Refuse a longer message unread.
        seconds: Give up after so long.

    Raises:
        EOFError: The other side is gone.
        TimeoutError: Nothing complete arrived in time.
        WireError: It is too long or not a JSON object.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    (length,) = _LENGTH.unpack(_exactly(channel, _LENGTH.size, deadline))
    if length > limit:
        raise WireError(f"a message of {length} bytes, more than {limit}")
    try:
        message = json.loads(_exactly(channel, length, deadline))
    except (ValueError, RecursionError) as error:
        raise WireError(str(error)) from error
    if not isinstance(message, dict):
        raise WireError("a message that is no object")
    return message


def _exactly(channel: socket.socket, size: int, deadline: float | None) -> bytes:
    data = bytearray()
    while len(data) < size:
        if deadline is not None:
            # 0 would mean "do not block" to a socket
            channel.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            part = channel.recv(min(size - len(data), 1 << 20))
        except ConnectionResetError:
            part = b""
        if not part:
            raise EOFError
        data += part
    return bytes(data)
