import { type ResponseInfo, readJson } from "./answer.ts";
import { DecodingError } from "./errors.ts";
import type { PageOptions } from "./options.ts";
import type { Request } from "./request.ts";
import type { Transport } from "./transport.ts";

/** A part of a list, as it came. */
export interface PageBody<Item> {
  readonly data: readonly Item[];
  readonly next_cursor?: string | null;
}

/** A part of a list. To iterate over it is to iterate over its items and those of all pages behind it. */
export class Page<Item, Body = PageBody<Item>> implements AsyncIterable<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins; nothing if this is the last one. */
  readonly nextCursor: string | undefined;
  /** The page as it came. */
  readonly body: Body;
  readonly response: ResponseInfo;
  readonly #next: (cursor: string) => Promise<Page<Item, Body>>;

  constructor(
    body: Body,
    response: ResponseInfo,
    next: (cursor: string) => Promise<Page<Item, Body>>,
  ) {
    const { data, next_cursor: cursor } = (body ?? {}) as Partial<PageBody<Item>>;
    if (!Array.isArray(data)) throw new DecodingError("the page has no `data`", response);
    this.items = data;
    this.nextCursor = cursor ?? undefined;
    this.body = body;
    this.response = response;
    this.#next = next;
  }

  /** The page behind this one; nothing if this is the last one. */
  async next(): Promise<Page<Item, Body> | undefined> {
    return this.nextCursor === undefined ? undefined : this.#next(this.nextCursor);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of pagesFrom<Item, Body>(this)) yield* page.items;
  }
}

/**
 * A list: await it for its first page, or iterate over it for all its items, page after page as they are needed. Nothing
 * is asked before one of both.
 */
export class List<Item, Body = PageBody<Item>>
  implements PromiseLike<Page<Item, Body>>, AsyncIterable<Item>
{
  readonly #transport: Transport;
  readonly #request: Request;
  readonly #options: PageOptions;
  #first: Promise<Page<Item, Body>> | undefined;

  constructor(transport: Transport, request: Request, options: PageOptions) {
    this.#transport = transport;
    this.#request = request;
    this.#options = options;
  }

  /** The first page. */
  page(): Promise<Page<Item, Body>> {
    this.#first ??= this.#ask(this.#options.cursor);
    return this.#first;
  }

  /** All pages. */
  async *pages(): AsyncGenerator<Page<Item, Body>, void, undefined> {
    yield* pagesFrom<Item, Body>(await this.page());
  }

  /** The items of all pages, as one array. */
  async toArray(): Promise<Item[]> {
    const items: Item[] = [];
    for await (const item of this) items.push(item);
    return items;
  }

  then<Value = Page<Item, Body>, Failure = never>(
    onfulfilled?: ((page: Page<Item, Body>) => Value | PromiseLike<Value>) | null,
    onrejected?: ((reason: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Value | Failure> {
    return this.page().then(onfulfilled, onrejected);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) yield* page.items;
  }

  async #ask(cursor: string | undefined): Promise<Page<Item, Body>> {
    const request = { ...this.#request, query: { ...this.#request.query, cursor } };
    const { data, response } = await this.#transport.send(request, this.#options, readJson<Body>);
    const page = new Page<Item, Body>(data, response, (next) => this.#ask(next));
    if (page.nextCursor !== undefined && page.nextCursor === cursor) {
      throw new DecodingError(
        "the page's next cursor is its own: the list would never end",
        response,
      );
    }
    return page;
  }
}

async function* pagesFrom<Item, Body>(
  first: Page<Item, Body>,
): AsyncGenerator<Page<Item, Body>, void, undefined> {
  for (let page: Page<Item, Body> | undefined = first; page; page = await page.next()) yield page;
}
