/// <reference lib="esnext.disposable" preserve="true" />
import type { ResponseInfo } from "./answer.ts";
import { LONGEST, race, sleep } from "./deadline.ts";
import { ClientError, ConnectionError, DecodingError, StreamBrokenError } from "./errors.ts";
import { type StreamKind, decoded, typeOf } from "./events.ts";
import type { IdempotentOptions, ResumableOptions } from "./options.ts";
import { EventParser, type Message } from "./parser.ts";
import { type Path, type Request, path } from "./request.ts";
import { failure, waitBefore } from "./retry.ts";
import { type Opened, type Prepared, type Transport, randomId } from "./transport.ts";

/** An event with what is around it. */
export interface Frame<Event> {
  /** The id of the event: what to give as `lastEventId` to go on after it. Empty if there is none. */
  readonly id: string;
  /** The `event:`; empty if there is none. */
  readonly event: string;
  readonly data: Event;
}

/**
 * A stream of events, to be read once by `for await`. The request is sent when the reading begins, or by `open`. When the
 * connection breaks, the stream goes on by itself where the server knows how, and each event comes once.
 */
export class EventStream<Event> implements AsyncIterable<Event>, AsyncDisposable {
  readonly #transport: Transport;
  readonly #request: Request;
  readonly #kind: StreamKind;
  readonly #options: IdempotentOptions & ResumableOptions & { readonly requestId: string };
  #firstRequest: Prepared | undefined;
  readonly #closer = new AbortController();
  #opened: Promise<Opened> | undefined;
  #info: ResponseInfo | undefined;
  #isRead = false;
  #isOver = false;
  #hasEvents = false;
  #lastEventId: string;
  #resumePath: Path | undefined;
  /** What has come already is skipped up to this event, when a request has to be sent again as it was. */
  #skipUntil: string | undefined;
  #retryDelay: number | undefined;

