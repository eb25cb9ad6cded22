import type { Problem, ProblemCode, ProblemField } from "../problem.ts";

interface ClientErrorOptions {
  readonly cause?: unknown;
  readonly requestId?: string | undefined;
}

/** What every error of this client is. */
export class ClientError extends Error {
  static {
    this.prototype.name = "ClientError";
  }

  /** The `X-Request-ID` of the request that failed, for the log of the server. */
  readonly requestId: string | undefined;

  constructor(message: string, options: ClientErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.requestId = options.requestId;
  }
}

/** The server could not be reached, or the connection broke. */
export class ConnectionError extends ClientError {
  static {
    this.prototype.name = "ConnectionError";
  }

  /** Whether it is certain that the server never got the request. */
  readonly isUnsent: boolean;

  constructor(message: string, options: ClientErrorOptions & { readonly isUnsent?: boolean } = {}) {
    super(message, options);
    this.isUnsent = options.isUnsent ?? false;
  }
}

/** A stream broke off, and could not be resumed. */
export class StreamBrokenError extends ConnectionError {
  static {
    this.prototype.name = "StreamBrokenError";
  }

  /** The id of the last event that came, if any did. */
  readonly lastEventId: string | undefined;

  constructor(
    message: string,
    options: ClientErrorOptions & { readonly lastEventId?: string | undefined } = {},
  ) {
    super(message, options);
    this.lastEventId = options.lastEventId;
  }
}

/** The answer did not come in time. */
export class TimeoutError extends ClientError {
  static {
    this.prototype.name = "TimeoutError";
  }
}

/** The answer is not what the document promises. */
export class DecodingError extends ClientError {
  static {
    this.prototype.name = "DecodingError";
  }
}

/** What an answer said that is no success. */
export interface Refusal {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  /** The body: JSON if it is any, else its text. */
  readonly body: unknown;
  /** The id that the request was sent with. */
  readonly requestId: string;
}

/** The server refused the request, or failed. */
export class ApiError extends ClientError {
  static {
    this.prototype.name = "ApiError";
  }

  /** The status of HTTP. */
  readonly status: number;
  /** The problem of RFC 9457, if the answer is one. */
  readonly problem: Problem | undefined;
  /** What programs tell refusals apart by. */
  readonly code: ProblemCode | undefined;
  /** What people read. */
  readonly detail: string | undefined;
  /** What is wrong where in the request. */
  readonly errors: readonly ProblemField[];
  /** The answer's headers. */
  readonly headers: Headers;
  /** The answer's body: JSON if it is any, else its text. */
  readonly body: unknown;
  /** The seconds that the server asks to wait before the next try. */
  readonly retryAfter: number | undefined;

  constructor(refusal: Refusal) {
    const told = readTold(refusal);
    const requestId = refusal.headers.get("x-request-id") ?? told.requestId ?? refusal.requestId;
    super(message(refusal, told, requestId), { requestId });
    this.status = refusal.status;
    this.problem = told.problem;
    this.code = told.code;
    this.detail = told.detail;
    this.errors = told.errors;
    this.headers = refusal.headers;
    this.body = refusal.body;
    this.retryAfter = readRetryAfter(refusal.headers);
  }
}

/** 304: what `If-None-Match` names is still what there is. */
export class NotModifiedError extends ApiError {
  static {
    this.prototype.name = "NotModifiedError";
  }
}

/** 400: the request is malformed. */
export class BadRequestError extends ApiError {
  static {
    this.prototype.name = "BadRequestError";
  }
}

/** 401: there is no valid credential. */
export class UnauthorizedError extends ApiError {
  static {
    this.prototype.name = "UnauthorizedError";
  }
}

/** 403: the credential does not allow this. */
export class ForbiddenError extends ApiError {
  static {
    this.prototype.name = "ForbiddenError";
  }
}

