import { ClientError } from "./errors.ts";

/** A value of a query. What is absent is not sent; of a list, each one is. */
export type QueryValue =
  | string
  | number
  | boolean
  | Date
  | null
  | undefined
  | readonly (string | number | boolean | Date)[]
  | { readonly [name: string]: unknown };

/** The values of a query by their names. */
export type Query = Readonly<Record<string, QueryValue>>;

/** Bodies that are sent as they are. */
export type RawBody =
  string | Blob | ArrayBuffer | Uint8Array<ArrayBuffer> | URLSearchParams | FormData;

/** What is sent, and what it is. */
export interface Content {
  readonly body: RawBody;
  /** Nothing if the body knows it by itself. */
  readonly mediaType?: string;
}

/** A path; or why there is none, which the call tells when it is sent. */
export type Path = string | ClientError;

/** A request, in the words of HTTP. */
export interface Request {
  readonly method: string;
  readonly path: Path;
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, QueryValue>>;
  readonly content?: Content | undefined;
  readonly accept?: string;
  /** Whether it goes without a token. */
  readonly isOpen?: boolean;
  /** Whether the server knows `Idempotency-Key` here. */
  readonly isIdempotent?: boolean;
}

/** A path whose values are each one segment of it. */
export function path(parts: readonly string[], ...values: (string | number | boolean)[]): Path {
  let text = parts[0] ?? "";
  for (const [index, value] of values.entries()) {
    // These would name another path, percent-encoded or not.
    if (value === "" || value === "." || value === "..") {
      return new ClientError(`${JSON.stringify(value)} cannot be a part of a path`);
    }
    text += encodeURIComponent(value) + (parts[index + 1] ?? "");
  }
  return text;
}

/** A value's query, with its question mark; empty if there is none. */
export function queryString(query: Query): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    const values = Array.isArray(value) ? (value as readonly unknown[]) : [value];
    for (const one of values) {
      if (one === undefined || one === null) continue;
      pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(plain(one))}`);
    }
  }
  return pairs.length > 0 ? `?${pairs.join("&")}` : "";
}

/** A list as one value. */
export function joined(
  values: readonly (string | number | boolean | Date)[] | undefined | null,
): string | undefined {
  return values?.map(plain).join(",");
}

/** A value as a text. */
export function plain(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain).join(",");
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

/** A body of JSON; nothing if there is no value. */
export function json(value: unknown, mediaType = "application/json"): Content | undefined {
  return value === undefined ? undefined : { body: JSON.stringify(value), mediaType };
}

/** A body like that of an HTML form. */
export function form(value: object | undefined): Content | undefined {
  if (value === undefined) return undefined;
  const fields = Object.entries(value).filter(([, one]) => one !== undefined && one !== null);
  return { body: new URLSearchParams(fields.map(([name, one]) => [name, plain(one)])) };
}

/** A body as it is. */
export function raw(value: RawBody | undefined, mediaType?: string): Content | undefined {
  if (value === undefined) return undefined;
  return mediaType === undefined ? { body: value } : { body: value, mediaType };
}

/** A body of any kind: what `fetch` can send is sent as it is, everything else as JSON. */
export function content(value: unknown): Content | undefined {
  const isRaw =
    typeof value === "string" ||
    value instanceof Blob ||
    value instanceof ArrayBuffer ||
    value instanceof Uint8Array ||
    value instanceof URLSearchParams ||
    value instanceof FormData;
  return isRaw ? { body: value as RawBody } : json(value);
}
