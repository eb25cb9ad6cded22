"""What can go wrong. Everything that this package raises by itself is a `ClientError`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .types import Problem

__all__ = [
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "BadRequestError",
    "ClientError",
    "ConflictError",
    "DecodingError",
    "FieldError",
    "ForbiddenError",
    "NotFoundError",
    "NotModifiedError",
    "PreconditionFailedError",
    "RateLimitedError",
    "ServerError",
    "StreamBrokenError",
    "UnauthorizedError",
    "UnavailableError",
    "UnprocessableError",
]


class ClientError(Exception):
    """The base of all errors of this package."""


class DecodingError(ClientError):
    """An answer is not what the document promises."""

    path: tuple[str | int, ...]
    """Where in the answer, from the outside inwards."""

    def __init__(self, fault: str, path: tuple[str | int, ...] = ()) -> None:
        self._fault = fault
        self.path = path
        super().__init__(fault)

    def inside(self, step: str | int) -> None:
        """Notes that the fault lies deeper, at `step` of what is around."""
        self.path = (step, *self.path)

    def __str__(self) -> str:
        place = "".join(f"/{step}" for step in self.path)
        return f"the answer at {place or '/'}: {self._fault}"


class APIConnectionError(ClientError):
    """No whole answer came: no connection could be made, or it broke."""

    request_id: str | None
    """The `X-Request-ID` of the request."""

    was_sent: bool
    """Whether the request may have reached the other side."""

    def __init__(
        self, message: str, *, request_id: str | None = None, was_sent: bool = True
    ) -> None:
        super().__init__(f"{message} (request {request_id})" if request_id else message)
        self.request_id = request_id
        self.was_sent = was_sent


class APITimeoutError(APIConnectionError):
    """No answer came in time."""


class StreamBrokenError(APIConnectionError):
    """A stream ended before its last event, and could not be taken up again."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of a request."""

    pointer: str
    """Where it is in the body, as a JSON pointer (RFC 6901)."""

    detail: str
    """What is wrong with it."""


class APIError(ClientError):
    """The other side refused. There is a subclass for each status that tells something."""

    status: int
    """The HTTP status."""

    code: str | None
    """The refusal's code, for programs."""

    detail: str
    """What was wrong, for people."""

    errors: tuple[FieldError, ...]
    """What is wrong with single fields of the request."""

    problem: Problem | None
    """The whole refusal, if it came as problem+json (RFC 9457)."""

    body: Any
    """What came: parsed if it was JSON, else text."""

    headers: Mapping[str, str]
    """The headers of the answer."""

    request_id: str | None
    """By which the request is found in the other side's logs."""

    retry_after: float | None
    """After how many seconds another try is welcome, if the other side said so."""

    def __init__(
        self,
        status: int,
        *,
        code: str | None = None,
        detail: str = "",
        errors: tuple[FieldError, ...] = (),
        problem: Problem | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.problem = problem
        self.body = body
        self.headers = {} if headers is None else headers
        self.request_id = request_id
        self.retry_after = retry_after
        super().__init__(self._message())

    def _message(self) -> str:
        parts = [f"{self.status} {self.code}" if self.code else str(self.status)]
        if self.detail:
            parts[0] += ":"
            parts.append(self.detail)
        if self.errors:
            parts.append("; ".join(f"{error.pointer}: {error.detail}" for error in self.errors))
        if self.request_id:
            parts.append(f"(request {self.request_id})")
        return " ".join(parts)


class NotModifiedError(APIError):
    """304: what was asked for is still what `If-None-Match` names."""


class BadRequestError(APIError):
    """400: the request cannot be understood."""


class UnauthorizedError(APIError):
    """401: there is no token, or it is no longer good."""


class ForbiddenError(APIError):
    """403: the token may not do this."""


class NotFoundError(APIError):
    """404: there is no such thing."""


class ConflictError(APIError):
    """409: the state of things does not allow it."""


class PreconditionFailedError(APIError):
    """412: another caller was faster; `If-Match` names an older state."""


class UnprocessableError(APIError):
    """422: the request is understood, and wrong. `errors` says where."""


class RateLimitedError(APIError):
    """429: too much at once. `retry_after` says when to come again."""


class ServerError(APIError):
    """5xx: the other side failed."""


class UnavailableError(ServerError):
    """503: not now. `retry_after` may say when to come again."""
