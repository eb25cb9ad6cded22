// run.mjs SPEC.json: Postman's converter makes a collection of the document, and newman sends each of its requests to the
// gateway: every operation is in it, with the examples of the document, and is answered as documented, with success.
//
// Reads ASTRA_URL, ASTRA_TOKEN and postman, the folder of the tools.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { relay } from "../relay.mjs";
import { changes, order } from "./story.mjs";

const require = createRequire(`${process.env.postman}/node_modules/`);
const { convertV2 } = require("openapi-to-postmanv2");
const newman = require("newman");
const { ASTRA_URL: gateway, ASTRA_TOKEN: token } = process.env;

const text = readFileSync(process.argv[2], "utf8");
const document = JSON.parse(text);
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

// The operation that a request of the collection came from.
function operationOf({ request }) {
  const path = `/${request.url.path.map((part) => part.replace(/^:(.*)/, "{$1}")).join("/")}`;
  const operation = document.paths[path]?.[request.method.toLowerCase()];
  assert.ok(operation, `${request.method} ${path} is not in the document`);
  return operation;
}

function resolved(value) {
  return value.$ref ? value.$ref.slice(2).split("/").reduce((at, key) => at[key], document) : value;
}

// The script that Postman runs on an answer.
function judgement({ operationId, responses }, remembers) {
  const answers = Object.entries(responses).map(([status, response]) => [
    status,
    Object.keys(resolved(response).content ?? {}),
  ]);
  return [
    `const answers = ${JSON.stringify(Object.fromEntries(answers))};`,
    "const { code } = pm.response;",
    "const type = (pm.response.headers.get('content-type') ?? '').split(';')[0];",
    `pm.test('${operationId} succeeds', () => pm.expect(code, pm.response.text()).to.be.within(200, 299));`,
    `pm.test('${operationId} answers as documented', () => pm.expect(Object.keys(answers)).to.include(String(code)));`,
    `pm.test('${operationId} answers a documented type', () => {`,
    "  const types = answers[code] ?? [];",
    "  if (types.length > 0) pm.expect(types).to.include(type); else pm.expect(pm.response.text()).to.equal('');",
    "});",
    ...Object.entries(remembers).map(([name, from]) => `pm.environment.set('${name}', pm.response.json()${from});`),
  ];
}

const collection = await collectionOf(text);
const requests = new Map(requestsOf(collection.item).map((item) => [operationOf(item).operationId, item]));
assert.equal(requests.size, documented.length, "the collection has a request for each operation");
const strange = [...requests.keys()].filter((id) => !order.includes(id));
assert.deepEqual(strange, [], "postman/story.mjs does not say where these operations belong");
assert.deepEqual(order.filter((id) => !requests.has(id)), [], "operations of postman/story.mjs that are gone");

// What was made on the way is named by a variable; the rest is as in the examples.
const named = ["service_account_id", "token_id", "session_id", "turn_id"];
collection.item = order.map((id) => {
  const item = requests.get(id);
  const { remembers = {}, change = () => {} } = changes[id] ?? {};
  item.event = [{ listen: "test", script: { type: "text/javascript", exec: judgement(operationOf(item), remembers) } }];
  item.name = id;
  for (const variable of item.request.url.variable) {
    if (named.includes(variable.key)) variable.value = `{{${variable.key}}}`;
  }
  // Cursors are opaque: the one of the examples goes on in nobody's list.
  item.request.url.query = item.request.url.query.filter(({ key }) => key !== "cursor");
  for (const header of item.request.header) {
    if (header.key === "Idempotency-Key") header.value = `key-of-${id}`;
  }
  change(item.request);
  return item;
});

// The stream of a session's events ends with the session.
const streaming = async (path) => {
  const session = path.match(/^\/sessions\/([^/]+)\/events/)?.[1];
  const headers = { authorization: `Bearer ${token}` };
  if (session) await fetch(`${gateway}/sessions/${session}`, { method: "DELETE", headers });
};
const server = await relay(gateway, { streaming });
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
assert.equal(run.executions.length, documented.length);
assert.equal(run.stats.assertions.total, 3 * documented.length);