  constructor(
    transport: Transport,
    request: Request,
    options: IdempotentOptions & ResumableOptions,
    kind: StreamKind,
  ) {
    this.#transport = transport;
    this.#kind = kind;
    this.#lastEventId = options.lastEventId === undefined ? "" : String(options.lastEventId);
    const accept = "text/event-stream";
    const headers = { ...request.headers, "Last-Event-ID": this.#lastEventId || undefined };
    this.#request = { ...request, accept, headers };
    // All requests of a stream have one id.
    this.#options = { ...options, requestId: options.requestId ?? randomId() };
  }

  /** The id of the last event that was read; nothing before the first one. */
  get lastEventId(): string | undefined {
    return this.#lastEventId === "" ? undefined : this.#lastEventId;
  }

  /** What came with the answer; nothing before the stream is open. */
  get response(): ResponseInfo | undefined {
    return this.#info;
  }

  /** Sends the request now, and waits until the stream begins: a refusal shows here, and not at the first event. */
  async open(): Promise<ResponseInfo> {
    for (let failures = 0; ; failures++) {
      try {
        return (await this.#connection()).info;
      } catch (error) {
        await this.#waitAfter(error, failures);
      }
    }
  }

  /** Ends the stream and frees its connection. Who reads it comes to its end. */
  close(): void {
    this.#isOver = true;
    this.#closer.abort(new ClientError("the stream is closed"));
    this.#opened?.then(release, () => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void, undefined> {
    for await (const { data } of this.frames()) yield data;
  }

  /** The events with their ids. */
  async *frames(): AsyncGenerator<Frame<Event>, void, undefined> {
    if (this.#isRead) throw new ClientError("a stream can be read only once");
    this.#isRead = true;
    try {
      for (let failures = 0; !this.#isOver; failures++) {
        let error: unknown;
        try {
          for await (const frame of this.#received()) {
            failures = 0;
            yield frame;
          }
          if (this.#isOver || this.#isComplete) return;
          error = this.#broken("the server ended it");
        } catch (thrown) {
          if (this.#isOver) return;
          error = thrown;
        }
        await this.#waitAfter(error, failures);
      }
    } finally {
      this.close();
    }
  }

  get #prepared(): Prepared {
    this.#firstRequest ??= this.#transport.prepare(this.#request, this.#options);
    return this.#firstRequest;
  }

  /** Whether an end by the server is the stream's own, though none of its last events came. */
  get #isComplete(): boolean {
    const isEndless = this.#kind.endsWith === undefined && this.#kind.endsWithDone !== true;
    // Behind the event that the caller began after, there may be nothing.
    return isEndless ? !this.#resumes : !this.#hasEvents && this.#options.lastEventId !== undefined;
  }

  get #resumes(): boolean {
    return this.#kind.resume !== undefined && this.#options.resume !== false;
  }

  #broken(why: string, cause?: unknown): StreamBrokenError {
    const { requestId } = this.#options;
    const message = `the stream broke off: ${why} (request ${requestId})`;
    const lastEventId = this.lastEventId;
    return new StreamBrokenError(message, { cause, requestId, lastEventId });
  }

  /** Waits before the next try; throws `error` if there shall be none. */
  async #waitAfter(error: unknown, failures: number): Promise<void> {
    if (this.#isOver || !(error instanceof ClientError)) throw error;
    const mayRepeat = this.#resumes || !this.#hasEvents;
    const isLeft = failures < this.#transport.maxRetries(this.#options, 5);
    const delay = this.#retryDelay ?? this.#transport.retryDelay;
    const wait = mayRepeat && isLeft ? waitBefore(this.#next(), error, failures, delay) : undefined;
    if (wait === undefined) {
      const isBroken = error instanceof ConnectionError && this.#hasEvents;
      throw isBroken && !(error instanceof StreamBrokenError)
        ? this.#broken(error.message, error)
        : error;
    }
    const closed = this.#closer.signal;
    const { signal } = this.#options;
    const waiting = sleep(wait, closed).catch((reason: unknown) => {
      if (!this.#isOver) throw reason;
    });
    await (signal === undefined ? waiting : race(waiting, signal));
  }

  /** The request that goes on after the last event, or the first one again. */
  #next(): Prepared {
    if (this.#kind.resume === undefined || !this.#resumes || this.#lastEventId === "")
      return this.#prepared;
    const isItself = this.#kind.resume.field === undefined;
    const path = isItself ? this.#request.path : this.#resumePath;
    if (path === undefined) return this.#prepared;
    const headers = {
      ...(isItself ? this.#request.headers : {}),
      "Last-Event-ID": this.#lastEventId,
    };
    const query = isItself ? (this.#request.query ?? {}) : {};
    const { requestId, signal: _, ...options } = this.#options;
    const request = { method: "GET", path, query, headers, accept: "text/event-stream" };
    return this.#transport.prepare(request, { ...options, requestId, idempotencyKey: undefined });
  }

  #connection(): Promise<Opened> {
    this.#opened ??= this.#connect().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async #connect(): Promise<Opened> {
    const prepared = this.#next();
    this.#skipUntil =
      prepared === this.#prepared && this.#hasEvents ? this.#lastEventId || undefined : undefined;
    const opened = await this.#transport.open(prepared, this.#options, this.#closer.signal);
    this.#info = opened.info;
    if (opened.info.status === 204) {
      // There is nothing after the last event, and nothing will come.
      this.#isOver = true;
      release(opened);
      return opened;
    }
    const mediaType = opened.info.headers.get("content-type") ?? "no media type";
    if (!mediaType.startsWith("text/event-stream")) {
      release(opened);
      throw new DecodingError(`expected events, but the answer has ${mediaType}`, opened.info);
    }
    return opened;
  }

  /** The events of one connection. */
  async *#received(): AsyncGenerator<Frame<Event>, void, undefined> {
    const opened = await this.#connection();
    const parser = new EventParser(this.#lastEventId);
    try {
      for await (const piece of this.#pieces(opened)) {
        for (const message of parser.push(piece)) {
          if (this.#kind.endsWithDone === true && message.data.trim() === "[DONE]") {
            this.#isOver = true;
            return;
          }
          if (this.#isSkipped(message)) continue;
          yield this.#taken(message);
          if (this.#isOver) return;
        }
        this.#lastEventId = parser.lastEventId;
        this.#retryDelay = parser.retry ?? this.#retryDelay;
      }
    } finally {
      this.#opened = undefined;
      release(opened);
    }
  }

  #isSkipped(message: Message): boolean {
    if (this.#skipUntil === undefined) return false;
    if (message.id === this.#skipUntil) this.#skipUntil = undefined;
    return true;
  }

  /** Notes what a message says of the stream, and reads it. */
  #taken(message: Message): Frame<Event> {
    const { requestId } = this.#options;
    const { data, json } = decoded<Event>(this.#kind, message, requestId);
    this.#hasEvents = true;
    this.#lastEventId = message.id;
    const { resume, endsWith } = this.#kind;
    if (resume?.field !== undefined && typeof json === "object" && json !== null) {
      const value: unknown = (json as Record<string, unknown>)[resume.field];
      if (typeof value === "string" || typeof value === "number") {
        const [before = "", after = ""] = resume.path.split(`{${resume.field}}`);
        this.#resumePath = path([before, after], value);
      }
    }
    if (endsWith?.includes(typeOf(this.#kind, message, json)) === true) this.#isOver = true;
    return { id: message.id, event: message.event, data };
  }

  /** The bytes of one connection, as they come. */
  async *#pieces({ response, deadline }: Opened): AsyncGenerator<Uint8Array, void, undefined> {
    const reader = response.body?.getReader();
    if (reader === undefined) return;
    const { requestId } = this.#options;
    const idle = this.#transport.idleTimeout(this.#options.idleTimeout);
    const silence = (): void => {
      deadline.abort(new ConnectionError(`nothing came for ${idle} ms`, { requestId }));
    };
    try {
      for (;;) {
        const timer = idle <= LONGEST ? setTimeout(silence, idle) : undefined;
        const read = deadline.race(reader.read());
        const piece = await read.finally(() => clearTimeout(timer));
        if (piece.done) return;
        yield piece.value;
      }
    } catch (thrown) {
      const { aborted, reason } = deadline.signal;
      throw aborted ? reason : failure(thrown, "the stream", requestId);
    } finally {
      reader.cancel().catch(() => undefined);
    }
  }
}

function release({ response, deadline }: Opened): void {
  deadline.release();
  deadline.abort(new ClientError("the stream is closed"));
  // A body that is being read is cancelled by the signal.
  if (!response.body?.locked) response.body?.cancel().catch(() => undefined);
}
