"""Sends calls and awaits the answers, by asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, TypeVar, cast

import httpx

from ._calls import Call, CallOptions
from ._exchange import Exchange, Settings
from ._refusal import refusal
from ._tokens import AsyncTokenSource
from .errors import ClientError

T = TypeVar("T")


class _Bounded(httpx.AsyncByteStream):
    """A body that must end in time."""

    def __init__(self, stream: httpx.AsyncByteStream, exchange: Exchange[Any]) -> None:
        self._stream = stream
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._exchange.check_time()
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class AsyncTransport:
    """What the groups of a client send their calls by."""

    def __init__(
        self, settings: Settings, tokens: AsyncTokenSource, http: httpx.AsyncClient | None = None
    ) -> None:
        self.settings = settings
        self._tokens = tokens
        self._is_own = http is None
        self._http = httpx.AsyncClient() if http is None else http

    async def close(self) -> None:
        """Closes the connections, if they are its own."""
        if self._is_own:
            await self._http.aclose()

    async def send(self, call: Call[T], options: CallOptions | None = None) -> T:
        """Sends a call, again if need be, and gives what its answer means."""
        return call.answer(await self._until_answered(call, options, is_stream=False))

    async def open(self, call: Call[Any], options: CallOptions | None = None) -> httpx.Response:
        """Like `send`, up to the headers. The answer must be closed."""
        return await self._until_answered(call, options, is_stream=True)

    async def pause(self, seconds: float) -> None:
        """Waits."""
        await asyncio.sleep(seconds)

    async def _until_answered(
        self, call: Call[Any], options: CallOptions | None, *, is_stream: bool
    ) -> httpx.Response:
        exchange = Exchange(self.settings, call, options)
        token = await self._tokens.token() if exchange.wants_token else None
        while True:
            error: ClientError
            try:
                response = await self._once(exchange, token, is_stream=is_stream)
                if response.is_success:
                    return response
                error = refusal(response, exchange.request_id)
            except ClientError as failure:
                error = failure
            fresh = None
            if token is not None and exchange.may_renew_token(error):
                fresh = await self._tokens.token_instead_of(token)
            if fresh is not None:
                token = fresh
                continue
            delay = exchange.delay_after(error)
            if delay is None:
                raise error
            await self.pause(delay)

    async def _once(
        self, exchange: Exchange[Any], token: str | None, *, is_stream: bool
    ) -> httpx.Response:
        failure: ClientError
        try:
            response = await self._http.send(exchange.request(self._http, token), stream=True)
            if not (is_stream and response.is_success):
                await self._read(response, exchange)
            exchange.show(response)
        except (httpx.TransportError, httpx.DecodingError) as error:
            failure = exchange.failure(error)
            cause = error if type(failure) is not ClientError else None
        else:
            return response
        raise failure from cause

    async def _read(self, response: httpx.Response, exchange: Exchange[Any]) -> None:
        response.request.extensions["timeout"]["read"] = exchange.time_left()
        stream = cast("httpx.AsyncByteStream", response.stream)
        response.stream = _Bounded(stream, exchange)
        try:
            await response.aread()
        finally:
            await response.aclose()
