import { type Answer, type ResponseInfo, readRefused, responseInfo } from "./answer.ts";
import { Deadline, sleep } from "./deadline.ts";
import { ClientError, apiError } from "./errors.ts";
import type { CallOptions, ConnectionOptions, Fetch, IdempotentOptions } from "./options.ts";
import { type Request, plain, queryString } from "./request.ts";
import { failure, isFinal, waitBefore } from "./retry.ts";
import { type TokenSource, authorization } from "./tokens.ts";

/** A request that is ready to be sent, also more than once. */
export interface Prepared {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: RequestInit["body"];
  readonly isOpen: boolean;
  readonly requestId: string;
  readonly idempotencyKey: string | undefined;
}

/** An answer whose body is still to come. */
export interface Opened {
  readonly response: Response;
  readonly info: ResponseInfo;
  /** Its signal bounds the body. */
  readonly deadline: Deadline;
}

/** Sends requests: with the token, in time, and again where that is right. */
export class Transport {
  /** Without a slash at its end. */
  readonly #baseUrl: string;
  readonly #options: Omit<ConnectionOptions, "token">;
  readonly #tokens: TokenSource | undefined;

  constructor(options: ConnectionOptions, tokens?: TokenSource) {
    const { token: _, ...rest } = options;
    this.#baseUrl = checkedBaseUrl(options.baseUrl ?? "http://127.0.0.1:3000");
    this.#options = rest;
    this.#tokens = tokens;
  }

  /** The milliseconds before the first retry. */
  get retryDelay(): number {
    return this.#options.retryDelay ?? 500;
  }

  /** How often a call is sent again. */
  maxRetries(options: CallOptions, otherwise: number): number {
    return options.maxRetries ?? this.#options.maxRetries ?? otherwise;
  }

  /** The milliseconds that a stream may be silent. */
  idleTimeout(own: number | undefined): number {
    return own ?? this.#options.idleTimeout ?? 60_000;
  }

  /** Sends a request and reads the answer by `read`. */
  async send<T>(
    request: Request,
    options: IdempotentOptions,
    read: (response: Response) => Promise<T>,
  ): Promise<Answer<T>> {
    const prepared = this.prepare(request, options);
    const deadline = this.#deadline(prepared, options, []);
    const retries = this.maxRetries(options, 2);
    try {
      for (let failures = 0; ; failures++) {
        try {
          const response = await this.#ask(prepared, options, deadline);
          const data = await deadline.race(read(response)).catch(failed(prepared));
          return { data, response: responseInfo(response) };
        } catch (thrown) {
          const error = told(thrown, deadline);
          const wait =
            failures < retries ? waitBefore(prepared, error, failures, this.retryDelay) : undefined;
          if (wait === undefined || !deadline.allows(wait)) throw error;
          await sleep(wait, deadline.signal);
        }
      }
    } finally {
      deadline.release();
    }
  }

  /** Sends a request once, and leaves the body to the caller. */
  async open(prepared: Prepared, options: CallOptions, closed: AbortSignal): Promise<Opened> {
    const deadline = this.#deadline(prepared, options, [closed]);
    try {
      const response = await this.#ask(prepared, options, deadline);
      deadline.disarm();
      return { response, info: responseInfo(response), deadline };
    } catch (thrown) {
      deadline.release();
      throw told(thrown, deadline);
    }
  }

  /** Makes a request ready. */
  prepare(request: Request, options: IdempotentOptions): Prepared {
    if (request.path instanceof ClientError) throw request.path;
    const requestId = options.requestId ?? randomId();
    const idempotencyKey =
      options.idempotencyKey ?? (request.isIdempotent === true ? randomId() : undefined);
    const headers = new Headers({ accept: request.accept ?? "application/json, */*;q=0.5" });
    set(headers, { "X-Request-ID": requestId, "Idempotency-Key": idempotencyKey });
    set(headers, { "Content-Type": request.content?.mediaType, ...request.headers });
    set(headers, { ...this.#options.headers });
    set(headers, { ...options.headers });
    return {
      method: request.method,
      url: this.#baseUrl + request.path + queryString(request.query ?? {}),
      headers,
      body: request.content?.body ?? null,
      isOpen: request.isOpen ?? false,
      requestId,
      idempotencyKey: headers.get("idempotency-key") ?? undefined,
    };
  }

  #deadline(
    { method, url, requestId }: Prepared,
    options: CallOptions,
    signals: readonly AbortSignal[],
  ): Deadline {
    const timeout = options.timeout ?? this.#options.timeout ?? 600_000;
    return new Deadline(timeout, [options.signal, ...signals], `${method} ${url}`, requestId);
  }

  /** Sends a request once; twice if its token was refused and there is another one. */
  async #ask(prepared: Prepared, options: CallOptions, deadline: Deadline): Promise<Response> {
    const tokens =
      prepared.isOpen || prepared.headers.has("authorization") ? undefined : this.#tokens;
    // To get a token has retries of its own, and a refresh token must not be used twice.
    const token = tokens && (await deadline.race(tokens.get()).catch(isFinal));
    let response = await this.#fetch(prepared, options, deadline, token);
    if (response.status === 401 && tokens !== undefined && token !== undefined) {
      const renewed = await deadline.race(tokens.renew(token)).catch(isFinal);
      if (renewed !== undefined && renewed !== token) {
        await response.body?.cancel();
        response = await this.#fetch(prepared, options, deadline, renewed);
      }
    }
    if (response.ok) return response;
    const { status, statusText, headers } = response;
    const body = await deadline.race(readRefused(response)).catch(() => "");
    throw apiError({ status, statusText, headers, body, requestId: prepared.requestId });
  }

  #fetch(
    request: Prepared,
    options: CallOptions,
    { signal }: Deadline,
    token: string | undefined,
  ): Promise<Response> {
    signal.throwIfAborted();
    const { method, url, body } = request;
    const headers = new Headers(request.headers);
    if (token !== undefined) headers.set("authorization", authorization(token));
    const fetch: Fetch =
      options.fetch ?? this.#options.fetch ?? ((url, init) => globalThis.fetch(url, init));
    return fetch(url, { method, headers, body: body ?? null, signal }).catch(failed(request));
  }
}

/** What the caller gets of something thrown: why it was ended, or what failed. */
function told(thrown: unknown, { signal }: Deadline): unknown {
  return signal.aborted ? signal.reason : thrown;
}

/** Says of what `fetch` throws which request it was. */
function failed({ method, url, requestId }: Prepared): (thrown: unknown) => never {
  return (thrown) => {
    throw failure(thrown, `${method} ${url}`, requestId);
  };
}

/** Sets those headers that have a value. */
function set(headers: Headers, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue;
    try {
      headers.set(name, plain(value));
    } catch {
      // The complaint would quote the value, which may be a secret.
      throw new ClientError(`the header ${name} cannot have this value`);
    }
  }
}

function checkedBaseUrl(text: string): string {
  if (!URL.canParse(text)) throw new ClientError("baseUrl is no URL");
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol)) throw new ClientError("baseUrl is not http: or https:");
  if (url.username !== "" || url.password !== "") {
    throw new ClientError("baseUrl must not hold credentials: use the client's options");
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

/** A random UUID, also where `crypto.randomUUID` is not: in pages that came without TLS. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const variant = "89ab"[(bytes[8] ?? 0) & 3] ?? "8";
  const parts = [text.slice(0, 8), text.slice(8, 12), `4${text.slice(13, 16)}`];
  return [...parts, variant + text.slice(17, 20), text.slice(20)].join("-");
}
