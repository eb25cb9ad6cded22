// run.mjs SPEC.json STORY.json: Postman's converter makes a collection of the document, and newman sends each of its requests
// to the gateway, in the order of the story: every operation is in it, with the examples of the document, and is answered as
// documented, with success.
//
// Reads ASTRA_URL, ASTRA_TOKEN and postman, the folder of the tools.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { relay } from "../relay.mjs";

const require = createRequire(`${process.env.postman}/node_modules/`);
const { convertV2 } = require("openapi-to-postmanv2");
const newman = require("newman");
const { ASTRA_URL: gateway, ASTRA_TOKEN: token } = process.env;

const text = readFileSync(process.argv[2], "utf8");
const document = JSON.parse(text);
const story = JSON.parse(readFileSync(process.argv[3], "utf8"));
const methods = ["get", "put", "post", "delete", "patch"];
const documented = Object.values(document.paths).flatMap((item) => methods.filter((method) => item[method]));

async function collectionOf(document) {
  const { result, reason, output } = await promisify(convertV2)(
    { type: "string", data: document },
    { folderStrategy: "Tags", parametersResolution: "Example" },
  );
  assert.ok(result, reason);
  return output[0].data;
}

const requestsOf = (items) => items.flatMap((item) => (item.item ? requestsOf(item.item) : [item]));

const templateOf = ({ url }) => `/${url.path.map((part) => part.replace(/^:(.*)/, "{$1}")).join("/")}`;

// The operation that a request of the collection came from.
function operationOf({ request }) {
  const operation = document.paths[templateOf(request)]?.[request.method.toLowerCase()];
  assert.ok(operation, `${request.method} ${templateOf(request)} is not in the document`);
  return operation;
}

function resolved(value) {
  return value.$ref ? value.$ref.slice(2).split("/").reduce((at, key) => at[key], document) : value;
}

// RFC 7396.
function merged(value, patch) {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const fields = { ...value };
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) delete fields[name];
    else fields[name] = merged(fields[name], change);
  }
  return fields;
}

// The script that Postman runs on an answer.
function judgement({ operationId, responses }, { expect = {}, remember = {} }) {
  const answers = Object.entries(responses).map(([status, response]) => [
    status,
    Object.keys(resolved(response).content ?? {}),
  ]);
  const judged = JSON.stringify;
  return [
    `const answers = ${judged(Object.fromEntries(answers))};`,
    "const { code } = pm.response;",
    "const type = (pm.response.headers.get('content-type') ?? '').split(';')[0];",
    `pm.test('${operationId} succeeds', () => pm.expect(code, pm.response.text()).to.be.within(200, 299));`,
    `pm.test('${operationId} answers as documented', () => pm.expect(Object.keys(answers)).to.include(String(code)));`,
    `pm.test('${operationId} answers a documented type', () => {`,
    "  const types = answers[code] ?? [];",
    "  if (types.length > 0) pm.expect(types).to.include(type); else pm.expect(pm.response.text()).to.equal('');",
    "});",
    "const events = (text) => [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data));",
    "const answer = () => (type === 'text/event-stream' ? events(pm.response.text()) : pm.response.json());",
    "const parts = (pointer) => pointer.split('/').slice(1).map((it) => it.replace(/~1/g, '/').replace(/~0/g, '~'));",
    "const at = (pointer) => parts(pointer).reduce((value, part) => value?.[part], answer());",
    "const filled = (value) => (typeof value === 'string' ? pm.environment.replaceIn(value) : value);",
    `pm.test('${operationId} answers what the story expects', () => {`,
    `  for (const [pointer, value] of Object.entries(${judged(expect)}))`,
    "    pm.expect(at(pointer), pointer).to.eql(filled(value));",
    `  for (const [name, pointer] of Object.entries(${judged(remember)})) {`,
    "    pm.expect(at(pointer), pointer).to.exist;",
    "    pm.environment.set(name, at(pointer));",
    "  }",
    "});",
  ];
}

const collection = await collectionOf(text);
const requests = new Map(requestsOf(collection.item).map((item) => [operationOf(item).operationId, item]));
assert.equal(requests.size, documented.length, "the collection has a request for each operation");
const order = Object.keys(story);
assert.deepEqual([...requests.keys()].filter((id) => !order.includes(id)), [], "operations without a row in the story");
assert.deepEqual(order.filter((id) => !requests.has(id)), [], "rows of operations that the document does not have");

// Browsers call those that have no row but null.
const called = order.filter((id) => story[id] !== null);

const written = (value) => (Array.isArray(value) ? value.join(",") : String(value));

// The request as the story has it. What it does not say is as in the examples.
function change(request, { token, parameters = {}, body }, id, remembered) {
  for (const variable of request.url.variable) {
    const given = parameters[variable.key] ?? (remembered.has(variable.key) ? `{{${variable.key}}}` : undefined);
    if (given !== undefined) variable.value = written(given);
  }
  // Cursors are opaque: the one of the examples goes on in nobody's list.
  request.url.query = request.url.query.filter(({ key }) => key !== "cursor" && parameters[key] !== null);
  request.header = request.header.filter(({ key }) => parameters[key] !== null);
  for (const place of [...request.url.query, ...request.header]) {
    if (place.key === "Idempotency-Key") place.value = `key-of-${id}`;
    if (parameters[place.key] !== undefined) place.value = written(parameters[place.key]);
  }
  if (body === null) delete request.body;
  else if (body !== undefined) request.body.raw = JSON.stringify(merged(JSON.parse(request.body.raw), body));
  if (token !== undefined) request.auth = { type: "bearer", bearer: [{ key: "token", value: token, type: "string" }] };
}

const remembered = new Set();
collection.item = called.map((id) => {
  const item = requests.get(id);
  item.event = [{ listen: "test", script: { type: "text/javascript", exec: judgement(operationOf(item), story[id]) } }];
  item.name = id;
  change(item.request, story[id], id, remembered);
  Object.keys(story[id].remember ?? {}).forEach((name) => remembered.add(name));
  return item;
});

// A stream that goes on after the event that the story names ends with it: newman would wait for more.
const endless = called
  .filter((id) => story[id].until && !operationOf(requests.get(id))["x-stream"]?.ends_with?.includes(story[id].until))
  .map((id) => ({
    path: new RegExp(`^${templateOf(requests.get(id).request).replace(/\{[^}]*\}/g, "[^/?]+")}(\\?|$)`),
    last: `event: ${story[id].until}\n`,
  }));
const until = (path) => endless.find(({ path: template }) => template.test(path))?.last;
const server = await relay(gateway, { until });
const { run } = await promisify(newman.run)({
  collection,
  envVar: [
    { key: "baseUrl", value: server.url },
    { key: "bearerToken", value: token },
  ],
  reporters: ["cli"],
  color: "off",
  timeoutRequest: 30_000,
});
await server.close();
assert.equal(run.failures.length, 0, "newman found faults");
assert.equal(run.executions.length, called.length);
assert.equal(run.stats.assertions.total, 4 * called.length);
