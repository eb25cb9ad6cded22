"""One call on its way: what is sent each time, and whether and when it is sent again. Nothing here
waits or connects."""

from __future__ import annotations

import json
import platform
import random
import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import httpx

from . import _encoding
from ._calls import Call, CallOptions
from ._not_given import NotGiven
from ._version import NAME, VERSION
from .errors import APIConnectionError, APIError, APITimeoutError, ClientError, UnauthorizedError

T = TypeVar("T")

_AGAIN = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses that may be others next time."""

_REFUSED_BEFORE_WORK = frozenset({429, 503})
_HARMLESS_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_LONGEST_CONNECT_S = 10.0
_LONGEST_RETRY_AFTER_S = 60.0
_FIRST_DELAY_S = 0.5
_LONGEST_DELAY_S = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What holds for all calls of a client."""

    base_url: str
    timeout: float | None
    idle_timeout: float | None
    max_retries: int
    headers: Mapping[str, str]
    on_response: Callable[[httpx.Response], object] | None


def checked_base_url(url: str) -> str:
    """`url` without the slash at its end."""
    if not re.match(r"https?://[^/]", url):
        raise ClientError(f"the base URL {url!r} does not begin with http:// or https://")
    return url.rstrip("/")


def backoff(attempt: int) -> float:
    """Seconds to wait after the failure of this attempt, the first being 0."""
    longest = min(_FIRST_DELAY_S * 2.0**attempt, _LONGEST_DELAY_S)
    return longest * random.uniform(0.5, 1.0)


def delay_asked_for(error: ClientError) -> float | None:
    """Seconds after which the other side wants another try."""
    return error.retry_after if isinstance(error, APIError) else None


def may_pass_later(error: ClientError) -> bool:
    """Whether the same request may have success another time."""
    if isinstance(error, APIError):
        return error.status in _AGAIN
    # What took all of its time once is not given the same time again.
    if isinstance(error, APITimeoutError):
        return not error.was_sent
    return isinstance(error, APIConnectionError)


