"""Calls that must fail."""

from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
E = TypeVar("E", bound=Exception)


async def refused(kind: type[E], call: Callable[P, Awaitable[object]], *args: P.args, **kwargs: P.kwargs) -> E:
    """The error that `call` must raise."""
    try:
        answer = await call(*args, **kwargs)
    except kind as error:
        assert type(error) is kind, f"{error!r} is no {kind.__name__} but only one of its kind"
        return error
    raise AssertionError(f"no {kind.__name__}, but {answer!r}")
