// The document, calls without a method, changes and lists, as their users call them.

import assert from "node:assert/strict";

import { type Agent, NotFoundError, NotModifiedError, PreconditionFailedError } from "astra-client";

import { connect, fresh, refused, scenario } from "./harness.ts";

const client = connect();

scenario("the document, and that it has not changed", async () => {
  const { data, response } = await client.spec.json().withResponse();
  assert.equal(data["openapi"], "3.1.0");
  const etag = response.headers.get("etag");
  assert.ok(etag);
  const error = await refused(client.spec.json({ ifNoneMatch: etag }), NotModifiedError);
  assert.equal(error.status, 304);
  const health = await client.spec.json({ tag: "health", mine: true });
  assert.ok(Object.keys(health["paths"] as object).every((path) => path.startsWith("/health")));
  const text: string = await client.spec.yaml({ tag: "health" });
  assert.match(text, /^openapi: /);
});

scenario("a call that the document does not have", async () => {
  const health = await client.request<{ status: string }>("get", "/health");
  assert.equal(health.status, "ok");
  const page = await client.request<{ data: unknown[] }>("GET", "/agents", { query: { limit: 1 } });
  assert.equal(page.data.length, 1);
  const made = await client.request<{ id: string }>("POST", "/agents", { body: { id: fresh("raw") } });
  assert.equal(await client.request("DELETE", `/agents/${made.id}`), undefined);
  assert.match(String(await client.request("GET", "/openapi.yaml")), /^openapi: /);
});

scenario("a change: null clears, what is absent stays, a stale tag is refused", async () => {
  const id = fresh("agent");
  const made: Agent = await client.agents.create({
    id,
    system_prompt: "You are brief.",
    metadata: { team: "a", floor: 2 },
  });
  const { data, response } = await client.agents.get(id).withResponse();
  assert.deepEqual(data, made);
  assert.equal(response.status, 200);
  assert.ok(response.requestId);
  const ifMatch = response.headers.get("etag") ?? undefined;
  assert.ok(ifMatch);
  const patch = { display_name: "Named", model: { temperature: 0.2 }, metadata: { floor: null } };
  const updated = await client.agents.update(id, patch, { ifMatch });
  assert.equal(updated.display_name, "Named");
  assert.equal(updated.model.temperature, 0.2);
  assert.deepEqual(updated.metadata, { team: "a" }, "null clears");
  assert.equal(updated.system_prompt, "You are brief.", "what is absent stays");
  const cleared = await client.agents.update(id, { display_name: null });
  assert.equal(cleared.display_name ?? null, null);
  await refused(client.agents.update(id, {}, { ifMatch }), PreconditionFailedError);

  await client.agents.replace(id, { system_prompt: "You are long.", on_busy: "reject" });
  const difference = await client.agents.diffVersions(id, 4, { against: 1 });
  const change = difference.find((operation) => operation.path === "/system_prompt");
  assert.ok(change?.op === "replace");
  assert.equal(change.value, "You are long.");
  await client.agents.delete(id);
  await refused(client.agents.get(id), NotFoundError);
});

scenario("what was received is sent", async () => {
  const { id } = await client.agents.create({ id: fresh("file"), system_prompt: "Carry me." });
  const file = await client.agents.export(id);
  const imported = await client.agents.import({ ...file, id: fresh("imported") });
  assert.equal(imported.system_prompt, "Carry me.");
  for (const gone of [id, imported.id]) await client.agents.delete(gone);
});

scenario("lists: a page, all pages, all items, from a cursor", async () => {
  const { id } = await client.agents.create({ id: fresh("listed") });
  for (let version = 2; version <= 5; version++) await client.agents.update(id, { metadata: { version } });
  const numbers = (items: readonly { readonly version: number }[]): number[] => items.map(({ version }) => version);

  const page = await client.agents.listVersions(id, { limit: 2 });
  assert.deepEqual(numbers(page.items), [5, 4]);
  assert.equal(page.body.next_cursor, page.nextCursor);
  assert.equal(page.response.status, 200);
  const last = await (await page.next())?.next();
  assert.deepEqual(numbers(last?.items ?? []), [1]);
  assert.equal(await last?.next(), undefined);
  const rest: number[] = [];
  for await (const { version } of page) rest.push(version);
  assert.deepEqual(rest, [5, 4, 3, 2, 1]);

  let asked = 0;
  const counted = connect({
    fetch: (url, init) => {
      asked += 1;
      return fetch(url, init);
    },
  });
  const list = counted.agents.listVersions(id, { limit: 2 });
  assert.equal(asked, 0, "nothing is asked before one looks");
  const found: number[] = [];
  for await (const { version } of list) {
    found.push(version);
    if (version === 3) break;
  }
  assert.deepEqual(found, [5, 4, 3]);
  assert.equal(asked, 2, "pages come as they are needed");
  const later = await counted.agents.listVersions(id, { limit: 2, cursor: page.nextCursor }).toArray();
  assert.deepEqual(numbers(later), [3, 2, 1]);
  const sizes: number[] = [];
  for await (const { items } of client.agents.listVersions(id, { limit: 2 }).pages()) sizes.push(items.length);
  assert.deepEqual(sizes, [2, 2, 1]);
  await client.agents.delete(id);
});

scenario("all agents, each once", async () => {
  const ids: string[] = [];
  for (let count = 0; count < 5; count++) ids.push((await client.agents.create({ id: fresh("one-of-five") })).id);
  const found: string[] = [];
  for await (const { id } of client.agents.list({ limit: 2 })) {
    // Others may make agents too.
    if (ids.includes(id)) found.push(id);
    if (found.length === ids.length) break;
  }
  // What was made in the same millisecond has no order that one could foresee.
  assert.deepEqual(found.toSorted(), ids.toSorted());
  for (const id of ids) await client.agents.delete(id);
});

scenario("a time and a list as parameters, and a page that says more than its items", async () => {
  const from = new Date(Date.now() - 86_400_000);
  const report = await client.inference.usage({ from, groupBy: ["agent", "day"], limit: 1 });
  assert.ok(Math.abs(Date.parse(report.body.from) - from.getTime()) < 3_600_000);
  for await (const { requests } of report) assert.ok(requests >= 0);
});
