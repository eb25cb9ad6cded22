"""A typed client, for threads (`Client`) and for asyncio (`AsyncClient`)."""

from . import errors, params, types
from ._calls import CallOptions, StreamCallOptions
from ._not_given import NOT_GIVEN, NotGiven
from ._paging import AsyncPaginator, Page, Paginator
from ._streams import AsyncStream, Stream
from ._version import VERSION as __version__
from .client import AsyncClient, Client
#if sign_in
from .credentials import (
    ClientCredentials,
    Credentials,
    PasswordCredentials,
    RefreshCredentials,
    TokenSet,
)
#end
from .errors import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    BadRequestError,
    ClientError,
    ConflictError,
    DecodingError,
    FieldError,
    ForbiddenError,
    NotFoundError,
    NotModifiedError,
    PreconditionFailedError,
    RateLimitedError,
    ServerError,
    StreamBrokenError,
    UnauthorizedError,
    UnavailableError,
    UnprocessableError,
)

__all__ = [
    "NOT_GIVEN",
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "AsyncClient",
    "AsyncPaginator",
    "AsyncStream",
    "BadRequestError",
    "CallOptions",
    "Client",
#if sign_in
    "ClientCredentials",
#end
    "ClientError",
    "ConflictError",
#if sign_in
    "Credentials",
#end
    "DecodingError",
    "FieldError",
    "ForbiddenError",
    "NotFoundError",
    "NotGiven",
    "NotModifiedError",
    "Page",
    "Paginator",
#if sign_in
    "PasswordCredentials",
#end
    "PreconditionFailedError",
    "RateLimitedError",
#if sign_in
    "RefreshCredentials",
#end
    "ServerError",
    "Stream",
    "StreamBrokenError",
    "StreamCallOptions",
#if sign_in
    "TokenSet",
#end
    "UnauthorizedError",
    "UnavailableError",
    "UnprocessableError",
    "__version__",
    "errors",
    "params",
    "types",
]
