"""A call as its operation describes it: what is sent, and what is made of the answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypedDict, TypeVar

import httpx

from . import _encoding
from ._not_given import NOT_GIVEN
from .errors import DecodingError

T = TypeVar("T")


class CallOptions(TypedDict, total=False):
    """What one call may do differently from its client."""

    timeout: float | None
    """Seconds for the whole call, its retries included; for a stream, until it begins. `None` for
    no limit."""

    max_retries: int
    """How often it is sent again after a failure."""

    headers: Mapping[str, str]
    """Headers to send beside or instead of the usual ones."""

    idempotency_key: str
    """The `Idempotency-Key`, where the operation takes one, instead of a random one."""

    request_id: str
    """The `X-Request-ID` instead of a random one."""

    extra_body: Mapping[str, Any]
    """Fields of the body that this client does not know."""

    on_response: Callable[[httpx.Response], object]
    """Is shown the answer, such as for its headers."""


class StreamCallOptions(CallOptions, total=False):
    """What one stream may do differently from its client."""

    idle_timeout: float | None
    """After how many seconds without a byte the connection counts as broken; `None` for never."""

    resume: bool
    """Whether a broken stream is taken up again. It is, if nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[T]):
    """A request, before anything is known of where and when it is sent."""

    method: str
    path: str
    """With `{}` for each of `path_values`."""

    answer: Callable[[httpx.Response], T]
    path_values: Sequence[object] = ()
    query: Mapping[str, object] = field(default_factory=dict[str, object])
    headers: Mapping[str, object] = field(default_factory=dict[str, object])
    json: object = NOT_GIVEN
    """What is sent as JSON."""

    needs_body: bool = True
    """Whether an empty object is sent as well."""

    content: bytes | str | None = None
    """What is sent as it is."""

    content_type: str = "application/json"
    needs_token: bool = True
    takes_idempotency_key: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.filled_path}"

    @property
    def filled_path(self) -> str:
        """The path with its values."""
        return _encoding.path(self.path, self.path_values)


def no_answer(response: httpx.Response) -> None:
    """The answer has no content."""


def text_answer(response: httpx.Response) -> str:
    """The answer is text."""
    return response.text


def bytes_answer(response: httpx.Response) -> bytes:
    """The answer is bytes."""
    return response.content


def raw_answer(response: httpx.Response) -> httpx.Response:
    """The answer as it is."""
    return response


def json_answer(decode: Callable[[Any], T]) -> Callable[[httpx.Response], T]:
    """The answer is JSON, which `decode` takes."""

    def read(response: httpx.Response) -> T:
        try:
            value = json.loads(response.content)
        except ValueError:
            kind = response.headers.get("content-type", "nothing")
            raise DecodingError(f"JSON was expected, and {kind} came") from None
        return decode(value)

    return read
