import { readAny } from "./answer.ts";
import { Call } from "./call.ts";
import { ClientError } from "./errors.ts";
import type { IdempotentOptions } from "./options.ts";
import { type Query, content } from "./request.ts";
import type { Transport } from "./transport.ts";

/** What can be said with requests that the document does not have. */
export interface RequestOptions extends IdempotentOptions {
  readonly query?: Query | undefined;
  /** What `fetch` can send is sent as it is, everything else as JSON. */
  readonly body?: unknown;
}

/** Sends any request, and reads the answer by its media type: JSON, text, or bytes; nothing if it is empty. */
export function rawCall<T>(
  transport: Transport,
  method: string,
  path: string,
  options: RequestOptions,
): Call<T> {
  const request = {
    method: method.toUpperCase(),
    path: path.startsWith("/") ? path : new ClientError("the path does not begin with a slash"),
    query: options.query ?? {},
    content: content(options.body),
    accept: "*/*",
  };
  const read = async (response: Response): Promise<T> => (await readAny(response)) as T;
  return new Call(transport.send(request, options, read));
}
