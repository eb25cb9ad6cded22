"""Lists that come in pages, as iterators over all of them."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from ._async_transport import AsyncTransport
from ._calls import Call, CallOptions
from ._decoding import Reader, as_list, as_string
from ._transport import Transport
from .errors import ClientError

Item = TypeVar("Item")
ItemOut = TypeVar("ItemOut", covariant=True)


class AnyPage(Protocol[ItemOut]):
    """A part of a list."""

    @property
    def data(self) -> Sequence[ItemOut]:
        """What is listed."""
        ...

    @property
    def next_cursor(self) -> str | None:
        """Where the next page begins."""
        ...


PageType = TypeVar("PageType", bound=AnyPage[Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """A part of a list."""

    data: list[Item]
    """What is listed."""

    next_cursor: str | None = None
    """Where the next page begins; `None` on the last one."""

    unknown_fields: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)
    """What came beside, and this client does not know."""

    @staticmethod
    def of(decode: Callable[[Any], Item]) -> Callable[[Any], Page[Item]]:
        """Reads a page whose items `decode` takes."""

        def read(value: Any) -> Page[Item]:
            source = Reader(value)
            return Page(
                data=source.required("data", as_list(decode)),
                next_cursor=source.optional("next_cursor", as_string),
                unknown_fields=source.unknown(),
            )

        return read


class _Pages(Generic[PageType]):
    """Which page comes next."""

    def __init__(self, call: Call[PageType], parameter: str) -> None:
        self.call: Call[PageType] | None = call
        self._parameter = parameter

    def turn(self, page: PageType) -> None:
        """Goes on behind `page`."""
        call, cursor = self.call, page.next_cursor
        if call is None or cursor is None:
            self.call = None
            return
        if call.query.get(self._parameter) == cursor:
            raise ClientError(f"{call}: the page's next_cursor is its own")
        query = {**call.query, self._parameter: cursor}
        self.call = dataclasses.replace(call, query=query)


class Paginator(Generic[Item, PageType]):
    """A list. Iterate over its items, which come page by page, or over its `pages()`."""

    def __init__(
        self,
        transport: Transport,
        call: Call[PageType],
        options: CallOptions | None = None,
        parameter: str = "cursor",
    ) -> None:
        self._transport = transport
        self._call = call
        self._options = options
        self._parameter = parameter

    def __iter__(self) -> Iterator[Item]:
        for page in self.pages():
            yield from page.data

    def page(self) -> PageType:
        """The first page."""
        return self._transport.send(self._call, self._options)

    def pages(self) -> Iterator[PageType]:
        """Page by page, each asked for when it is needed."""
        pages = _Pages(self._call, self._parameter)
        while pages.call is not None:
            page = self._transport.send(pages.call, self._options)
            yield page
            pages.turn(page)


class AsyncPaginator(Generic[Item, PageType]):
    """A list. Iterate over its items, which come page by page, or over its `pages()`. Awaited, it
    is its first page."""

    def __init__(
        self,
        transport: AsyncTransport,
        call: Call[PageType],
        options: CallOptions | None = None,
        parameter: str = "cursor",
    ) -> None:
        self._transport = transport
        self._call = call
        self._options = options
        self._parameter = parameter

    def __await__(self) -> Generator[Any, None, PageType]:
        return self.page().__await__()

    async def __aiter__(self) -> AsyncIterator[Item]:
        async for page in self.pages():
            for item in page.data:
                yield item

    async def page(self) -> PageType:
        """The first page."""
        return await self._transport.send(self._call, self._options)

    async def pages(self) -> AsyncIterator[PageType]:
        """Page by page, each asked for when it is needed."""
        pages = _Pages(self._call, self._parameter)
        while pages.call is not None:
            page = await self._transport.send(pages.call, self._options)
            yield page
            pages.turn(page)
