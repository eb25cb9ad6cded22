"""What the calls of a story share: clients, variables, and the checks of what is answered."""

from __future__ import annotations

import faulthandler
import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
from astra_client import AsyncClient, AsyncStream, Client, Stream

_MOST_SECONDS = 120


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _as_json(value: Any) -> Any:
    """An answer as JSON of its type."""
    if _is_list(value):
        return [_as_json(item) for item in value]
    if hasattr(value, "to_json"):
        return value.to_json()
    if hasattr(value, "data"):
        return {"data": _as_json(value.data)}
    return value


class _Runner:
    """What is the same by threads and by asyncio."""

    def __init__(self) -> None:
        self._url = os.environ["ASTRA_URL"]
        self._token = os.environ["ASTRA_TOKEN"]
        self._variables: dict[str, str] = {}
        self._status = 0
        self._answer: Any = None
        faulthandler.dump_traceback_later(_MOST_SECONDS, exit=True)

    def _note(self, response: httpx.Response) -> None:
        self._status = response.status_code

    def _end(self, story: Sequence[object]) -> None:
        faulthandler.cancel_dump_traceback_later()
        print(f"{len(story)} operations were called")

    def text(self, template: str) -> str:
        """A text whose variables have their values."""
        for name, value in self._variables.items():
            template = template.replace(f"{{{{{name}}}}}", value)
        return template

    def answered(self, documented: list[int], answer: object) -> None:
        """An answer came."""
        if self._status not in documented:
            raise AssertionError(f"it answered {self._status}, and {documented} are documented")
        self._answer = _as_json(answer)

    def streamed(self, documented: list[int], events: list[object]) -> None:
        """A stream of events came, and ended."""
        if not events:
            raise AssertionError("the stream has no events")
        self.answered(documented, events)

    def expect(self, pointer: str, expected: object) -> None:
        """The answer has this value at `pointer`."""
        found = self._found(pointer)
        wanted = self.text(expected) if isinstance(expected, str) else expected
        if found != wanted:
            raise AssertionError(f"{pointer} is {found!r}, not {wanted!r}")

    def remember(self, name: str, pointer: str) -> None:
        """What is at `pointer` in the answer is the value of a variable from now on."""
        found = self._found(pointer)
        if found is None:
            raise AssertionError(f"{pointer} is null")
        self._variables[name] = found if isinstance(found, str) else json.dumps(found)

    def _found(self, pointer: str) -> Any:
        value = self._answer
        for part in pointer.split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            try:
                value = value[int(name)] if _is_list(value) else value[name]
            except (KeyError, IndexError, TypeError, ValueError):
                raise AssertionError(f"there is no {pointer} in {self._answer!r}") from None
        return value

    def _is_last(self, event: object, tag: str, last: str | None) -> bool:
        return last is None or _as_json(event).get(tag) == last

    def _checked(self, events: list[object], tag: str, last: str | None) -> list[object]:
        if events and not self._is_last(events[-1], tag, last):
            raise AssertionError(f"the last event is {events[-1]!r}, and no {last}")
        return events


class Runner(_Runner):
    """Goes through a story, by threads."""

    def client(self, token: str | None = None) -> Client:
        """A client with this credential, or the one that the environment names."""
        token = self._token if token is None else token
        return Client(self._url, token=token, max_retries=0, on_response=self._note)

    def through(self, story: Sequence[tuple[str, Callable[[], None]]]) -> None:
        """Makes the calls, one after the other."""
        for operation, call in story:
            try:
                call()
            except Exception:
                print(f"FAIL  {operation}", file=sys.stderr)
                raise
        self._end(story)

    def read(
        self, stream: Stream[Any], *, tag: str = "", last: str | None = None, is_endless: bool = False
    ) -> list[object]:
        """The events of a stream, up to the one whose field `tag` is `last` if the stream is endless."""
        events: list[object] = []
        with stream:
            for event in stream:
                events.append(event)
                if is_endless and self._is_last(event, tag, last):
                    break
        return self._checked(events, tag, last)


class AsyncRunner(_Runner):
    """Goes through a story, by asyncio."""

    def client(self, token: str | None = None) -> AsyncClient:
        """A client with this credential, or the one that the environment names."""
        token = self._token if token is None else token
        return AsyncClient(self._url, token=token, max_retries=0, on_response=self._note)

    async def through(self, story: Sequence[tuple[str, Callable[[], Awaitable[None]]]]) -> None:
        """Makes the calls, one after the other."""
        for operation, call in story:
            try:
                await call()
            except Exception:
                print(f"FAIL  {operation}", file=sys.stderr)
                raise
        self._end(story)

    async def read(
        self,
        stream: AsyncStream[Any],
        *,
        tag: str = "",
        last: str | None = None,
        is_endless: bool = False,
    ) -> list[object]:
        """The events of a stream, up to the one whose field `tag` is `last` if the stream is endless."""
        events: list[object] = []
        async with stream:
            async for event in stream:
                events.append(event)
                if is_endless and self._is_last(event, tag, last):
                    break
        return self._checked(events, tag, last)