/** 404: there is no such thing. */
export class NotFoundError extends ApiError {
  static {
    this.prototype.name = "NotFoundError";
  }
}

/** 409: it does not fit what there is. */
export class ConflictError extends ApiError {
  static {
    this.prototype.name = "ConflictError";
  }
}

/** 412: what `If-Match` names is no longer what there is. */
export class PreconditionFailedError extends ApiError {
  static {
    this.prototype.name = "PreconditionFailedError";
  }
}

/** 422: the request does not match its schema; `errors` says where. */
export class UnprocessableError extends ApiError {
  static {
    this.prototype.name = "UnprocessableError";
  }
}

/** 429: too many requests; `retryAfter` says how long to wait. */
export class RateLimitedError extends ApiError {
  static {
    this.prototype.name = "RateLimitedError";
  }
}

/** 500 and above: the server failed. */
export class ServerError extends ApiError {
  static {
    this.prototype.name = "ServerError";
  }
}

/** 503: the server cannot do this now. */
export class UnavailableError extends ServerError {
  static {
    this.prototype.name = "UnavailableError";
  }
}

const kinds: ReadonlyMap<number, typeof ApiError> = new Map<number, typeof ApiError>([
  [304, NotModifiedError],
  [400, BadRequestError],
  [401, UnauthorizedError],
  [403, ForbiddenError],
  [404, NotFoundError],
  [409, ConflictError],
  [412, PreconditionFailedError],
  [422, UnprocessableError],
  [429, RateLimitedError],
  [503, UnavailableError],
]);

/** The error that a refusal is. */
export function apiError(refusal: Refusal): ApiError {
  const Kind = kinds.get(refusal.status) ?? (refusal.status >= 500 ? ServerError : ApiError);
  return new Kind(refusal);
}

/** The seconds of `Retry-After`, which is a number or a date. */
function readRetryAfter(headers: Headers): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}

interface Told {
  readonly problem: Problem | undefined;
  readonly code: ProblemCode | undefined;
  readonly detail: string | undefined;
  readonly errors: readonly ProblemField[];
  readonly requestId: string | undefined;
}

/** What a body says: a problem, an error in OpenAI's form, one of OAuth 2, or something else. */
function readTold({ headers, body }: Refusal): Told {
  const object = isObject(body) ? body : {};
  const mediaType = headers.get("content-type") ?? "";
  const isProblem = isObject(body) && (mediaType.includes("problem+json") || "title" in body);
  const inner = isObject(object["error"]) ? object["error"] : {};
  const code = text(object["code"]) ?? text(inner["code"]) ?? text(object["error"]);
  const detail =
    text(object["detail"]) ??
    text(inner["message"]) ??
    text(object["error_description"]) ??
    text(object["title"]) ??
    text(object["message"]);
  return {
    problem: isProblem ? (body as unknown as Problem) : undefined,
    code: code as ProblemCode | undefined,
    detail,
    errors: Array.isArray(object["errors"]) ? (object["errors"] as ProblemField[]) : [],
    requestId: text(object["request_id"]),
  };
}

/** `422 invalid_request: The request does not match. (/limit: must be below 200) (request 4711)` */
function message({ status, statusText, headers }: Refusal, told: Told, requestId: string): string {
  const mediaType = headers.get("content-type")?.split(";")[0]?.trim();
  const nothingSaid = mediaType
    ? `the answer is ${mediaType}, and no problem`
    : "the answer is empty";
  const what = told.code ?? (statusText || "error");
  const detail = status === 304 ? "nothing has changed" : (told.detail ?? nothingSaid);
  const places = told.errors.slice(0, 3).map(place).filter(Boolean);
  const where = places.length > 0 ? ` (${places.join("; ")})` : "";
  return `${status} ${what}: ${detail}${where} (request ${requestId})`;
}

function place(field: unknown): string {
  if (!isObject(field)) return "";
  return [text(field["pointer"]), text(field["detail"])].filter(Boolean).join(": ");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
