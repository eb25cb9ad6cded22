"""Where a stream of events is: what came, whether more is to come, and how to go on after a break.
Nothing here connects."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import httpx

from ._calls import Call, CallOptions, StreamCallOptions
from ._exchange import Exchange, Settings, backoff, delay_asked_for, may_pass_later
from ._sse import Frame, Parser
from .errors import APIConnectionError, ClientError, DecodingError, StreamBrokenError

T = TypeVar("T")

_MOST_ATTEMPTS = 5
"""So often in a row is a stream taken up again in vain."""

_LONGEST_RETRY_AFTER_S = 60.0
_DONE = "[DONE]"
_NO_CONTENT = 204


@dataclass(frozen=True, slots=True)
class Resume:
    """How a broken stream goes on: by GET, with `Last-Event-ID`."""

    path: str | None = None
    """Where, if not at the stream's own path."""

    field: str | None = None
    """The field of the events which fills the path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Events(Generic[T]):
    """The events of an operation."""

    decode: Callable[[Any], T]
    tag: str | None = None
    """The field that tells the events apart."""

    known: frozenset[str] = frozenset()
    """The tags that this client knows."""

    ends_with: frozenset[str] = frozenset()
    """The tags after which nothing comes; if there are none, a stream that can go on never ends."""

    ends_with_done: bool = False
    """Whether `[DONE]` comes last."""

    resume: Resume | None = None

    def value(self, frame: Frame) -> Any:
        """The JSON of an event. An event of an unknown kind need not have JSON, nor a tag in it."""
        is_unknown = self.tag is not None and frame.event not in (*self.known, "message")
        value: Any = None
        try:
            value = json.loads(frame.data)
        except ValueError:
            if not is_unknown:
                raise DecodingError(f"the event {frame.event!r} is no JSON") from None
            value = frame.data
        if self.tag is None or not is_unknown:
            return value
        if isinstance(value, dict):
            return {self.tag: frame.event, **cast("dict[str, Any]", value)}
        return {self.tag: frame.event, "data": value}


class Following(Generic[T]):
    """A stream from its first event to its last, over as many connections as it takes."""

    def __init__(
        self,
        settings: Settings,
        call: Call[Any],
        events: Events[T],
        options: StreamCallOptions | None,
        last_event_id: object,
    ) -> None:
        own: StreamCallOptions = {} if options is None else options
        self.last_event_id = "" if last_event_id is None else str(last_event_id)
        self.is_over = False
        self.idle_timeout = own.get("idle_timeout", settings.idle_timeout)
        self._events = events
        self._options = own
        self._comes_again = own.get("resume", True)
        self._resume = events.resume if self._comes_again else None
        self._most_attempts = own.get(
            "max_retries", max(settings.max_retries, _MOST_ATTEMPTS) if settings.max_retries else 0
        )
        # Whatever is sent again is the same request: it keeps its keys.
        exchange = Exchange(settings, call, options)
        self._call = dataclasses.replace(call, headers={**call.headers, **exchange.keys})
        self._has_begun = False
        self._path_value: object = None
        self._attempts_in_vain = 0
        self._connections = 0
        self._parser = Parser(self.last_event_id)

    def next_call(self) -> Call[Any]:
        """The request of the next connection."""
        # An id may also come without an event.
        self.last_event_id = self._parser.last_event_id
        self._parser = Parser(self.last_event_id)
        call = self._resuming_call() if self._has_begun else self._call
        headers = {**call.headers, "Accept": "text/event-stream"}
        if self.last_event_id:
            headers["Last-Event-ID"] = self.last_event_id
        return dataclasses.replace(call, headers=headers)

    def next_options(self) -> CallOptions:
        """Its options: only the first connection is tried again in the usual way."""
        self._connections += 1
        options = cast("CallOptions", {**self._options})
        if self._connections > 1:
            options["max_retries"] = 0
        if self._has_begun:
            # These belong to the request that began it.
            options.pop("idempotency_key", None)
            options.pop("extra_body", None)
        return options

    def connected(self, response: httpx.Response) -> None:
        """Sets how long the connection may be silent; an answer without content is the end."""
        response.request.extensions["timeout"]["read"] = self.idle_timeout
        # There is nothing after the last event, and nothing will come.
        self.is_over = response.status_code == _NO_CONTENT

    def take(self, chunk: bytes) -> Iterator[T]:
        """The events that `chunk` completes."""
        for frame in self._parser.push(chunk):
            if self._events.ends_with_done and frame.data == _DONE:
                self.is_over = True
                return
            value = self._events.value(frame)
            event = self._events.decode(value)
            self._note(value)
            self.last_event_id = frame.id
            yield event
            if self.is_over:
                return
        if self._is_endless and self._parser.has_read:
            # The server is there, and has no event.
            self._attempts_in_vain = 0

    def failure(self, error: httpx.TransportError) -> APIConnectionError:
        """What the break of a connection means."""
        silent = isinstance(error, httpx.TimeoutException)
        told = f"no byte for {self.idle_timeout} s" if silent else str(error)
        return self._broken(f"the stream broke: {told or type(error).__name__}")

    def delay_after(self, error: ClientError | None) -> float | None:
        """Seconds after which the stream is taken up again after `error`, or after an end without
        one; `None` if it has come to its end. Raises if it cannot be taken up."""
        if error is None and self._may_end_here:
            return None
        broken = error or self._broken("the stream ended before its last event")
        if not may_pass_later(broken) or not self._may_go_on:
            raise broken
        asked_for = delay_asked_for(broken)
        is_too_long = asked_for is not None and asked_for > _LONGEST_RETRY_AFTER_S
        if is_too_long or self._attempts_in_vain >= self._most_attempts:
            raise broken
        delay = backoff(self._attempts_in_vain) if asked_for is None else asked_for
        self._attempts_in_vain += 1
        return max(delay, (self._parser.retry_ms or 0) / 1000)

    @property
    def _is_endless(self) -> bool:
        return not self._events.ends_with and not self._events.ends_with_done

    @property
    def _may_end_here(self) -> bool:
        return self._is_endless and self._resume is None

    @property
    def _may_go_on(self) -> bool:
        if self._has_begun:
            resume = self._resume
            return resume is not None and (resume.field is None or self._path_value is not None)
        call = self._call
        is_harmless = call.method == "GET" or call.takes_idempotency_key
        return self._comes_again and is_harmless

    def _note(self, value: Any) -> None:
        self._has_begun = True
        self._attempts_in_vain = 0
        fields = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        field = self._resume.field if self._resume is not None else None
        if field is not None and field in fields:
            self._path_value = fields[field]
        if self._events.tag is not None and fields.get(self._events.tag) in self._events.ends_with:
            self.is_over = True

    def _resuming_call(self) -> Call[Any]:
        call, resume = self._call, self._resume
        if resume is None or resume.path is None:
            return call
        values = () if resume.field is None else (self._path_value,)
        headers = {"X-Request-ID": call.headers["X-Request-ID"]}
        return Call(
            method="GET",
            path=resume.path,
            path_values=values,
            headers=headers,
            answer=call.answer,
            needs_token=call.needs_token,
        )

    def _broken(self, what: str) -> StreamBrokenError:
        request_id = str(self._call.headers["X-Request-ID"])
        return StreamBrokenError(f"{self._call}: {what}", request_id=request_id)
