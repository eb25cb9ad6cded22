import { readJson } from "./answer.ts";
import { ApiError, ConnectionError, DecodingError } from "./errors.ts";
import { json } from "./request.ts";
import type { TokenSource } from "./tokens.ts";
import type { Transport } from "./transport.ts";

/** What one signs in with: a person's password, a program's secret, or the refresh token of an earlier sign-in. */
export type Credentials =
  | { readonly username: string; readonly password: string; readonly scope?: string }
  | { readonly clientId: string; readonly clientSecret: string; readonly scope?: string }
  | { readonly refreshToken: string };

/** What a sign-in gave. */
export interface TokenSet {
  readonly accessToken: string;
  /** What the next access token comes from. It is good for one use: the next set has another one. */
  readonly refreshToken: string | undefined;
  /** When the access token ends. */
  readonly expiresAt: Date;
}

/** Is called with each new set of tokens, before it is used. */
export type TokensCallback = (tokens: TokenSet) => void | Promise<void>;

/** How long before its end a token is renewed, in milliseconds; a tenth of its life if that is less. */
const MARGIN = 30_000;

/** The grants of OAuth 2. */
export class SignIn implements TokenSource {
  readonly #transport: Transport;
  readonly #path: string;
  readonly #credentials: Credentials;
  readonly #onTokens: TokensCallback | undefined;
  #access: { readonly token: string; readonly renewAt: number } | undefined;
  #refreshToken: string | undefined;
  #renewal: Promise<string> | undefined;

  constructor(
    transport: Transport,
    path: string,
    credentials: Credentials,
    onTokens: TokensCallback | undefined,
  ) {
    this.#transport = transport;
    this.#path = path;
    this.#credentials = credentials;
    this.#onTokens = onTokens;
    this.#refreshToken = "refreshToken" in credentials ? credentials.refreshToken : undefined;
  }

  async get(): Promise<string> {
    const access = this.#access;
    return access !== undefined && Date.now() < access.renewAt ? access.token : this.#renew();
  }

  async renew(refused: string): Promise<string> {
    // Another call may have renewed it meanwhile.
    return this.#access === undefined || this.#access.token === refused
      ? this.#renew()
      : this.get();
  }

  /** Those who need a token at the same time share one: a refresh token is good once. */
  #renew(): Promise<string> {
    this.#renewal ??= this.#grant().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #grant(): Promise<string> {
    const refreshToken = this.#refreshToken;
    if (refreshToken !== undefined) {
      try {
        return await this.#ask({ grant_type: "refresh_token", refresh_token: refreshToken });
      } catch (error) {
        if ("refreshToken" in this.#credentials || !isSpent(error)) throw error;
        this.#refreshToken = undefined;
      }
    }
    return this.#ask(this.#firstGrant());
  }

  #firstGrant(): Record<string, string | undefined> {
    const credentials = this.#credentials;
    if ("refreshToken" in credentials) {
      return { grant_type: "refresh_token", refresh_token: credentials.refreshToken };
    }
    if ("clientId" in credentials) {
      const { clientId, clientSecret, scope } = credentials;
      const grant_type = "client_credentials";
      return { grant_type, client_id: clientId, client_secret: clientSecret, scope };
    }
    const { username, password, scope } = credentials;
    return { grant_type: "password", username, password, scope };
  }

  async #ask(grant: Record<string, string | undefined>): Promise<string> {
    const request = { method: "POST", path: this.#path, content: json(grant), isOpen: true };
    const { data, response } = await this.#transport.send(request, {}, readJson<unknown>);
    const answer = (data ?? {}) as Record<string, unknown>;
    const token = answer["access_token"];
    if (typeof token !== "string") {
      throw new DecodingError("the answer to the sign-in has no access_token", response);
    }
    const refreshToken = answer["refresh_token"];
    const life = typeof answer["expires_in"] === "number" ? answer["expires_in"] * 1000 : Infinity;
    const now = Date.now();
    this.#access = { token, renewAt: now + life - Math.min(MARGIN, life / 10) };
    if (typeof refreshToken === "string") this.#refreshToken = refreshToken;
    await this.#onTokens?.({
      accessToken: token,
      refreshToken: this.#refreshToken,
      // The last moment that dates know.
      expiresAt: new Date(Math.min(now + life, 8.64e15)),
    });
    return token;
  }
}

/** Whether a refresh token may be used up after this failure. */
function isSpent(error: unknown): boolean {
  if (error instanceof ConnectionError) return !error.isUnsent;
  return !(error instanceof ApiError) || (error.status !== 429 && error.status !== 503);
}
