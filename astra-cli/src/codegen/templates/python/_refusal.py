"""Makes an `APIError` of an answer that is no success, from the server or a proxy before it."""

from __future__ import annotations

import email.utils
import json
import time
from typing import Any, cast

import httpx

from . import errors
from .errors import APIError, FieldError
from .types import Problem

_BY_STATUS: dict[int, type[APIError]] = {
    304: errors.NotModifiedError,
    400: errors.BadRequestError,
    401: errors.UnauthorizedError,
    403: errors.ForbiddenError,
    404: errors.NotFoundError,
    409: errors.ConflictError,
    412: errors.PreconditionFailedError,
    422: errors.UnprocessableError,
    429: errors.RateLimitedError,
    503: errors.UnavailableError,
}

_MOST_LETTERS = 500


def refusal(response: httpx.Response, request_id: str) -> APIError:
    """The error that `response`, whose body is read, stands for."""
    status = response.status_code
    body = _body(response)
    fields = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    kind = _BY_STATUS.get(status, errors.ServerError if status >= 500 else APIError)
    return kind(
        status,
        code=_code(fields),
        detail=_detail(response, body, fields),
        errors=_field_errors(fields),
        problem=_problem(response, fields),
        body=body,
        headers=response.headers,
        request_id=_string(fields, "request_id")
        or response.headers.get("x-request-id", request_id),
        retry_after=_retry_after(response),
    )


def _body(response: httpx.Response) -> Any:
    try:
        return json.loads(response.content)
    except ValueError:
        return response.text


def _code(fields: dict[str, Any]) -> str | None:
    # A problem's code; that of OAuth 2 (RFC 6749, 5.2); that of OpenAI.
    return _string(fields, "code") or _string(fields, "error") or _string(_inner(fields), "code")


def _detail(response: httpx.Response, body: Any, fields: dict[str, Any]) -> str:
    for found in (
        _string(fields, "detail"),
        _string(fields, "error_description"),
        _string(_inner(fields), "message"),
        _string(fields, "message"),
        _string(fields, "title"),
    ):
        if found is not None:
            return found
    kind = response.headers.get("content-type", "").split(";")[0].strip()
    if isinstance(body, str) and body.strip() and kind == "text/plain":
        return body.strip()[:_MOST_LETTERS]
    shown = f" ({kind} came)" if kind and kind != "application/json" else ""
    return f"{response.reason_phrase}{shown}"


def _field_errors(fields: dict[str, Any]) -> tuple[FieldError, ...]:
    listed = fields.get("errors")
    if not isinstance(listed, list):
        return ()
    found = [
        cast("dict[str, Any]", one) for one in cast("list[object]", listed) if isinstance(one, dict)
    ]
    return tuple(
        FieldError(_string(one, "pointer") or "", _string(one, "detail") or "") for one in found
    )


def _problem(response: httpx.Response, fields: dict[str, Any]) -> Problem | None:
    if "json" not in response.headers.get("content-type", ""):
        return None
    try:
        return Problem.from_json(fields)
    except errors.DecodingError:
        return None


def _inner(fields: dict[str, Any]) -> dict[str, Any]:
    inner = fields.get("error")
    return cast("dict[str, Any]", inner) if isinstance(inner, dict) else {}


def _string(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) and value else None


def _retry_after(response: httpx.Response) -> float | None:
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return max(0.0, moment.timestamp() - time.time())
