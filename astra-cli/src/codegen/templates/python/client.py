"""The client, for threads and for asyncio."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType

import httpx

from ._async_transport import AsyncTransport
from ._calls import Call, CallOptions, raw_answer
from ._exchange import Settings, checked_base_url
from ._not_given import NOT_GIVEN
#if sign_in
from ._sign_in import AsyncSignedIn, Grants, SignedIn
#end
from ._tokens import AsyncGivenToken, GivenToken
from ._transport import Transport
#if sign_in
from .credentials import Credentials, TokenSet
#end
#group_imports

__all__ = ["AsyncClient", "Client"]

#if sign_in
_TOKEN_PATH = "#token_path"
#end
_BASE_URL = "http://127.0.0.1:3000"
_TIMEOUT_S = 600.0
_IDLE_TIMEOUT_S = 60.0
_MAX_RETRIES = 2


class Client:
    """#title

    Args:
        base_url: Where it answers.
        token: The access token, or a function that gives it whenever one is needed.
#if sign_in
        credentials: What to sign in with instead: the client gets and renews its token by itself.
        on_tokens: Is given the tokens of each sign-in and renewal, to store them.
#end
        timeout: Seconds for a whole call with its retries; for a stream, until it begins.
            `None` for no limit.
        idle_timeout: After how many seconds without a byte a stream counts as broken.
            `None` for never.
        max_retries: How often a call is sent again after a failure that may pass.
        headers: Headers to send with each request.
        http_client: Your own `httpx.Client`, which is yours to close.
        on_response: Is shown each answer.
    """

#groups_declared

    def __init__(
        self,
        base_url: str = _BASE_URL,
        *,
        token: str | Callable[[], str] | None = None,
#if sign_in
        credentials: Credentials | None = None,
        on_tokens: Callable[[TokenSet], object] | None = None,
#end
        timeout: float | None = _TIMEOUT_S,
        idle_timeout: float | None = _IDLE_TIMEOUT_S,
        max_retries: int = _MAX_RETRIES,
        headers: Mapping[str, str] | None = None,
        http_client: httpx.Client | None = None,
        on_response: Callable[[httpx.Response], object] | None = None,
    ) -> None:
        settings = Settings(
            base_url=checked_base_url(base_url),
            timeout=timeout,
            idle_timeout=idle_timeout,
            max_retries=max_retries,
            headers=dict(headers or {}),
            on_response=on_response,
        )
#if sign_in
        if credentials is None:
            self._transport = Transport(settings, GivenToken(token), http_client)
        elif token is not None:
            raise TypeError("a client takes a token or credentials, not both")
        else:
            signed_in = SignedIn(Grants(credentials, _TOKEN_PATH), on_tokens)
            self._transport = Transport(settings, signed_in, http_client)
            signed_in.transport = self._transport
#else
        self._transport = Transport(settings, GivenToken(token), http_client)
#end
#groups_made

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self._transport.settings.base_url!r})"

    def close(self) -> None:
        """Closes the connections."""
        self._transport.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        json: object = NOT_GIVEN,
        content: bytes | str | None = None,
        options: CallOptions | None = None,
    ) -> httpx.Response:
        """Sends any request, with the same token, retries and errors as all others.

        Args:
            method: Such as `GET`.
            path: The path under the base URL, from its slash on.
            query: The query; lists become several pairs.
            json: What to send as JSON.
            content: What to send as it is; say what it is by the header `content-type`.
            options: What this call does differently.
        """
        return self._transport.send(_raw_call(method, path, query, json, content), options)


class AsyncClient:
    """#title

    Args:
        base_url: Where it answers.
        token: The access token, or a function that gives it whenever one is needed, which may
            be `async`.
#if sign_in
        credentials: What to sign in with instead: the client gets and renews its token by itself.
        on_tokens: Is given the tokens of each sign-in and renewal, to store them.
#end
        timeout: Seconds for a whole call with its retries; for a stream, until it begins.
            `None` for no limit.
        idle_timeout: After how many seconds without a byte a stream counts as broken.
            `None` for never.
        max_retries: How often a call is sent again after a failure that may pass.
        headers: Headers to send with each request.
        http_client: Your own `httpx.AsyncClient`, which is yours to close.
        on_response: Is shown each answer.
    """

#async_groups_declared

    def __init__(
        self,
        base_url: str = _BASE_URL,
        *,
        token: str | Callable[[], str | Awaitable[str]] | None = None,
#if sign_in
        credentials: Credentials | None = None,
        on_tokens: Callable[[TokenSet], Awaitable[object] | object] | None = None,
#end
        timeout: float | None = _TIMEOUT_S,
        idle_timeout: float | None = _IDLE_TIMEOUT_S,
        max_retries: int = _MAX_RETRIES,
        headers: Mapping[str, str] | None = None,
        http_client: httpx.AsyncClient | None = None,
        on_response: Callable[[httpx.Response], object] | None = None,
    ) -> None:
        settings = Settings(
            base_url=checked_base_url(base_url),
            timeout=timeout,
            idle_timeout=idle_timeout,
            max_retries=max_retries,
            headers=dict(headers or {}),
            on_response=on_response,
        )
#if sign_in
        if credentials is None:
            self._transport = AsyncTransport(settings, AsyncGivenToken(token), http_client)
        elif token is not None:
            raise TypeError("a client takes a token or credentials, not both")
        else:
            signed_in = AsyncSignedIn(Grants(credentials, _TOKEN_PATH), on_tokens)
            self._transport = AsyncTransport(settings, signed_in, http_client)
            signed_in.transport = self._transport
#else
        self._transport = AsyncTransport(settings, AsyncGivenToken(token), http_client)
#end
#async_groups_made

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"AsyncClient({self._transport.settings.base_url!r})"

    async def close(self) -> None:
        """Closes the connections."""
        await self._transport.close()

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        json: object = NOT_GIVEN,
        content: bytes | str | None = None,
        options: CallOptions | None = None,
    ) -> httpx.Response:
        """Sends any request, with the same token, retries and errors as all others.

        Args:
            method: Such as `GET`.
            path: The path under the base URL, from its slash on.
            query: The query; lists become several pairs.
            json: What to send as JSON.
            content: What to send as it is; say what it is by the header `content-type`.
            options: What this call does differently.
        """
        return await self._transport.send(_raw_call(method, path, query, json, content), options)


def _raw_call(
    method: str,
    path: str,
    query: Mapping[str, object] | None,
    json: object,
    content: bytes | str | None,
) -> Call[httpx.Response]:
    if not path.startswith("/"):
        raise ValueError(f"the path {path!r} does not begin with a slash")
    content_type = "application/json"
    if content is not None:
        is_text = isinstance(content, str)
        content_type = "text/plain; charset=utf-8" if is_text else "application/octet-stream"
    return Call(
        method=method.upper(),
        path=path,
        query=query or {},
        json=json,
        content=content,
        content_type=content_type,
        answer=raw_answer,
    )
