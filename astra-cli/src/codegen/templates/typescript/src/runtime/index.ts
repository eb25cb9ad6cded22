export type { Answer, ResponseInfo } from "./answer.ts";
export { Call } from "./call.ts";
export {
  ApiError,
  BadRequestError,
  ClientError,
  ConflictError,
  ConnectionError,
  DecodingError,
  ForbiddenError,
  NotFoundError,
  NotModifiedError,
  PreconditionFailedError,
  RateLimitedError,
  ServerError,
  StreamBrokenError,
  TimeoutError,
  UnauthorizedError,
  UnavailableError,
  UnprocessableError,
} from "./errors.ts";
export type { UnknownEvent } from "./events.ts";
export type {
  CallOptions,
  ConnectionOptions,
  Fetch,
  IdempotentOptions,
  PageOptions,
  ResumableOptions,
  StreamingOptions,
  TokenCallback,
} from "./options.ts";
export { List, Page, type PageBody } from "./page.ts";
export type { RequestOptions } from "./raw.ts";
export type { Query, QueryValue, RawBody } from "./request.ts";
export { EventStream, type Frame } from "./stream.ts";
