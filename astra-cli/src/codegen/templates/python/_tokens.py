"""Where the token of a request comes from, if it is given."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable
from typing import Protocol

from .errors import ClientError


class TokenSource(Protocol):
    """Gives tokens."""

    def token(self) -> str | None:
        """The token to send."""
        ...

    def token_instead_of(self, refused: str) -> str | None:
        """Another token than the one that was refused, if there is one."""
        ...


class AsyncTokenSource(Protocol):
    """Gives tokens."""

    async def token(self) -> str | None:
        """The token to send."""
        ...

    async def token_instead_of(self, refused: str) -> str | None:
        """Another token than the one that was refused, if there is one."""
        ...


def checked_token(token: str) -> str:
    """`token` without blanks around it, such as the newline of a file."""
    token = token.strip()
    if not re.fullmatch(r"[!-~]+", token):
        raise ClientError("the token is empty, or has characters that no header can carry")
    return token


class GivenToken:
    """Always the same token, or one that a function gives, or none."""

    def __init__(self, token: str | Callable[[], str] | None) -> None:
        self._token = checked_token(token) if isinstance(token, str) else token

    def token(self) -> str | None:
        if self._token is None or isinstance(self._token, str):
            return self._token
        return checked_token(self._token())

    def token_instead_of(self, refused: str) -> str | None:
        token = self.token()
        return None if token == refused else token


class AsyncGivenToken:
    """Always the same token, or one that a function gives, at once or later, or none."""

    def __init__(self, token: str | Callable[[], str | Awaitable[str]] | None) -> None:
        self._token = checked_token(token) if isinstance(token, str) else token

    async def token(self) -> str | None:
        if self._token is None or isinstance(self._token, str):
            return self._token
        token = self._token()
        return checked_token(await token if inspect.isawaitable(token) else token)

    async def token_instead_of(self, refused: str) -> str | None:
        token = await self.token()
        return None if token == refused else token
