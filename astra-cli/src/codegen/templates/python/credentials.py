"""What one signs in with, and what one gets for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class PasswordCredentials:
    """A person's name and password."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """A service account's id, or name, and secret."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RefreshCredentials:
    """A refresh token of an earlier sign-in. It is good once: `on_tokens` gets the next."""

    refresh_token: str = field(repr=False)


Credentials: TypeAlias = PasswordCredentials | ClientCredentials | RefreshCredentials
"""Any of them."""


@dataclass(frozen=True, slots=True)
class TokenSet:
    """The tokens that a sign-in, or its renewal, gave."""

    access_token: str = field(repr=False)
    """The token of requests."""

    refresh_token: str | None = field(repr=False)
    """Good once, for the next tokens."""

    expires_at: datetime | None
    """When the access token stops being good; `None` if the server did not say."""
