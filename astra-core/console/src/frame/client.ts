// The one way from the console to the gateway: the client that `astra codegen typescript` makes. Nothing else here may
// send a request. Each call is written down, for "calls behind this page".

import { signal } from "@preact/signals";
import { AstraClient } from "astra-client";
import { type OperationId, operations } from "../../client/operations.ts";

export {
  ApiError,
  ClientError,
  ConflictError,
  ConnectionError,
  ForbiddenError,
  NotFoundError,
  NotModifiedError,
  PreconditionFailedError,
  UnauthorizedError,
  UnprocessableError,
  type CallOptions,
} from "astra-client";

/** Where the console is: `.../console/`. */
export const consoleUrl = new URL(document.baseURI);
/** Where the gateway is: the folder that the console is in. */
export const gatewayUrl = new URL("..", consoleUrl).href.replace(/\/$/, "");

/** A call that was made. */
export interface MadeCall {
  readonly operation: OperationId | undefined;
  readonly method: string;
  /** Relative to the gateway, with the query. */
  readonly path: string;
  /** The body, of calls that carry no secret. */
  readonly body: string | undefined;
  readonly status: number;
  readonly elapsedMs: number;
  readonly requestId: string;
}

const CALLS_MAX = 100;

/** The calls since the page was opened, the latest first. */
export const madeCalls = signal<readonly MadeCall[]>([]);

/** What the tokens are asked of; set by tokens.ts. */
export interface TokenKeeper {
  access(isRefused: boolean): Promise<string>;
  /** The gateway refused this token. */
  refused(token: string, answer: Response): void;
}

let keeper: TokenKeeper | undefined;

/** Says where tokens come from. */
export function keepTokens(tokens: TokenKeeper): void {
  keeper = tokens;
}

const patterns = (Object.entries(operations) as [OperationId, (typeof operations)[OperationId]][]).map(
  ([id, [method, path]]) => {
    const text = path.replace(/[.]/g, "\\.").replace(/\{[^}]+\}/g, "[^/]+");
    return { id, method, pattern: new RegExp(`^${text}$`), parameters: path.split("{").length };
  },
);
// A path without parameters comes before one that has some: /memory/profile before /memory/{memory_id}.
patterns.sort((one, other) => one.parameters - other.parameters);

/** The operation that a request is for. */
export function operationOf(method: string, path: string): OperationId | undefined {
  const plain = path.split("?")[0] ?? path;
  return patterns.find((it) => it.method === method && it.pattern.test(plain))?.id;
}

/** Operations whose bodies carry secrets: passwords, tokens, values of headers and variables. */
const secret = /^(auth\.|tools\.connect_server$|webhooks\.(create|update)$)/;

async function send(url: string, init: RequestInit): Promise<Response> {
  const started = performance.now();
  const path = url.slice(gatewayUrl.length);
  const method = init.method ?? "GET";
  const operation = operationOf(method, path);
  const note = (status: number, requestId: string): void => {
    const isSecret = operation === undefined || secret.test(operation);
    const body = typeof init.body === "string" && !isSecret ? init.body : undefined;
    const elapsedMs = Math.round(performance.now() - started);
    const call = { operation, method, path, body, status, elapsedMs, requestId };
    madeCalls.value = [call, ...madeCalls.peek().slice(0, CALLS_MAX - 1)];
  };
  try {
    const answer = await fetch(url, { ...init, credentials: "same-origin", referrerPolicy: "no-referrer" });
    note(answer.status, answer.headers.get("x-request-id") ?? "");
    const sent = new Headers(init.headers).get("authorization");
    if (answer.status === 401 && sent !== null) keeper?.refused(sent.replace(/^Bearer /, ""), answer.clone());
    return answer;
  } catch (error) {
    if (!init.signal?.aborted) note(0, "");
    throw error;
  }
}

/** For those who have not signed in. */
export const openClient = new AstraClient({ baseUrl: gatewayUrl, fetch: send, timeout: 30_000, maxRetries: 1 });

/** For those who have. */
export const client = new AstraClient({
  baseUrl: gatewayUrl,
  fetch: send,
  timeout: 60_000,
  token: ({ isRefused }) => {
    if (keeper === undefined) throw new Error("there is no sign-in");
    return keeper.access(isRefused);
  },
});