class Exchange(Generic[T]):
    """A call with its options, over all its attempts."""

    def __init__(self, settings: Settings, call: Call[T], options: CallOptions | None) -> None:
        own: CallOptions = {} if options is None else options
        self.call = call
        self.request_id = own.get("request_id") or uuid.uuid4().hex
        self._has_new_token = False
        self._settings = settings
        self._options = own
        self._timeout = own.get("timeout", settings.timeout)
        self._max_retries = own.get("max_retries", settings.max_retries)
        self._deadline = None if self._timeout is None else time.monotonic() + self._timeout
        self._attempt = 0
        self._url = settings.base_url + call.filled_path
        self._query = _encoding.pairs(call.query)
        self._headers = self._lasting_headers()
        self._content = self._encoded_body()

    @property
    def wants_token(self) -> bool:
        """Whether the client's token is to be sent."""
        return self.call.needs_token and "authorization" not in self._headers

    @property
    def keys(self) -> dict[str, str]:
        """The headers by which the other side knows a repetition."""
        names = ("X-Request-ID", "Idempotency-Key")
        return {name: self._headers[name] for name in names if name in self._headers}

    def request(self, http: httpx.Client | httpx.AsyncClient, token: str | None) -> httpx.Request:
        """The request of the next attempt."""
        headers = httpx.Headers(self._headers)
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        return http.build_request(
            self.call.method,
            self._url,
            params=tuple(self._query) or None,
            headers=headers,
            content=self._content,
            timeout=self._limits(self.time_left()),
        )

    def time_left(self) -> float | None:
        """Seconds until the call has taken too long; `None` if it may take any time."""
        return None if self._deadline is None else max(self._deadline - time.monotonic(), 0.001)

    def check_time(self) -> None:
        """Raises if the call has taken too long."""
        if self._deadline is not None and time.monotonic() >= self._deadline:
            raise self.timed_out()

    def timed_out(self, *, was_sent: bool = True) -> APITimeoutError:
        """The error of a call that has taken too long."""
        message = f"{self.call}: no answer within {self._timeout} s"
        return APITimeoutError(message, request_id=self.request_id, was_sent=was_sent)

    def show(self, response: httpx.Response) -> None:
        """Shows an answer to whom it may concern."""
        for hook in (self._settings.on_response, self._options.get("on_response")):
            if hook is not None:
                hook(response)

    def failure(self, error: httpx.TransportError | httpx.DecodingError) -> ClientError:
        """What `error` means for the call."""
        what = str(self.call)
        if isinstance(error, (httpx.ConnectTimeout, httpx.PoolTimeout)):
            return APITimeoutError(
                f"{what}: no connection in time", request_id=self.request_id, was_sent=False
            )
        if isinstance(error, httpx.TimeoutException):
            return self.timed_out()
        if isinstance(error, (httpx.LocalProtocolError, httpx.UnsupportedProtocol)):
            # Its text may have a header in it, and so the token.
            return ClientError(f"{what}: the request cannot be sent ({type(error).__name__})")
        told = str(error) or type(error).__name__
        was_sent = not isinstance(error, (httpx.ConnectError, httpx.ProxyError))
        return APIConnectionError(f"{what}: {told}", request_id=self.request_id, was_sent=was_sent)

    def may_renew_token(self, error: ClientError) -> bool:
        """Whether another token may help, which is tried once."""
        may = isinstance(error, UnauthorizedError) and not self._has_new_token
        self._has_new_token = self._has_new_token or may
        return may

    def delay_after(self, error: ClientError) -> float | None:
        """Seconds after which the call is sent again; `None` if it is not."""
        if self._attempt >= self._max_retries or not self._may_repeat(error):
            return None
        asked_for = delay_asked_for(error)
        if asked_for is not None and asked_for > _LONGEST_RETRY_AFTER_S:
            return None
        delay = backoff(self._attempt) if asked_for is None else asked_for
        if self._deadline is not None and time.monotonic() + delay >= self._deadline:
            return None
        self._attempt += 1
        return delay

    def _may_repeat(self, error: ClientError) -> bool:
        if not may_pass_later(error):
            return False
        if self.call.method in _HARMLESS_METHODS or "idempotency-key" in self._headers:
            return True
        if isinstance(error, APIConnectionError):
            return not error.was_sent
        return isinstance(error, APIError) and error.status in _REFUSED_BEFORE_WORK

    def _limits(self, left: float | None) -> httpx.Timeout:
        connect = _LONGEST_CONNECT_S if left is None else min(left, _LONGEST_CONNECT_S)
        return httpx.Timeout(left, connect=connect)

    def _lasting_headers(self) -> httpx.Headers:
        headers = httpx.Headers(
            {
                "accept": "application/json, application/problem+json;q=0.9, */*;q=0.8",
                "user-agent": f"{NAME}/{VERSION} python/{platform.python_version()}",
                "x-request-id": self.request_id,
            }
        )
        if self.call.takes_idempotency_key or "idempotency_key" in self._options:
            headers["idempotency-key"] = self._options.get("idempotency_key") or str(uuid.uuid4())
        headers.update(self._settings.headers)
        headers.update(_encoding.pairs(self.call.headers))
        headers.update(self._options.get("headers", {}))
        return headers

    def _encoded_body(self) -> bytes | None:
        call = self.call
        if call.content is not None:
            self._headers.setdefault("content-type", call.content_type)
            return call.content.encode() if isinstance(call.content, str) else call.content
        extra = self._options.get("extra_body")
        if isinstance(call.json, NotGiven) and not extra:
            return None
        body = self._body_with(extra or {})
        if not body and not call.needs_body:
            return None
        self._headers.setdefault("content-type", call.content_type)
        return json.dumps(body, allow_nan=False, separators=(",", ":")).encode()

    def _body_with(self, extra: Mapping[str, Any]) -> object:
        if isinstance(self.call.json, NotGiven):
            return _encoding.written(extra)
        body: object = _encoding.encode(self.call.json)
        if not extra:
            return body
        if not isinstance(body, dict):
            raise TypeError("extra_body needs a body that is an object")
        return {**cast("dict[str, Any]", body), **_encoding.written(extra)}
