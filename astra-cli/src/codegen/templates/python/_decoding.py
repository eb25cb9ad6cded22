"""What comes in: JSON becomes typed values. What is unknown is kept; what contradicts the document
is a `DecodingError`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Generic, TypeVar, cast

from .errors import DecodingError

T = TypeVar("T")

_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):?(\d\d))"
)


def as_anything(value: Any) -> Any:
    """Any JSON."""
    return value


def as_string(value: Any) -> str:
    """A string."""
    if isinstance(value, str):
        return value
    raise _unexpected("a string", value)


def as_integer(value: Any) -> int:
    """A whole number, which JSON may also write as `3.0`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise _unexpected("a whole number", value)


def as_number(value: Any) -> float:
    """A number."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise _unexpected("a number", value)


def as_boolean(value: Any) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    raise _unexpected("true or false", value)


def as_datetime(value: Any) -> datetime:
    """A time as RFC 3339 has it."""
    found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise _unexpected("a time (RFC 3339)", value)
    day, time, fraction, _, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    zone = timezone(-offset if sign == "-" else offset) if offset else timezone.utc
    try:
        whole = datetime.fromisoformat(f"{day}T{time}")
    except ValueError:
        raise _unexpected("a time (RFC 3339)", value) from None
    return whole.replace(microsecond=int((fraction or "0")[:6].ljust(6, "0")), tzinfo=zone)


def as_null(value: Any) -> None:
    """Null."""
    if value is not None:
        raise _unexpected("null", value)


class AsConstant(Generic[T]):
    """This one value."""

    __slots__ = ("_expected",)

    def __init__(self, expected: T) -> None:
        self._expected = expected

    def __call__(self, value: Any) -> T:
        if value != self._expected:
            raise _unexpected(repr(self._expected), value)
        return self._expected


def as_nullable(decode: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """Null, or what `decode` takes."""
    return lambda value: None if value is None else decode(value)


def as_list(decode: Callable[[Any], T]) -> Callable[[Any], list[T]]:
    """A list of what `decode` takes."""

    def decode_list(value: Any) -> list[T]:
        if not isinstance(value, list):
            raise _unexpected("a list", value)
        items = cast("list[object]", value)
        return [_inside(place, decode, item) for place, item in enumerate(items)]

    return decode_list


def as_map(decode: Callable[[Any], T]) -> Callable[[Any], dict[str, T]]:
    """An object whose fields are what `decode` takes."""

    def decode_map(value: Any) -> dict[str, T]:
        if not isinstance(value, dict):
            raise _unexpected("an object", value)
        items = cast("dict[str, Any]", value).items()
        return {name: _inside(name, decode, item) for name, item in items}

    return decode_map


def by_tag(
    value: Any,
    tag: str,
    cases: Mapping[str, Callable[[Any], T]],
    unknown: Callable[[str, Any], T],
) -> T:
    """The case that the field `tag` names; an unknown one is no error."""
    found = cast("dict[str, Any]", value).get(tag) if isinstance(value, dict) else None
    name = found if isinstance(found, str) else ""
    decode = cases.get(name)
    return unknown(name, value) if decode is None else decode(value)


def by_fit(value: Any, cases: Sequence[Callable[[Any], T]], unknown: Callable[[Any], T]) -> T:
    """The case that fits best: of those that take `value`, the first that leaves least unknown."""
    best: tuple[int, T] | None = None
    for decode in cases:
        try:
            found = decode(value)
        except DecodingError:
            continue
        unread = len(getattr(found, "unknown_fields", ()))
        if best is None or unread < best[0]:
            best = (unread, found)
    return unknown(value) if best is None else best[1]


class Reader:
    """Reads the fields of an object, and knows which were not read."""

    __slots__ = ("_fields",)

    def __init__(self, value: Any) -> None:
        if not isinstance(value, dict):
            raise _unexpected("an object", value)
        self._fields = dict(cast("dict[str, Any]", value))

    def required(self, name: str, decode: Callable[[Any], T]) -> T:
        """A field that is always there."""
        if name not in self._fields:
            raise DecodingError(f"the field {name!r} is missing")
        return _inside(name, decode, self._fields.pop(name))

    def optional(self, name: str, decode: Callable[[Any], T]) -> T | None:
        """A field that may be absent or null."""
        value = self._fields.pop(name, None)
        return None if value is None else _inside(name, decode, value)

    def defaulted(self, name: str, decode: Callable[[Any], T], default: T) -> T:
        """A field whose absence stands for `default`."""
        value = self._fields.pop(name, None)
        return default if value is None else _inside(name, decode, value)

    def expect(self, name: str, expected: object) -> None:
        """A field that has always the same value, if it is there."""
        found = self._fields.pop(name, expected)
        if found != expected:
            raise DecodingError(f"{expected!r} was expected, and {found!r} came", (name,))

    def unknown(self) -> dict[str, Any]:
        """The fields that were not read."""
        return self._fields


def _inside(step: str | int, decode: Callable[[Any], T], value: Any) -> T:
    try:
        return decode(value)
    except DecodingError as error:
        error.inside(step)
        raise


def _unexpected(expected: str, value: object) -> DecodingError:
    kinds: dict[type[Any], str] = {
        dict: "an object",
        list: "a list",
        str: "a string",
        bool: "a boolean",
    }
    found = "null" if value is None else kinds.get(type(value), "a number")
    return DecodingError(f"{expected} was expected, and {found} came")
