// The WebSocket that Node.js and browsers have, against the gateway.
//
// Reads ASTRA_URL, ASTRA_TOKEN, ASTRA_AGENT (an agent whose model knows the capital of France) and ASTRA_REFUSED (questions
// that the model refuses, separated by commas). Exits with 0 and prints the answer.

import assert from "node:assert/strict";

const { ASTRA_URL, ASTRA_TOKEN, ASTRA_AGENT, ASTRA_REFUSED } = process.env;
const url = `${ASTRA_URL.replace(/^http/, "ws")}/chat/ws`;

// An open WebSocket, its frames one after the other, and the close that it ends with.
function connect(protocols) {
  const socket = new WebSocket(url, protocols);
  const [frames, waiting] = [[], []];
  const give = (frame) => (waiting.length > 0 ? waiting.shift()(frame) : frames.push(frame));
  socket.addEventListener("message", ({ data }) => give(JSON.parse(data)));
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve, { once: true }));
  const next = () => (frames.length > 0 ? Promise.resolve(frames.shift()) : new Promise((resolve) => waiting.push(resolve)));
  const opened = new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
  return { socket, closed, next, opened: Promise.race([opened, closed]) };
}

const code = async (protocols) => (await connect(protocols).closed).code;
assert.equal(await code([]), 4001);
assert.equal(await code(["astra"]), 4001);
assert.equal(await code(["astra", "bearer.nonsense"]), 4003);
assert.equal(await code(["bearer.nonsense"]), 4003);

for (const protocols of [["astra", `bearer.${ASTRA_TOKEN}`], [`bearer.${ASTRA_TOKEN}`]]) {
  const { socket, opened } = connect(protocols);
  await opened;
  assert.equal(socket.protocol, protocols[0]);
  socket.close();
}

const { socket, closed, next, opened } = connect(["astra", `bearer.${ASTRA_TOKEN}`]);
await opened;
let asked = 0;
// Sends a frame, and answers the reply to it.
async function ask(frame) {
  const request_id = `r${++asked}`;
  socket.send(JSON.stringify({ request_id, ...frame }));
  const reply = await next();
  assert.equal(reply.request_id, request_id);
  return reply;
}

// Asks the agent in a session of its own, and answers all that was said and the last event.
async function say(message) {
  const place = { surface: "socket", surface_id: `s${asked}` };
  const { type, turn_id } = await ask({ type: "message", agent_id: ASTRA_AGENT, message, ...place });
  assert.equal(type, "accepted");
  let said = "";
  for (let seq = 1; ; seq += 1) {
    const event = await next();
    assert.deepEqual([event.turn_id, event.seq], [turn_id, seq]);
    if (event.type === "content") said += event.delta;
    if (event.type === "done" || event.type === "error") return { said, last: event };
  }
}

const { said, last } = await say("What is the capital of France?");
assert.deepEqual([last.type, last.turn.content], ["done", said]);
for (const question of ASTRA_REFUSED.split(",").filter(Boolean)) assert.equal((await say(question)).last.type, "error");
assert.equal((await ask({ type: "ping" })).type, "pong");
assert.equal((await ask({ type: "dance" })).problem.code, "invalid_request");
// More than goes into one frame of the network, both ways.
assert.equal((await ask({ type: "ping", more: "x".repeat(900_000) })).problem.errors[0].pointer, "/more");
socket.send(new Uint8Array(3));
assert.equal((await closed).code, 1003);
console.log(said);
