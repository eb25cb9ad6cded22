"""Tells a field that is not given from one that is null."""

from __future__ import annotations

from typing import Final, Literal


class NotGiven:
    """The class of `NOT_GIVEN`: the field is not sent. `None` in its place is sent as null."""

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN: Final = NotGiven()
