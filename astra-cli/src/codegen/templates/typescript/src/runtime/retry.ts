import { ApiError, ClientError, ConnectionError } from "./errors.ts";

const LONGEST_DELAY = 8_000;
/** Who is asked to wait longer would rather know. */
const LONGEST_RETRY_AFTER = 60;

const passing = new Set([408, 429, 500, 502, 503, 504]);
/** Refused before any work was done. */
const refused = new Set([429, 503]);
/** Not to be sent again, whatever they are. */
const final = new WeakSet<object>();
const repeatable = new Set(["GET", "HEAD", "PUT", "DELETE"]);

/** What a request must tell for one to know whether it can be sent again. */
export interface Repeatable {
  readonly method: string;
  readonly idempotencyKey: string | undefined;
}

/**
 * The milliseconds to wait before a request that failed is sent again; nothing if it must not be.
 *
 * @param failures How often it failed before.
 */
export function waitBefore(
  request: Repeatable,
  error: unknown,
  failures: number,
  delay: number,
): number | undefined {
  if (error instanceof Error && final.has(error)) return undefined;
  const isSafe = repeatable.has(request.method) || request.idempotencyKey !== undefined;
  if (error instanceof ConnectionError) {
    return isSafe || error.isUnsent ? backoff(failures, delay) : undefined;
  }
  if (!(error instanceof ApiError) || !passing.has(error.status)) return undefined;
  if (!isSafe && !refused.has(error.status)) return undefined;
  if (error.retryAfter === undefined) return backoff(failures, delay);
  return error.retryAfter <= LONGEST_RETRY_AFTER ? error.retryAfter * 1000 : undefined;
}

/** Says that a request is not to be sent again because of this. */
export function isFinal(error: unknown): never {
  if (error instanceof Error) final.add(error);
  throw error;
}

/** Twice as long with each failure, and never the same for many who failed together. */
function backoff(failures: number, delay: number): number {
  return Math.min(delay * 2 ** failures, LONGEST_DELAY) * (0.5 + Math.random() / 2);
}

/** What a failed `fetch` comes to. Errors of this client are themselves. */
export function failure(thrown: unknown, what: string, requestId: string): ClientError {
  if (thrown instanceof ClientError) return thrown;
  const reasons = chain(thrown);
  const last = reasons.at(-1);
  const reason = last === undefined ? String(thrown) : last.message || codeOf(last);
  const isUnsent = reasons.some((error) => unsent.test(`${codeOf(error)} ${error.message}`));
  const message = `${what}: ${reason} (request ${requestId})`;
  return new ConnectionError(message, { cause: thrown, isUnsent, requestId });
}

/** As Node.js, Deno and Bun say that there was no connection. Browsers do not tell. */
const unsent =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused|tcp connect error|dns error/;

/** An error, and what it comes from. */
function chain(thrown: unknown): Error[] {
  const errors: Error[] = [];
  for (let error = thrown; error instanceof Error && errors.length < 8; error = error.cause) {
    if (error.message !== "" || codeOf(error) !== "") errors.push(error);
  }
  return errors;
}

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}
