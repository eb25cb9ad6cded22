// Turns that wait, over the WebSocket that Node.js and browsers have.
//
// Reads ASTRA_URL, ASTRA_TOKEN (of an admin), ASTRA_MEMBER (a token of a member) and ASTRA_AGENT (an agent that calls the tool
// `current_time`, which needs an approval, or a tool of its caller, as a message `/tool NAME` says). Exits with 0 and prints what
// the agent answered.

import assert from "node:assert/strict";

const { ASTRA_URL, ASTRA_TOKEN, ASTRA_MEMBER, ASTRA_AGENT } = process.env;
const url = `${ASTRA_URL.replace(/^http/, "ws")}/chat/ws`;

// An open WebSocket of the owner of `token`: frames that answer, and events of turns, each one after the other.
async function connect(token) {
  const socket = new WebSocket(url, ["astra", `bearer.${token}`]);
  const queues = { replies: [], events: [] };
  const waiting = { replies: [], events: [] };
  socket.addEventListener("message", ({ data }) => {
    const frame = JSON.parse(data);
    const kind = ["accepted", "pong", "problem"].includes(frame.type) ? "replies" : "events";
    const next = waiting[kind].shift();
    next ? next(frame) : queues[kind].push(frame);
  });
  const next = (kind) => new Promise((resolve) => (queues[kind].length ? resolve(queues[kind].shift()) : waiting[kind].push(resolve)));
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("close", ({ code, reason }) => reject(new Error(`${code} ${reason}`)), { once: true });
  });
  let asked = 0;
  return {
    socket,
    // Sends a frame, and answers the reply to it.
    async ask(frame) {
      const request_id = `r${++asked}`;
      socket.send(JSON.stringify({ request_id, ...frame }));
      const reply = await next("replies");
      assert.equal(reply.request_id, request_id);
      return reply;
    },
    // The next event of one of these types.
    async event(...types) {
      for (;;) {
        const event = await next("events");
        if (types.includes(event.type)) return event;
      }
    },
  };
}

const admin = await connect(ASTRA_TOKEN);
const member = await connect(ASTRA_MEMBER);
const question = (message, more) => ({ type: "message", agent_id: ASTRA_AGENT, message, ...more });

// An admin's own turn: approved, and denied with a note.
const answers = [];
for (const [verb, expected] of [["approve", /"time"/], ["deny", /a person denied the call: Not on a Friday/]]) {
  const { turn_id } = await admin.ask(question('/tool current_time {"time_zone": "UTC"}'));
  const { approval_id, tool } = await admin.event("approval_required");
  assert.equal(tool, "current_time");
  assert.deepEqual(await admin.ask({ type: verb, approval_id, note: "Not on a Friday" }), {
    type: "accepted", request_id: verb === "approve" ? "r2" : "r5", turn_id,
  });
  // The first decision holds.
  const other = verb === "approve" ? "deny" : "approve";
  assert.equal((await admin.ask({ type: other, approval_id })).problem.code, "conflict");
  const done = await admin.event("done", "error");
  assert.equal(done.type, "done");
  assert.match(done.turn.content, expected);
  answers.push(done.turn.content);
}

// A member's turn is decided on over another connection, and goes on over its own.
const asked = await member.ask(question("/tool current_time"));
const { approval_id } = await member.event("approval_required");
assert.equal((await member.ask({ type: "approve", approval_id })).problem.code, "forbidden");
assert.equal((await admin.ask({ type: "approve", approval_id })).turn_id, asked.turn_id);
assert.equal((await member.event("done", "error")).type, "done");

// A tool of the caller: wrong results, foreign turns, the right ones, and once more.
const { turn_id } = await member.ask(question("/tool mood", { tools: [{ name: "mood" }] }));
const [{ call_id }] = (await member.event("results_required")).calls;
const results = (id) => ({ type: "submit_results", turn_id, results: [{ call_id: id, content: "good" }] });
const wrong = await member.ask(results("other"));
assert.deepEqual([wrong.problem.code, wrong.problem.errors[0].pointer], ["invalid_request", "/results/0/call_id"]);
const foreign = await member.ask({ ...results(call_id), turn_id: "trn_0000000000000" });
assert.equal(foreign.problem.code, "not_found");
assert.equal((await member.ask(results(call_id))).type, "accepted");
const done = await member.event("done", "error");
assert.deepEqual([done.type, done.turn.content], ["done", "good"]);
assert.equal((await member.ask(results(call_id))).type, "accepted");

admin.socket.close();
member.socket.close();
console.log(answers.join("\n"));
