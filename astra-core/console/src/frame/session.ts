// Who is signed in, to which workspace, and how that begins and ends.

import { computed, signal } from "@preact/signals";
import type { Me, Workspace } from "astra-client";
import { ApiError, client, gatewayUrl, madeCalls, openClient } from "./client.ts";
import {
  accessToken,
  endTokens,
  forgetTokens,
  hasTokens,
  isKeptOnDevice,
  type TokenAnswer,
  takeTokens,
  watchTokens,
} from "./tokens.ts";

/** What is known of the caller. Of a token without the scope `auth:read`, only what it says itself. */
export type Caller = Pick<Me, "id" | "kind" | "workspace_id" | "role" | "scopes" | "email" | "display_name" | "expires_at">;

/** `starting` until it is known whether there is a sign-in. */
export const signedIn = signal<"starting" | "out" | "in">("starting");
export const me = signal<Caller | undefined>(undefined);
/** Those that the caller belongs to; empty if its token may not list them. */
export const workspaces = signal<readonly Workspace[]>([]);
/** Why the last sign-in ended, if it was not the person's own wish. */
export const whyEnded = signal<unknown>(undefined);
/** Changes with each sign-in and each workspace: what was read for one must not be shown to another. */
export const epoch = signal(0);

export const workspace = computed(() => workspaces.value.find(({ is_current }) => is_current));
export const callerName = computed(() => {
  const caller = me.value;
  return caller?.display_name ?? caller?.email ?? caller?.id ?? "";
});

let expiry: ReturnType<typeof setTimeout> | undefined;

function clear(): void {
  clearTimeout(expiry);
  me.value = undefined;
  workspaces.value = [];
  madeCalls.value = [];
  epoch.value += 1;
}

watchTokens(
  (why) => {
    if (signedIn.peek() === "out") return;
    clear();
    whyEnded.value = why ?? whyEnded.peek();
    signedIn.value = "out";
  },
  () => void resume(),
);

/** Says that this tab went to the identity provider: texts that come back in the address are believed of it alone. */
const sentToProvider = "astra.oidc";
/** Where the person was before it went there. */
const before = "astra.before";

/** Goes to the identity provider, which sends the person back with a code. */
export function goToProvider(): void {
  sessionStorage.setItem(sentToProvider, "1");
  sessionStorage.setItem(before, location.pathname + location.search);
  location.assign(`${gatewayUrl}/auth/oidc/start?return_to=console`);
}

/** What came back from the identity provider: where to go on, and a problem if there was one. */
function backFromProvider(): unknown {
  const isMine = sessionStorage.getItem(sentToProvider) !== null;
  const address = sessionStorage.getItem(before);
  const values = takeFragment();
  sessionStorage.removeItem(sentToProvider);
  sessionStorage.removeItem(before);
  if (isMine && address !== null) history.replaceState(null, "", address);
  if (values.get("problem") === null || !isMine) return undefined;
  const detail = values.get("detail") ?? "";
  const title = "The identity provider did not sign you in";
  return { title, detail, code: values.get("problem") ?? "", request_id: values.get("request_id") ?? undefined };
}

/** Begins: with the code in the address, with what the tab kept, or with nothing. */
export async function start(): Promise<void> {
  const code = new URLSearchParams(location.hash.slice(1)).get("code") ?? undefined;
  const problem = backFromProvider();
  if (problem !== undefined) whyEnded.value = problem;
  if (code !== undefined) {
    try {
      await signIn({ grant_type: "login_code", code }, false);
      return;
    } catch (error) {
      whyEnded.value = error;
    }
  }
  if (hasTokens()) await resume();
  else signedIn.value = "out";
}

/** The value of a name in the part of the address behind `#`, which is taken out of the address at once. */
export function takeFromHash(name: string): string | undefined {
  const values = new URLSearchParams(location.hash.slice(1));
  const value = values.get(name);
  if (value === null) return undefined;
  takeFragment();
  return value;
}

function takeFragment(): URLSearchParams {
  const values = new URLSearchParams(location.hash.slice(1));
  if (location.hash !== "") history.replaceState(null, "", location.pathname + location.search);
  return values;
}

type Grant = Parameters<typeof openClient.auth.token>[0];

/** Signs in by a grant of `auth.token`. */
export async function signIn(grant: Grant, isForDevice: boolean): Promise<void> {
  await enter(await openClient.auth.token(grant), isForDevice);
}

/** Goes on with tokens that were just issued. */
export async function enter(answer: TokenAnswer, isForDevice: boolean): Promise<void> {
  clear();
  takeTokens(answer, isForDevice);
  await resume(true);
}

/** Tries a token that a person pasted; it is kept for the tab if the gateway knows it. */
export async function signInByToken(token: string): Promise<void> {
  clear();
  takeTokens({ access_token: token }, false);
  await resume(true);
}

async function resume(isFresh = false): Promise<void> {
  try {
    if (me.peek() !== undefined) clear();
    me.value = await whoAmI();
    whyEnded.value = undefined;
    signedIn.value = "in";
    watchExpiry();
    await readWorkspaces();
  } catch (error) {
    if (isFresh) {
      forgetTokens();
      signedIn.value = "out";
      throw error;
    }
    whyEnded.value = error;
    signedIn.value = "out";
  }
}

async function whoAmI(): Promise<Caller> {
  try {
    return await client.auth.me({ maxRetries: 1 });
  } catch (error) {
    const claims = error instanceof ApiError && error.status === 403 ? claimsOf(accessToken() ?? "") : undefined;
    if (claims === undefined) throw error;
    return claims;
  }
}

/** What a token says of itself. */
function claimsOf(token: string): Caller | undefined {
  try {
    const part = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const claims = JSON.parse(atob(part)) as Record<string, unknown>;
    const text = (name: string): string => (typeof claims[name] === "string" ? claims[name] : "");
    const scopes = text("scope").split(" ").filter(Boolean);
    return { id: text("sub"), kind: "service_account", workspace_id: text("workspace"), role: text("role"), scopes };
  } catch {
    return undefined;
  }
}

/** A token that cannot be renewed ends at its time, and not at the next click. */
function watchExpiry(): void {
  clearTimeout(expiry);
  const at = me.peek()?.expires_at;
  if (at === undefined || at === null || isRenewable()) return;
  const wait = Date.parse(at) - Date.now();
  if (wait < 2 ** 31) expiry = setTimeout(() => endTokens(new Error("The token has expired.")), Math.max(0, wait));
}

const isRenewable = (): boolean => me.peek()?.kind === "user";

/** Reads the workspaces that the caller belongs to. */
export async function readWorkspaces(): Promise<void> {
  if (!me.peek()?.scopes.includes("workspaces:read")) return;
  workspaces.value = await client.workspaces.list({ limit: 200 }).then(
    ({ items }) => items,
    () => [],
  );
}

/** Goes over to another workspace: a sign-in of its own. */
export async function switchWorkspace(id: string): Promise<void> {
  const isForDevice = isKeptOnDevice();
  await enter(await client.workspaces.switch(id, {}), isForDevice);
}

/** Ends this sign-in; with `isEverywhere` all sign-ins of the person, on all devices. */
export async function signOut(isEverywhere = false): Promise<void> {
  whyEnded.value = undefined;
  try {
    if (isEverywhere) await client.auth.endSignIns({ keepCurrent: false });
    else if (isRenewable()) await client.auth.logout();
  } finally {
    if (signedIn.peek() === "in") endTokens();
  }
}
