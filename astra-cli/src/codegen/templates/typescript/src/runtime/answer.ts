import { DecodingError } from "./errors.ts";

/** What came with an answer beside its data. */
export interface ResponseInfo {
  /** The status of HTTP. */
  readonly status: number;
  readonly headers: Headers;
  /** The `X-Request-ID`. */
  readonly requestId: string | undefined;
}

/** An answer's data, and what came with it. */
export interface Answer<T> {
  readonly data: T;
  readonly response: ResponseInfo;
}

/** What came with an answer. */
export function responseInfo(response: Response): ResponseInfo {
  const { status, headers } = response;
  return { status, headers, requestId: headers.get("x-request-id") ?? undefined };
}

/** Reads JSON. */
export async function readJson<T>(response: Response): Promise<T> {
  const text = await response.text();
  try {
    return JSON.parse(text) as T;
  } catch {
    // The answer may hold a secret, and the parser's complaint quotes it.
    const { requestId } = responseInfo(response);
    const mediaType = response.headers.get("content-type") ?? "an unknown media type";
    const found = text === "" ? "is empty" : `is not, and says that it is ${mediaType}`;
    throw new DecodingError(`expected JSON, but the answer ${found}`, { requestId });
  }
}

/** Reads a text. */
export function readText(response: Response): Promise<string> {
  return response.text();
}

/** Reads bytes. */
export async function readBytes(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await response.arrayBuffer());
}

/** Reads nothing. */
export async function readNothing(response: Response): Promise<void> {
  await response.body?.cancel();
}

/** Reads whatever it is. */
export async function readAny(response: Response): Promise<unknown> {
  const mediaType = response.headers.get("content-type")?.split(";")[0]?.trim() ?? "";
  if (mediaType.endsWith("/json") || mediaType.endsWith("+json"))
    return readJson<unknown>(response);
  const bytes = await readBytes(response);
  if (bytes.length === 0) return undefined;
  const isText = mediaType.startsWith("text/") || /[/+](yaml|xml)$/.test(mediaType);
  return isText ? new TextDecoder().decode(bytes) : bytes;
}

/** A body that was refused: JSON if it is any, else its text. */
export async function readRefused(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
