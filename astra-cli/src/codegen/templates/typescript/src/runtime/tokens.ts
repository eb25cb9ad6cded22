import { ClientError } from "./errors.ts";
import type { ConnectionOptions, TokenCallback } from "./options.ts";

/** Where access tokens come from. */
export interface TokenSource {
  /** The present token. */
  get(): Promise<string>;
  /** Another one, since the server refused this one; nothing if there is none to be had. */
  renew(refused: string): Promise<string | undefined>;
}

/** The source that the option `token` is. */
export function tokenSource(token: ConnectionOptions["token"]): TokenSource | undefined {
  if (token === undefined) return undefined;
  return typeof token === "string" ? new FixedToken(token) : new CallbackToken(token);
}

class FixedToken implements TokenSource {
  readonly #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  get(): Promise<string> {
    return Promise.resolve(this.#token);
  }

  renew(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

class CallbackToken implements TokenSource {
  readonly #callback: TokenCallback;

  constructor(callback: TokenCallback) {
    this.#callback = callback;
  }

  async get(): Promise<string> {
    return this.#callback({ isRefused: false });
  }

  async renew(): Promise<string> {
    return this.#callback({ isRefused: true });
  }
}

/** The header for a token. What cannot be in a header must not be in `fetch`'s complaint about it either. */
export function authorization(token: string): string {
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new ClientError("the token is empty, or has letters that no header can have");
  }
  return `Bearer ${token}`;
}
