/** What `fetch` is to this client. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Gives an access token. `isRefused` says that the last one was refused, and that another one is needed. */
export type TokenCallback = (asked: { readonly isRefused: boolean }) => string | Promise<string>;

/** How to reach the server. */
export interface ConnectionOptions {
  /** Where the server is. Default: `http://127.0.0.1:3000`. */
  readonly baseUrl?: string | undefined;
  /** An access token, or what gives one; it is asked at each call, and once more if the server refuses its token. */
  readonly token?: string | TokenCallback | undefined;
  /** The milliseconds that a call may take, its retries included. Default: 600,000. Of a stream: until it begins. */
  readonly timeout?: number | undefined;
  /** The milliseconds after which a stream that says nothing counts as broken. Default: 60,000. */
  readonly idleTimeout?: number | undefined;
  /** How often a request is sent again. Default: 2; for streams 5, counted anew with each event. */
  readonly maxRetries?: number | undefined;
  /** The milliseconds before the first retry, which double with each one, up to 8,000. Default: 500. */
  readonly retryDelay?: number | undefined;
  /** Headers of each request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What to use in place of the global `fetch`. */
  readonly fetch?: Fetch | undefined;
}

/** What can be said with each call. */
export interface CallOptions {
  /** Ends the call: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** See the client's option. */
  readonly timeout?: number | undefined;
  /** See the client's option. */
  readonly maxRetries?: number | undefined;
  /** More headers; they go before the client's own. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The `X-Request-ID`, the same in all retries. Default: a random one. */
  readonly requestId?: string | undefined;
  /** See the client's option. */
  readonly fetch?: Fetch | undefined;
}

/** What can be said with calls that can be repeated safely. */
export interface IdempotentOptions extends CallOptions {
  /** The `Idempotency-Key`, the same in all retries. Default: a random one. */
  readonly idempotencyKey?: string | undefined;
}

/** What can be said with lists. */
export interface PageOptions extends CallOptions {
  /** Where to begin: the `nextCursor` of a page. */
  readonly cursor?: string | undefined;
}

/** What can be said with streams. */
export interface StreamingOptions extends CallOptions {
  /** See the client's option. */
  readonly idleTimeout?: number | undefined;
  /** Whether to go on by itself when the connection breaks, where the server knows how. Default: true. */
  readonly resume?: boolean | undefined;
}

/** What can be said with streams that can begin after an event. */
export interface ResumableOptions extends StreamingOptions {
  /** The id of the last event that is known already. */
  readonly lastEventId?: string | number | undefined;
}
