import assert from "node:assert/strict";
import { test } from "node:test";
import { foundBy, rangeOf, roundsOf, saidIn, stepsOf, textOf, ticksOf, zoomed } from "./spans.ts";

const span = (name, start_ms, duration_ms, more = {}) => ({ name, start_ms, duration_ms, ...more });

test("spans are in order, those side by side in lanes of their own, those of a compaction within it", () => {
  const steps = stepsOf([
    span("storage", 0, 1),
    span("inference", 2, 3),
    span("compaction", 1, 5),
    span("inference", 7, 5, { model: "m" }),
    span("tool", 12, 4, { tool: "b" }),
    span("tool", 12, 9, { tool: "a" }),
  ]);
  assert.deepEqual(
    steps.map(({ index }) => index),
    [0, 2, 1, 3, 5, 4],
  );
  assert.deepEqual(
    steps.map(({ depth }) => depth),
    [0, 0, 1, 0, 0, 0],
  );
  assert.deepEqual(
    steps.map(({ lane }) => lane),
    [0, 0, 1, 0, 0, 1],
  );
  assert.deepEqual(roundsOf(steps, { from: 0, to: 30 }), [{ from: 7, to: 30 }]);
  assert.deepEqual(steps.map(({ title }) => title).slice(3), ["inference m", "tool a", "tool b"]);
});

test("a range stays within the turn, and the address says it", () => {
  const whole = { from: 0, to: 100 };
  assert.deepEqual(rangeOf("10-20", whole), { from: 10, to: 20 });
  for (const wrong of [undefined, "", "20-10", "a-b", "200-300"]) assert.equal(rangeOf(wrong, whole), whole);
  assert.equal(textOf(whole, whole), null);
  assert.equal(textOf({ from: 1.23456, to: 20 }, whole), "1.235-20");
  assert.deepEqual(zoomed(whole, 0.5, whole, 90), { from: 50, to: 100 });
  assert.deepEqual(zoomed({ from: 90, to: 100 }, 100, whole), whole);
  assert.deepEqual(ticksOf({ from: 12, to: 60 }), [20, 30, 40, 50, 60]);
});

const message = (id, role, content, more = {}) => ({ id, role, content, tool_calls: [], tool_results: [], ...more });
const call = (call_id, tool) => ({ call_id, tool, arguments: { of: call_id } });

test("what was said in a step, by the order of rounds", () => {
  const trace = {
    messages: [
      message("q", "user", "Question"),
      message("a1", "assistant", "calls", { tool_calls: [call("1", "x"), call("2", "x"), call("3", "y")] }),
      message("r", "tool", "results", {
        tool_results: ["1", "2", "3"].map((call_id) => ({ call_id, content: `result ${call_id}`, is_error: false })),
      }),
      message("a2", "assistant", "Answer"),
    ],
  };
  const steps = stepsOf([
    span("inference", 1, 1, { error: "it broke" }),
    span("inference", 2, 1),
    span("tool", 4, 1, { tool: "x" }),
    span("tool", 4, 2, { tool: "y" }),
    span("inference", 7, 1),
  ]);
  const said = saidIn(trace, steps);
  const [failed, first, , , last] = steps;
  assert.equal(said(failed).answer, undefined);
  assert.deepEqual(
    said(first).read.map(({ id }) => id),
    ["q"],
  );
  assert.equal(said(first).answer.id, "a1");
  const y = said(steps.find((it) => it.span.tool === "y"));
  assert.deepEqual(
    y.calls.map(({ result }) => result.content),
    ["result 3"],
  );
  assert.equal(said(steps.find((it) => it.span.tool === "x")).calls.length, 2);
  assert.equal(y.likely.call.call_id, "3");
  assert.equal(said(steps.find((it) => it.span.tool === "x")).likely, undefined, "one of its two calls has no span");
  assert.deepEqual(
    said(last).read.map(({ id }) => id),
    ["q", "a1", "r"],
  );
  assert.deepEqual(
    foundBy("RESULT 3", steps, said).map((it) => it.span.tool),
    ["y"],
  );
  assert.deepEqual(foundBy("inference broke", steps, said), [failed]);
  assert.equal(foundBy(" ", steps, said), steps);
});
