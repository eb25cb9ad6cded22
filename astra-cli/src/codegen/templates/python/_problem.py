"""A refusal as RFC 9457 has it, for documents that do not say more."""

from __future__ import annotations

import dataclasses
from typing import Any

from ._decoding import Reader, as_integer, as_string


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A refusal."""

    type: str = "about:blank"
    """What kind of refusal it is, as a URI."""

    title: str | None = None
    """The kind in a few words."""

    status: int | None = None
    """The HTTP status."""

    detail: str | None = None
    """What was wrong this time."""

    instance: str | None = None
    """What it was about, as a URI."""

    unknown_fields: dict[str, Any] = dataclasses.field(
        default_factory=dict[str, Any],
        repr=False,
    )
    """What came beside."""

    @classmethod
    def from_json(cls, value: Any) -> Problem:
        """Reads it."""
        source = Reader(value)
        return cls(
            type=source.defaulted("type", as_string, "about:blank"),
            title=source.optional("title", as_string),
            status=source.optional("status", as_integer),
            detail=source.optional("detail", as_string),
            instance=source.optional("instance", as_string),
            unknown_fields=source.unknown(),
        )
