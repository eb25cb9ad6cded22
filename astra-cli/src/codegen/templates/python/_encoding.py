"""What goes out: bodies, path segments, query and header values."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar, cast, runtime_checkable
from urllib.parse import quote, urlencode

from ._not_given import NOT_GIVEN, NotGiven

T = TypeVar("T")


@runtime_checkable
class Writable(Protocol):
    """What knows itself as JSON."""

    def to_json(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Joined:
    """A list that goes as one value, with commas between its items."""

    items: Sequence[object] | None


def given(value: T | None) -> T | NotGiven:
    """`value`, or nothing at all instead of null."""
    return NOT_GIVEN if value is None else value


def written(fields: Mapping[str, object]) -> dict[str, Any]:
    """The fields of an object as JSON; what is not given is left out."""
    return {name: encode(item) for name, item in fields.items() if not isinstance(item, NotGiven)}


def as_form(fields: Mapping[str, object] | None) -> str | None:
    """Fields as an HTML form sends them."""
    return None if fields is None else urlencode(pairs(fields))


def encode(value: object) -> Any:
    """`value` as `json.dumps` takes it; what is not given is left out."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, Writable):
        return encode(value.to_json())
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, Mapping):
        return written(cast("Mapping[str, object]", value))
    if isinstance(value, (list, tuple, set, frozenset, Sequence)):
        return [encode(item) for item in cast("Sequence[object]", value)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return encode(dataclasses.asdict(value))
    raise TypeError(f"a {type(value).__name__} cannot be sent as JSON")


def moment(value: datetime) -> str:
    """A time as RFC 3339 has it."""
    if value.tzinfo is None:
        raise ValueError("a datetime without a time zone could be any time: give it one")
    return value.isoformat().replace("+00:00", "Z")


def text(value: object) -> str:
    """A single value of a path, a query or a header."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return moment(value)
    return str(value)


def pairs(values: Mapping[str, object]) -> list[tuple[str, str]]:
    """Names and values of a query or of headers; `None` is left out."""
    found: list[tuple[str, str]] = []
    for name, value in values.items():
        if value is None or isinstance(value, NotGiven):
            continue
        if isinstance(value, Joined):
            if value.items is not None:
                found.append((name, ",".join(text(item) for item in value.items)))
        elif isinstance(value, Mapping):
            found.extend(pairs(cast("Mapping[str, object]", value)))
        elif isinstance(value, (list, tuple, set, frozenset)):
            found.extend((name, text(item)) for item in cast("Sequence[object]", value))
        else:
            found.append((name, text(value)))
    return found


def path(template: str, values: Sequence[object]) -> str:
    """`template` with its `{}` filled, each value as one segment."""
    parts = template.split("{}")
    filled = [part + segment(value) for part, value in zip(parts, values, strict=False)]
    return "".join(filled) + "{}".join(parts[len(values) :])


def segment(value: object) -> str:
    """A value as one segment of a path, whatever is in it."""
    encoded = quote(text(value), safe="")
    if not encoded:
        raise ValueError("a path parameter is empty")
    # These two would be taken for steps in the tree of paths.
    return encoded.replace(".", "%2E") if re.fullmatch(r"\.{1,2}", encoded) else encoded
