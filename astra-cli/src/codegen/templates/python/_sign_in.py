"""Signing in with credentials, and renewing the token before it ends or once it is refused."""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from ._async_transport import AsyncTransport
from ._calls import Call, json_answer
from ._decoding import Reader, as_number, as_string
from ._tokens import checked_token
from ._transport import Transport
from .credentials import (
    ClientCredentials,
    Credentials,
    PasswordCredentials,
    RefreshCredentials,
    TokenSet,
)
from .errors import APIError

_LONGEST_MARGIN_S = 30.0
_MARGIN_SHARE = 0.1
_IS_OVER = frozenset({400, 401, 403})
"""Statuses by which a refresh token turns out to be used up."""


@dataclass(frozen=True, slots=True)
class _Granted:
    access_token: str
    expires_in: float | None
    refresh_token: str | None

    @classmethod
    def from_json(cls, value: Any) -> _Granted:
        source = Reader(value)
        return cls(
            access_token=source.required("access_token", as_string),
            expires_in=source.optional("expires_in", as_number),
            refresh_token=source.optional("refresh_token", as_string),
        )


class Grants:
    """The tokens that are held, and how to come by the next ones."""

    def __init__(self, credentials: Credentials, token_path: str) -> None:
        self._credentials = credentials
        self._token_path = token_path
        self._access_token: str | None = None
        self._good_until: float | None = None
        self._refresh_token: str | None = None
        if isinstance(credentials, RefreshCredentials):
            self._refresh_token = credentials.refresh_token

    def good_token(self) -> str | None:
        """The token, unless it is about to end."""
        if self._good_until is not None and time.monotonic() >= self._good_until:
            return None
        return self._access_token

    def other_than(self, refused: str) -> str | None:
        """The token, if it is another one by now."""
        token = self.good_token()
        return None if token == refused else token

    def next_call(self) -> Call[_Granted]:
        """What to ask next for a token with."""
        return Call(
            method="POST",
            path=self._token_path,
            json=self._grant(),
            answer=json_answer(_Granted.from_json),
            needs_token=False,
        )

    def may_begin_anew(self, error: APIError) -> bool:
        """Whether, after this refusal, the first credentials are worth a try. They get it next."""
        had_refresh_token = self._refresh_token is not None
        is_over = had_refresh_token and error.status in _IS_OVER
        if is_over and not isinstance(self._credentials, RefreshCredentials):
            self._refresh_token = None
            return True
        return False

    def keep(self, granted: _Granted) -> TokenSet:
        """Takes over what came."""
        self._access_token = checked_token(granted.access_token)
        self._refresh_token = granted.refresh_token or self._refresh_token
        self._good_until = expires_at = None
        if granted.expires_in is not None:
            margin = min(_LONGEST_MARGIN_S, granted.expires_in * _MARGIN_SHARE)
            self._good_until = time.monotonic() + granted.expires_in - margin
            expires_at = datetime.now(timezone.utc) + timedelta(seconds=granted.expires_in)
        return TokenSet(self._access_token, self._refresh_token, expires_at)

    def _grant(self) -> dict[str, str]:
        if self._refresh_token is not None:
            return {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
        match self._credentials:
            case PasswordCredentials(username, password):
                return {"grant_type": "password", "username": username, "password": password}
            case ClientCredentials(client_id, client_secret):
                return {
                    "grant_type": "client_credentials",
                    "client_id": client_id,
                    "client_secret": client_secret,
                }
            case RefreshCredentials(refresh_token):
                return {"grant_type": "refresh_token", "refresh_token": refresh_token}


class SignedIn:
    """Gives the token of a sign-in. Threads that need one at the same time share a renewal."""

    def __init__(self, grants: Grants, hook: Callable[[TokenSet], object] | None) -> None:
        self._grants = grants
        self._hook = hook
        self._lock = threading.Lock()
        self.transport: Transport | None = None

    def token(self) -> str | None:
        with self._lock:
            return self._grants.good_token() or self._renewed()

    def token_instead_of(self, refused: str) -> str | None:
        with self._lock:
            return self._grants.other_than(refused) or self._renewed()

    def _renewed(self) -> str | None:
        if self.transport is None:
            return None
        try:
            granted = self.transport.send(self._grants.next_call())
        except APIError as error:
            if not self._grants.may_begin_anew(error):
                raise
            granted = self.transport.send(self._grants.next_call())
        tokens = self._grants.keep(granted)
        if self._hook is not None:
            self._hook(tokens)
        return tokens.access_token


class AsyncSignedIn:
    """Gives the token of a sign-in. Tasks that need one at the same time share a renewal."""

    def __init__(
        self, grants: Grants, hook: Callable[[TokenSet], Awaitable[object] | object] | None
    ) -> None:
        self._grants = grants
        self._hook = hook
        self._renewal: asyncio.Task[str | None] | None = None
        self.transport: AsyncTransport | None = None

    async def token(self) -> str | None:
        return self._grants.good_token() or await self._renewed()

    async def token_instead_of(self, refused: str) -> str | None:
        return self._grants.other_than(refused) or await self._renewed()

    async def _renewed(self) -> str | None:
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.ensure_future(self._renew())
        # A refresh token that was sent is used up: who gives up waiting must not lose the next.
        return await asyncio.shield(self._renewal)

    async def _renew(self) -> str | None:
        if self.transport is None:
            return None
        try:
            granted = await self.transport.send(self._grants.next_call())
        except APIError as error:
            if not self._grants.may_begin_anew(error):
                raise
            granted = await self.transport.send(self._grants.next_call())
        tokens = self._grants.keep(granted)
        if self._hook is not None:
            told = self._hook(tokens)
            if inspect.isawaitable(told):
                await told
        return tokens.access_token
