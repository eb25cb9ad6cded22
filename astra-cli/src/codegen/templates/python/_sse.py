"""Reads server-sent events from bytes, as the WHATWG's text has it (HTML, 9.2.6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """An event as it came."""

    event: str
    """Its `event:`; `message` if it has none."""

    data: str
    """Its `data:` lines."""

    id: str
    """The last `id:` up to here; empty if there was none."""


class Parser:
    """Takes the bytes in any pieces, and gives the events."""

    def __init__(self, last_event_id: str = "") -> None:
        self.last_event_id = last_event_id
        self.retry_ms: int | None = None
        self.has_read = False
        self._buffer = bytearray()
        self._is_first_line = True
        self._skips_newline = False
        self._event = ""
        self._data: list[str] = []
        self._id: str | None = None

    def push(self, chunk: bytes) -> Iterator[Frame]:
        """The events that `chunk` completes."""
        for line in self._lines(chunk):
            self.has_read = True
            frame = self._read(line)
            if frame is not None:
                yield frame

    def _lines(self, chunk: bytes) -> Iterator[str]:
        for piece in chunk.splitlines(keepends=True):
            # Of a CR at the end of a piece it is not known yet whether an LF belongs to it.
            if self._skips_newline and piece == b"\n":
                self._skips_newline = False
                continue
            self._skips_newline = piece.endswith(b"\r")
            self._buffer += piece
            if not piece.endswith((b"\r", b"\n")):
                continue
            line = self._buffer.rstrip(b"\r\n").decode("utf-8", "replace")
            self._buffer.clear()
            if self._is_first_line:
                line = line.removeprefix("\ufeff")
                self._is_first_line = False
            yield line

    def _read(self, line: str) -> Frame | None:
        if not line:
            return self._dispatch()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._event = value
        elif field == "data":
            self._data.append(value)
        elif field == "id" and "\0" not in value:
            self._id = value
        elif field == "retry" and value.isascii() and value.isdigit():
            self.retry_ms = int(value)
        return None

    def _dispatch(self) -> Frame | None:
        event, data = self._event, self._data
        self._event, self._data = "", []
        # An id counts only once its event is whole.
        if self._id is not None:
            self.last_event_id, self._id = self._id, None
        return Frame(event or "message", "\n".join(data), self.last_event_id) if data else None
