// What goes wrong, and what the caller is told of it.

import assert from "node:assert/strict";
import { inspect } from "node:util";

import {
  ApiError,
  ClientError,
  ConflictError,
  ConnectionError,
  NotFoundError,
  PreconditionFailedError,
  RateLimitedError,
  ServerError,
  TimeoutError,
  UnauthorizedError,
  UnavailableError,
  UnprocessableError,
} from "astra-client";

import { connect, fresh, misled, refusal, refused, scenario, seen, served, token, unruly } from "./harness.ts";

const client = connect();

scenario("refusals are typed problems", async () => {
  const absent = await refused(client.agents.get("no-such-agent"), NotFoundError);
  assert.equal(absent.status, 404);
  assert.equal(absent.code, "not_found");
  assert.equal(absent.problem?.instance, "/agents/no-such-agent");
  assert.ok(absent instanceof ApiError && absent instanceof ClientError && absent instanceof Error);
  assert.equal(absent.name, "NotFoundError");
  assert.equal(absent.message, `404 not_found: ${absent.detail} (request ${absent.requestId})`);
  assert.equal(absent.requestId, absent.headers.get("x-request-id"));

  const id = fresh("refused");
  const { response } = await client.agents.create({ id }).withResponse();
  const etag = response.headers.get("etag") ?? undefined;
  assert.equal((await refused(client.agents.create({ id }), ConflictError)).code, "conflict");
  await client.agents.update(id, { display_name: "Changed" }, { ifMatch: etag });
  const stale = await refused(
    client.agents.update(id, { display_name: "Lost" }, { ifMatch: etag }),
    PreconditionFailedError,
  );
  assert.equal(stale.status, 412);
  const wrong = await refused(client.agents.update(id, { model: { temperature: 9 } }), UnprocessableError);
  assert.deepEqual(
    wrong.errors.map(({ pointer }) => pointer),
    ["/model/temperature"],
  );
  assert.match(wrong.message, /\/model\/temperature: /);
  await refused(connect({ token: undefined }).agents.get(id), UnauthorizedError);
  await client.agents.delete(id);
});

scenario("a path cannot be led astray", async () => {
  await refused(client.agents.get("a/../../health"), UnprocessableError);
  for (const segment of ["", ".", ".."]) {
    const error = await refused(client.agents.get(segment), ClientError);
    assert.match(error.message, /cannot be a part of a path/);
  }
});

for (const [mode, kind] of [
  ["limited", RateLimitedError],
  ["busy", UnavailableError],
] as const) {
  scenario(`${mode}: Retry-After is honoured`, async () => {
    const id = fresh(mode);
    const requestId = fresh("request");
    const since = performance.now();
    const made = await misled(mode).agents.create({ id }, { requestId });
    assert.equal(made.id, id);
    assert.ok(performance.now() - since >= 990, "it waited for a second");
    const posts = await seen(requestId);
    assert.equal(posts.length, 2);
    assert.ok(posts[0]?.headers["idempotency-key"]);
    assert.equal(posts[0].headers["idempotency-key"], posts[1]?.headers["idempotency-key"]);
    await client.agents.delete(id);
  });

  scenario(`${mode}: without retries it is an error`, async () => {
    const refusedOnce = misled(mode, { maxRetries: 0 }).agents.create({ id: fresh(mode) });
    const error = await refused(refusedOnce, kind);
    assert.equal(error.retryAfter, 1);
    assert.equal(error.requestId, "req_unruly");
  });
}

scenario("a body that breaks off is asked for again", async () => {
  const cut = misled("cut-first");
  assert.equal((await cut.agents.get("assistant")).id, "assistant");
  const { id } = await client.sessions.create({ agent_id: "assistant" });
  const turn = await cut.chat.send({ agent_id: "assistant", session_id: id, message: "once" });
  assert.equal(turn.content, "once");
  assert.equal((await client.sessions.listMessages(id).toArray()).length, 2, "one turn only");
});

scenario("a page of HTML in place of an answer", async () => {
  const broken = misled("html", { retryDelay: 1 });
  const [read, written] = [fresh("read"), fresh("written")];
  const error = await refused(broken.agents.get("assistant", { requestId: read }), ServerError);
  assert.equal(error.status, 502);
  assert.equal(error.problem, undefined);
  assert.match(String(error.body), /Bad gateway/);
  assert.match(error.message, /^502 .*text\/html/);
  assert.equal((await seen(read)).length, 3, "a GET is repeated twice");
  await refused(broken.chat.cancel("trn_06a1b2c3d4e5q", { requestId: written }), ServerError);
  assert.equal((await seen(written)).length, 1, "a POST without a key is not");
});

scenario("what never answers: a time-out, and a caller who has enough", async () => {
  const hanging = misled("hang");
  const late = await refused(hanging.agents.get("assistant", { timeout: 200 }), TimeoutError);
  assert.match(late.message, /no answer within 200 ms/);
  assert.ok(late.requestId);
  await refused(hanging.chat.stream({ agent_id: "assistant", message: "a" }, { timeout: 200 }).open(), TimeoutError);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  const aborted = await refusal(hanging.agents.get("assistant", { signal: controller.signal }));
  assert.ok(aborted instanceof DOMException && aborted.name === "AbortError");
  assert.equal(aborted, controller.signal.reason);
  const before = await refusal(client.agents.get("assistant", { signal: AbortSignal.abort(new Error("before")) }));
  assert.match(String(before), /before/);
});

scenario("nobody listens", async () => {
  const baseUrl = await served(
    () => undefined,
    (url) => Promise.resolve(url),
  );
  const nowhere = connect({ baseUrl, retryDelay: 1 });
  const error = await refused(nowhere.agents.create({ id: "a" }, { requestId: "mine" }), ConnectionError);
  assert.ok(error.isUnsent);
  assert.equal(error.requestId, "mine");
  assert.match(error.message, /^POST http:\/\/127\.0\.0\.1:\d+\/agents: .* \(request mine\)$/);
});

scenario("options that cannot be are told at once", () => {
  for (const baseUrl of ["", "nonsense", "ftp://127.0.0.1", "http://ada:secret@127.0.0.1"]) {
    assert.throws(
      () => connect({ baseUrl }),
      (error) => error instanceof ClientError && !error.message.includes("secret"),
    );
  }
  return Promise.resolve();
});

scenario("a token is in nothing that is printed", async () => {
  const errors: unknown[] = [
    await refusal(client.agents.get("no-such-agent")),
    await refusal(misled("html", { maxRetries: 0 }).agents.get("assistant")),
    await refusal(misled("hang").agents.get("assistant", { timeout: 50 })),
    await refusal(connect({ baseUrl: "http://127.0.0.1:1", maxRetries: 0 }).agents.get("assistant")),
    await refusal(connect({ token: `${token}\n` }).agents.get("assistant")),
    await refusal(client.agents.get("assistant", { headers: { authorization: `${token}\n` } })),
    await refusal(connect({ token: `${token}x` }).agents.get("assistant")),
  ];
  const streamed = client.chat.stream({ agent_id: "assistant", message: "a" });
  const printed = [client, client.agents, client.agents.list(), streamed, unruly, ...errors].map(
    (value) =>
      inspect(value, { depth: 12, showHidden: true, getters: true }) + String(JSON.stringify(value)) + String(value),
  );
  const secret = token.slice(-40);
  for (const text of printed) assert.ok(!text.includes(secret), text.slice(0, 200));
});
