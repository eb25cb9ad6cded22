// Health, the document, accounts, agents and models, as their users call them.

import assert from "node:assert/strict";

import { type Agent, NotFoundError, NotModifiedError } from "astra-client";

import { connect, fresh, refused, scenario } from "./harness.ts";

const client = connect();

scenario("health", async () => {
  const open = connect({ token: undefined });
  assert.equal((await open.health.live()).status, "ok");
  assert.equal((await open.health.ready()).status, "ok");
  const { data, response } = await client.health.get().withResponse();
  assert.equal(data.status, "ok");
  assert.match(data.version, /^\d+\.\d+/);
  assert.equal(response.status, 200);
  assert.ok(response.requestId);
});

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

scenario("the caller", async () => {
  const me = await client.auth.me();
  assert.equal(me.role, "owner");
  assert.ok(me.scopes.includes("chat:send"));
});

scenario("service accounts and their tokens", async () => {
  const name = fresh("account");
  const made = await client.auth.createServiceAccount({ name, role: "viewer", scopes: ["spec:read"] });
  assert.equal(made.name, name);
  assert.deepEqual(await client.auth.getServiceAccount(made.id), made);
  const changed = await client.auth.updateServiceAccount(made.id, { role: "member" });
  assert.equal(changed.role, "member");
  assert.deepEqual(changed.scopes, ["spec:read"], "what is absent stays");
  const found = (await client.auth.listServiceAccounts({ limit: 1 }).toArray()).map(({ id }) => id);
  assert.ok(found.includes(made.id));

  const issued = await client.auth.issueToken(made.id, { expires_in: 3600 });
  const account = connect({ token: issued.secret });
  assert.match(await account.spec.yaml(), /^openapi: /);
  const tokens = await client.auth.listTokens(made.id);
  assert.deepEqual(
    tokens.items.map(({ id }) => id),
    [issued.token.id],
  );
  const rotated = await client.auth.rotateToken(issued.token.id, { grace_s: 0 });
  assert.equal(rotated.token.id, issued.token.id);
  assert.notEqual(rotated.secret, issued.secret);
  await client.auth.revokeToken(issued.token.id);
  await client.auth.deleteServiceAccount(made.id);
  await refused(client.auth.getServiceAccount(made.id), NotFoundError);
});

scenario("signing keys", async () => {
  const rotated = await client.auth.rotateKeys();
  assert.ok(rotated.is_signing);
  const { keys } = await connect({ token: undefined }).auth.jwks();
  assert.ok(keys.some(({ kid }) => kid === rotated.kid));
  const listed = await client.auth.listKeys().toArray();
  assert.ok(listed.some(({ kid }) => kid === rotated.kid));
});

scenario("an agent and its versions", async () => {
  const id = fresh("agent");
  const made: Agent = await client.agents.create({
    id,
    system_prompt: "You are brief.",
    metadata: { team: "a", floor: 2 },
  });
  assert.equal(made.version, 1);
  assert.deepEqual(made.metadata, { team: "a", floor: 2 });

  const { data, response } = await client.agents.get(id).withResponse();
  assert.deepEqual(data, made);
  const etag = response.headers.get("etag") ?? undefined;
  assert.ok(etag);
  const patch = { display_name: "Named", model: { temperature: 0.2 }, metadata: { floor: null } };
  const updated = await client.agents.update(id, patch, { ifMatch: etag });
  assert.equal(updated.display_name, "Named");
  assert.equal(updated.model.temperature, 0.2);
  assert.deepEqual(updated.metadata, { team: "a" }, "null clears");
  assert.equal(updated.system_prompt, "You are brief.", "what is absent stays");
  const cleared = await client.agents.update(id, { display_name: null });
  assert.equal(cleared.display_name ?? null, null);

  const replaced = await client.agents.replace(id, { system_prompt: "You are long.", on_busy: "reject" });
  assert.equal(replaced.on_busy, "reject");
  assert.equal(replaced.version, 4);
  const versions = await client.agents.listVersions(id, { limit: 2 }).toArray();
  assert.deepEqual(
    versions.map(({ version }) => version),
    [4, 3, 2, 1],
  );
  const first = await client.agents.getVersion(id, 1);
  assert.equal(first.definition.system_prompt, "You are brief.");
  const difference = await client.agents.diffVersions(id, 4, { against: 1 });
  const change = difference.find((operation) => operation.path === "/system_prompt");
  assert.ok(change?.op === "replace");
  assert.equal(change.value, "You are long.");
  const labelled = await client.agents.labelVersion(id, 1, { label: "first" });
  assert.equal(labelled.label, "first");
  const rolled = await client.agents.rollback(id, 1);
  assert.equal(rolled.system_prompt, "You are brief.");

  const twin = await client.agents.clone(id, { id: fresh("twin") });
  assert.equal(twin.version, 1);
  const file = await client.agents.export(id);
  assert.equal(file.format, "astra.agent.v1");
  const imported = await client.agents.import({ ...file, id: fresh("imported") });
  assert.equal(imported.system_prompt, "You are brief.");
  assert.equal((await client.agents.usage(id)).agent_id, id);
  assert.ok(Array.isArray((await client.agents.reload()).failed));
  for (const gone of [id, twin.id, imported.id]) await client.agents.delete(gone);
  await refused(client.agents.get(id), NotFoundError);
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

scenario("providers, models, usage", async () => {
  const providers = await client.inference.listProviders({ limit: 1 }).toArray();
  assert.ok(providers.some(({ name }) => name === "echo"));
  const echo = await client.inference.getProvider("echo");
  assert.equal(echo.protocol, "echo");
  assert.ok((await client.inference.checkProvider("echo")).is_ok);
  const models = await client.inference.listModels({ provider: "echo" });
  assert.ok(models.items.every(({ provider }) => provider === "echo"));
  const from = new Date(Date.now() - 86_400_000);
  const report = await client.inference.usage({ from, groupBy: ["agent", "day"], limit: 1 });
  assert.ok(Math.abs(Date.parse(report.body.from) - from.getTime()) < 3_600_000);
  for await (const { requests } of report) assert.ok(requests >= 0);
});
