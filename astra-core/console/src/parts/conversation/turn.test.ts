import assert from "node:assert/strict";
import { test } from "node:test";
import { applied, isOver, newTurn, sentencesFrom, type LiveTurn } from "./turn.ts";

type Event = Parameters<typeof applied>[1];
const event = (fields: object): Event => ({ turn_id: "trn_1", ...fields }) as Event;
const after = (...events: object[]): LiveTurn => events.reduce<LiveTurn>((turn, it) => applied(turn, event(it)), newTurn("trn_1"));

test("words come once, in their order, and only those of the turn", () => {
  const turn = after(
    { type: "content", seq: 1, delta: "a" },
    { type: "content", seq: 2, delta: "b" },
    { type: "content", seq: 2, delta: "b" },
    { type: "content", seq: 1, delta: "a" },
    { type: "content", seq: 9, delta: "x", turn_id: "trn_2" },
  );
  assert.equal(turn.text, "ab");
});

test("a call, its approval and its result", () => {
  const call = { call_id: "c", tool: "t" };
  const asked = after(
    { type: "tool_call", seq: 1, ...call, arguments_delta: '{"a"' },
    { type: "tool_call", seq: 2, ...call, arguments_delta: ":1}" },
    { type: "tool_call_complete", seq: 3, ...call, arguments: { a: 1 } },
    { type: "approval_required", seq: 4, ...call, arguments: { a: 1 }, approval_id: "apr", expires_at: "x" },
  );
  assert.equal(asked.calls[0]?.argumentsText, '{"a":1}');
  assert.equal(asked.calls[0]?.approval?.id, "apr");
  assert.equal(asked.status, "awaiting_approval");
  const done = applied(asked, event({ type: "tool_result", seq: 5, call_id: "c", content: "r", is_error: false, elapsed_ms: 3 }));
  assert.equal(done.calls[0]?.approval, undefined);
  assert.equal(done.calls[0]?.result?.content, "r");
  assert.equal(done.calls[0]?.tool, "t");
});

test("what is not known is kept as it came", () => {
  const turn = applied(newTurn("trn_1"), { type: "unknown", event: "later", data: { a: 1 } } as Event);
  assert.equal(turn.unknown.length, 1);
  assert.ok(!isOver(turn));
});

test("sentences that are complete", () => {
  assert.deepEqual(sentencesFrom("One. Two", 0), { sentences: "One.", at: 4 });
  assert.deepEqual(sentencesFrom("One. Two", 4), { sentences: "", at: 4 });
  assert.deepEqual(sentencesFrom("One. Two! Three? F", 4), { sentences: " Two! Three?", at: 16 });
});
