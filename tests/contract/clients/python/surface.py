"""surface.py: the client for threads and the one for asyncio have the same calls, with the same parameters."""

import inspect

from astra_client import AsyncClient, Client


def shape(function: object) -> list[str]:
    """The parameters of a function, without what differs between the two by its nature."""
    assert callable(function)
    return [
        f"{parameter.kind.description} {parameter}".replace("Async", "")
        for parameter in inspect.signature(function).parameters.values()
        if parameter.name not in ("token", "on_tokens")
    ]


def compare(one: object, other: object) -> int:
    """Compares two clients, or two groups of theirs; returns the number of their methods."""
    names = [name for name in dir(one) if not name.startswith("_")]
    assert names == [name for name in dir(other) if not name.startswith("_")]
    found = 0
    for name in names:
        left, right = getattr(one, name), getattr(other, name)
        if inspect.ismethod(left):
            assert shape(left) == shape(right), name
            assert inspect.getdoc(left) == inspect.getdoc(right), name
            found += 1
        else:
            found += compare(left, right)
    return found


assert shape(Client) == shape(AsyncClient)
print(f"{compare(Client('http://a'), AsyncClient('http://a'))} methods are the same for threads and for asyncio")
