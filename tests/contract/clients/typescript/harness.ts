// What the scenarios share: clients, names of their own, a server that says what it is told to, and the list of scenarios.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { AstraClient, type AstraClientOptions } from "astra-client";

function variable(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set`);
  return value;
}

export const url = variable("ASTRA_URL");
export const token = variable("ASTRA_TOKEN");
export const unruly = variable("ASTRA_UNRULY_URL");

/** Part of each name that this run makes. */
export const run = randomUUID().slice(0, 8);

let made = 0;

/** A name that nobody else has. */
export function fresh(kind: string): string {
  made += 1;
  return `ts-${run}-${kind}-${made}`;
}

/** A client of the owner, which does not wait long. */
export function connect(options: AstraClientOptions = {}): AstraClient {
  const credentials = options.credentials === undefined ? { token } : {};
  return new AstraClient({ baseUrl: url, retryDelay: 20, ...credentials, ...options });
}

/** A client of the gateway as it is when it is `mode`. */
export function misled(mode: string, options: AstraClientOptions = {}): AstraClient {
  return connect({ baseUrl: `${unruly}/${mode}`, ...options });
}

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string | undefined>;
}

/** What came through the unruly proxy with this request id. */
export async function seen(requestId: string): Promise<Seen[]> {
  const answer = await fetch(`${unruly}/seen`);
  return ((await answer.json()) as Seen[]).filter(({ headers }) => headers["x-request-id"] === requestId);
}

/** What a promise rejects with. */
export async function refusal(work: PromiseLike<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  assert.fail("nothing was refused");
}

/** What a promise rejects with, which is of this class. */
export async function refused<T>(work: PromiseLike<unknown>, kind: new (...values: never[]) => T): Promise<T> {
  const error = await refusal(work);
  assert.ok(error instanceof kind, `expected ${kind.name}, got ${String(error)}`);
  return error;
}

export interface Asked extends Seen {
  readonly body: string;
}

/** What to answer the nth request with. */
export type Answering = (asked: Asked, answer: ServerResponse, nth: number) => void;

/** A server that answers as it is told to, while `use` runs. */
export async function served<T>(
  answering: Answering,
  use: (url: string, asked: readonly Asked[]) => Promise<T>,
): Promise<T> {
  const all: Asked[] = [];
  const server = createServer((request: IncomingMessage, answer: ServerResponse) => {
    let body = "";
    request.on("data", (piece) => (body += String(piece)));
    request.on("end", () => {
      const headers = request.headers as Record<string, string | undefined>;
      const asked = { method: request.method ?? "", path: request.url ?? "", headers, body };
      all.push(asked);
      answering(asked, answer, all.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, all);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Answers with JSON. */
export function say(answer: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  answer.writeHead(status, { "content-type": "application/json", ...headers });
  answer.end(JSON.stringify(body));
}

export interface Scenario {
  readonly name: string;
  readonly run: () => Promise<void>;
}

export const scenarios: Scenario[] = [];

/** Something that the client must be able to do. They run in their order. */
export function scenario(name: string, run: () => Promise<void>): void {
  scenarios.push({ name, run });
}
