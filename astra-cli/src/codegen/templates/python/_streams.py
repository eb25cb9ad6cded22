"""Streams of events as iterators."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from types import TracebackType
from typing import Any, Generic, TypeVar

import httpx

from ._async_transport import AsyncTransport
from ._calls import Call, StreamCallOptions
from ._following import Events, Following
from ._transport import Transport
from .errors import ClientError

T = TypeVar("T")


class Stream(Generic[T]):
    """The events of a call, which is made when the first one is asked for.

    A broken connection is made anew where that can be done without losing an event. Leaving `with`,
    or `close()`, ends it early.
    """

    def __init__(
        self,
        transport: Transport,
        call: Call[Any],
        events: Events[T],
        options: StreamCallOptions | None = None,
        last_event_id: object = None,
    ) -> None:
        self._transport = transport
        self._following = Following(transport.settings, call, events, options, last_event_id)
        self._events = self._run()

    @property
    def last_event_id(self) -> str:
        """The id of the last event that came; empty if there is none."""
        return self._following.last_event_id

    def __iter__(self) -> Iterator[T]:
        return self._events

    def __next__(self) -> T:
        return next(self._events)

    def __enter__(self) -> Stream[T]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the stream, and frees its connection."""
        self._events.close()

    def _run(self) -> Generator[T, None, None]:
        following = self._following
        while not following.is_over:
            broken: ClientError | None = None
            try:
                yield from self._connection()
            except ClientError as error:
                broken = error
            if following.is_over:
                return
            delay = following.delay_after(broken)
            if delay is None:
                return
            self._transport.pause(delay)

    def _connection(self) -> Generator[T, None, None]:
        following = self._following
        response = self._transport.open(following.next_call(), following.next_options())
        following.connected(response)
        try:
            for chunk in response.iter_bytes():
                yield from following.take(chunk)
                if following.is_over:
                    return
        except httpx.TransportError as error:
            raise following.failure(error) from error
        finally:
            response.close()


class AsyncStream(Generic[T]):
    """The events of a call, which is made when the first one is asked for.

    A broken connection is made anew where that can be done without losing an event. Leaving
    `async with`, or `close()`, ends it early.
    """

    def __init__(
        self,
        transport: AsyncTransport,
        call: Call[Any],
        events: Events[T],
        options: StreamCallOptions | None = None,
        last_event_id: object = None,
    ) -> None:
        self._transport = transport
        self._following = Following(transport.settings, call, events, options, last_event_id)
        self._events = self._run()

    @property
    def last_event_id(self) -> str:
        """The id of the last event that came; empty if there is none."""
        return self._following.last_event_id

    def __aiter__(self) -> AsyncIterator[T]:
        return self._events

    async def __anext__(self) -> T:
        return await anext(self._events)

    async def __aenter__(self) -> AsyncStream[T]:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the stream, and frees its connection."""
        await self._events.aclose()

    async def _run(self) -> AsyncGenerator[T, None]:
        following = self._following
        while not following.is_over:
            broken: ClientError | None = None
            try:
                response = await self._transport.open(
                    following.next_call(), following.next_options()
                )
                following.connected(response)
                try:
                    async for chunk in response.aiter_bytes():
                        for event in following.take(chunk):
                            yield event
                        if following.is_over:
                            return
                except httpx.TransportError as error:
                    raise following.failure(error) from error
                finally:
                    await response.aclose()
            except ClientError as error:
                broken = error
            if following.is_over:
                return
            delay = following.delay_after(broken)
            if delay is None:
                return
            await self._transport.pause(delay)
