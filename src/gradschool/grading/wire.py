"""Messages over a socket: a length, then JSON. What crosses the sandbox's wall is this, no pickle."""

import json
import socket
import struct
import time
from collections.abc import Iterator
from typing import Any

_LENGTH = struct.Struct("!Q")

Message = dict[str, Any]


class WireError(Exception):
    """The other side sent what is not a message of ours."""


def send(channel: socket.socket, message: Message) -> None:
    """Send a message; it waits until the other side has taken it in."""
    channel.sendall(frame(json.dumps(message).encode()))


def frame(data: bytes) -> bytes:
    """What is sent for a message that is JSON already."""
    return _LENGTH.pack(len(data)) + data


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
    _check(length, limit)
    return _message(_exactly(channel, length, deadline))


class Inbox:
    """Takes messages from a socket without ever waiting for the rest of one."""

    def __init__(self, channel: socket.socket, *, limit: int) -> None:
        """Make ready.

        Args:
            channel: A stream socket.
            limit: Refuse a longer message unread.
        """
        self._channel = channel
        self._limit = limit
        self._data = bytearray()

    def take(self) -> list[Message]:
        """Take in what is there, at least a byte; give the messages that are complete.

        Raises:
            EOFError: The other side is gone.
            WireError: A message is too long or not a JSON object.
        """
        try:
            part = self._channel.recv(1 << 20)
        except ConnectionResetError:
            part = b""
        if not part:
            raise EOFError
        self._data += part
        return list(self._complete())

    def _complete(self) -> Iterator[Message]:
        while len(self._data) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._data)
            _check(length, self._limit)
            end = _LENGTH.size + length
            if len(self._data) < end:
                return
            yield _message(bytes(self._data[_LENGTH.size : end]))
            del self._data[:end]


def _check(length: int, limit: int) -> None:
    if length > limit:
        raise WireError(f"a message of {length} bytes, more than {limit}")


def _message(data: bytes) -> Message:
    try:
        message = json.loads(data.decode(errors="replace"))
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
