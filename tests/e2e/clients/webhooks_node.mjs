// The official library of Standard Webhooks for Node.js, unmodified, against what the gateway sends.
//
// Reads ASTRA_URL and ASTRA_TOKEN. Receives deliveries on this machine, verifies them with one secret and, after a rotation, with
// both, and finds out what was tampered with. Exits with 0 and prints `verified`.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const { ASTRA_URL, ASTRA_TOKEN, ASTRA_TEST_WEBHOOKS_NODE_MODULES } = process.env;
const require = createRequire(`${ASTRA_TEST_WEBHOOKS_NODE_MODULES}/`);
const { Webhook, WebhookVerificationError } = require("standardwebhooks");

const [deliveries, waiting] = [[], []];
const server = createServer((request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    const delivery = { headers: request.headers, body: Buffer.concat(pieces).toString() };
    waiting.length > 0 ? waiting.shift()(delivery) : deliveries.push(delivery);
    response.writeHead(204).end();
  });
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const next = () => (deliveries.length > 0 ? deliveries.shift() : new Promise((resolve) => waiting.push(resolve)));

async function ask(method, path, body) {
  const headers = { Authorization: `Bearer ${ASTRA_TOKEN}`, "Content-Type": "application/json" };
  const answer = await fetch(ASTRA_URL + path, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.json();
}

const url = `http://127.0.0.1:${server.address().port}/`;
const made = await ask("POST", "/webhooks", { url, events: ["agent.updated"] });
const path = `/webhooks/${made.webhook.id}`;

await ask("POST", "/agents", { id: "new", model: { provider: "echo" } });
const { headers, body } = await next();
const event = new Webhook(made.secret).verify(body, headers);
assert.equal(event.type, "agent.updated");
assert.equal(event.data.agent_id, "new");
const refuses = (secret, body, headers) => assert.throws(() => new Webhook(secret).verify(body, headers), WebhookVerificationError);
refuses(made.secret, `${body} `, headers);
refuses(made.secret, body, { ...headers, "webhook-id": "dlv_0000000000001" });
refuses(made.secret, body, { ...headers, "webhook-timestamp": `${headers["webhook-timestamp"] - 1}` });

const rotated = await ask("POST", `${path}/rotate-secret`);
await ask("POST", `${path}/test`);
const test = await next();
for (const secret of [made.secret, rotated.secret]) {
  assert.equal(new Webhook(secret).verify(test.body, test.headers).type, "webhook.test");
}
refuses(`whsec_${"A".repeat(43)}=`, test.body, test.headers);
server.close();
server.closeAllConnections();
console.log("verified");
