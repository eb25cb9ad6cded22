// The tokens of a sign-in. The access token is in memory alone. The refresh token, or a token that a person pasted, is
// kept for the tab; for the device, if the person asked for that. Tabs that share a sign-in renew it one at a time.

import { ApiError, consoleUrl, keepTokens, openClient } from "./client.ts";

/** What signing in answers. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly expires_in?: number;
  readonly refresh_token?: string;
}

interface Held {
  readonly token: string;
  readonly expiresAt: number;
}

interface TabMessage {
  readonly kind: "renewed" | "ended";
  readonly family: string;
  readonly held?: Held;
  readonly refresh?: string;
}

/** An access token is renewed this long before its end. */
const MARGIN_MS = 30_000;
/** How long a tab may hold the lock where the browser has none. */
const LOCK_MS = 10_000;

// Gateways under several prefixes of one origin each have their own.
const key = `astra.console ${consoleUrl.pathname}`;
const keys = { refresh: `${key} refresh`, token: `${key} token`, lock: `${key} lock` };

let held: Held | undefined;
/** Whose access token is held: another tab may have signed in as another person meanwhile. */
let ownFamily: string | undefined;
let renewal: Promise<string> | undefined;
let onEnd: (why: unknown) => void = () => undefined;
let onAdopted: () => void = () => undefined;
const tabs = "BroadcastChannel" in globalThis ? new BroadcastChannel(key) : undefined;

const family = (refresh: string): string => refresh.split(".")[0] ?? refresh;

function readRefresh(): string | null {
  return sessionStorage.getItem(keys.refresh) ?? localStorage.getItem(keys.refresh);
}

function writeRefresh(refresh: string): void {
  const isForDevice = sessionStorage.getItem(keys.refresh) === null && localStorage.getItem(keys.refresh) !== null;
  (isForDevice ? localStorage : sessionStorage).setItem(keys.refresh, refresh);
}

/** Whether there is something to go on with. */
export function hasTokens(): boolean {
  return held !== undefined || readRefresh() !== null || sessionStorage.getItem(keys.token) !== null;
}

/** Whether the sign-in is kept on this device. */
export function isKeptOnDevice(): boolean {
  return localStorage.getItem(keys.refresh) !== null;
}

/** Takes the tokens of a sign-in. */
export function takeTokens(answer: TokenAnswer, isForDevice: boolean): void {
  const staysOnDevice = isForDevice && answer.refresh_token !== undefined;
  sessionStorage.removeItem(keys.refresh);
  sessionStorage.removeItem(keys.token);
  // Other tabs of the device would take the gap for a sign-out.
  if (!staysOnDevice) localStorage.removeItem(keys.refresh);
  const life = (answer.expires_in ?? Infinity) * 1000;
  held = { token: answer.access_token, expiresAt: Date.now() + life };
  ownFamily = answer.refresh_token && family(answer.refresh_token);
  if (answer.refresh_token !== undefined) {
    (isForDevice ? localStorage : sessionStorage).setItem(keys.refresh, answer.refresh_token);
    tell({ kind: "renewed", family: family(answer.refresh_token), held, refresh: answer.refresh_token });
  } else {
    sessionStorage.setItem(keys.token, answer.access_token);
  }
}

/** Forgets everything, in this tab. */
export function forgetTokens(): void {
  held = undefined;
  sessionStorage.removeItem(keys.refresh);
  localStorage.removeItem(keys.refresh);
  sessionStorage.removeItem(keys.token);
}

/** Forgets everything, in all tabs that share the sign-in. */
export function endTokens(why?: unknown): void {
  const refresh = readRefresh();
  if (refresh !== null) tell({ kind: "ended", family: family(refresh) });
  forgetTokens();
  onEnd(why);
}

/** Says what to do when the sign-in ended, and when another tab signed in on this device. */
export function watchTokens(ended: (why: unknown) => void, adopted: () => void): void {
  onEnd = ended;
  onAdopted = adopted;
}

/** The present access token. For samples that a person copies, it is not shown: they name a variable. */
export function accessToken(): string | undefined {
  return held?.token;
}

function tell(message: TabMessage): void {
  tabs?.postMessage(message);
}

tabs?.addEventListener("message", ({ data }: MessageEvent<TabMessage>) => {
  const mine = readRefresh();
  if (mine === null) return;
  if (family(mine) !== data.family) return;
  if (data.kind === "ended") {
    forgetTokens();
    onEnd(undefined);
    return;
  }
  held = data.held;
  ownFamily = data.family;
  if (data.refresh !== undefined) writeRefresh(data.refresh);
});

addEventListener("storage", (event) => {
  const hasOwn = sessionStorage.getItem(keys.refresh) !== null || sessionStorage.getItem(keys.token) !== null;
  if (event.key !== keys.refresh || hasOwn) return;
  if (event.newValue === null) {
    if (held !== undefined) endTokens();
  } else if (family(event.newValue) !== ownFamily) {
    held = undefined;
    ownFamily = family(event.newValue);
    onAdopted();
  }
});

async function access(isRefused: boolean): Promise<string> {
  if (held !== undefined && !isRefused && Date.now() < held.expiresAt - MARGIN_MS) return held.token;
  const pasted = sessionStorage.getItem(keys.token);
  if (readRefresh() === null && pasted !== null) {
    held = { token: pasted, expiresAt: Infinity };
    return pasted;
  }
  const refused = isRefused ? held?.token : undefined;
  renewal ??= alone(() => renew(refused)).finally(() => {
    renewal = undefined;
  });
  return renewal;
}

async function renew(refused: string | undefined): Promise<string> {
  // Another tab may have done it while this one waited.
  if (held !== undefined && held.token !== refused && Date.now() < held.expiresAt - MARGIN_MS) return held.token;
  const refresh = readRefresh();
  if (refresh === null) {
    endTokens();
    throw new Error("there is no sign-in");
  }
  try {
    const answer = await openClient.auth.refresh({ refresh_token: refresh });
    held = { token: answer.access_token, expiresAt: Date.now() + answer.expires_in * 1000 };
    ownFamily = family(refresh);
    const next = answer.refresh_token ?? refresh;
    writeRefresh(next);
    tell({ kind: "renewed", family: family(next), held, refresh: next });
    return answer.access_token;
  } catch (error) {
    if (error instanceof ApiError && error.status >= 400 && error.status < 404) endTokens(error);
    throw error;
  }
}

/** Runs `work` in one tab at a time. Locks of the browser are missing on pages that came without TLS. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  if ("locks" in navigator) return navigator.locks.request(keys.lock, work);
  const mine = `${Math.random()}`;
  for (let tries = 0; tries < 100; tries++) {
    const [owner, until] = (localStorage.getItem(keys.lock) ?? " 0").split(" ");
    if (owner === "" || Number(until) < Date.now()) localStorage.setItem(keys.lock, `${mine} ${Date.now() + LOCK_MS}`);
    await new Promise((done) => setTimeout(done, 30 + Math.random() * 40));
    if (localStorage.getItem(keys.lock)?.startsWith(`${mine} `)) break;
  }
  try {
    return await work();
  } finally {
    if (localStorage.getItem(keys.lock)?.startsWith(`${mine} `)) localStorage.removeItem(keys.lock);
  }
}

keepTokens({
  access,
  refused(token, answer) {
    // A sign-in that can be renewed gets another try first; the refusal of that one ends it.
    if (token !== held?.token || readRefresh() !== null) return;
    void answer.json().then(
      (problem: unknown) => endTokens(problem),
      () => endTokens(),
    );
  },
});
