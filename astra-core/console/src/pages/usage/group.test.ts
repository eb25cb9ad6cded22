import assert from "node:assert/strict";
import { test } from "node:test";
import type { Usage } from "astra-client";
import { byOf, keysOf, largest, linesOf, nameOf } from "./group.ts";

const row = (more: Partial<Usage>): Usage => ({
  requests: 1,
  errors: 0,
  input_tokens: 1,
  output_tokens: 1,
  cost_usd: 0,
  ...more,
});

test("a model is named with its provider", () => {
  assert.deepEqual(keysOf("model"), ["provider", "model"]);
  assert.equal(nameOf(row({ provider: "openai", model: "gpt" }), "model"), "openai/gpt");
  assert.equal(byOf("weather"), "");
});

test("the largest six, those of the same size by name", () => {
  const rows = ["g", "f", "e", "d", "c", "b", "a"].map((agent_id) => row({ agent_id }));
  assert.deepEqual(largest(rows, "agent"), ["a", "b", "c", "d", "e", "f"]);
  assert.equal(largest([...rows, row({ agent_id: "z", output_tokens: 9 })], "agent")[0], "z");
});

test("days without a row are 0, and others' rows are left out", () => {
  const rows = [
    row({ day: "2026-11-02", agent_id: "a", requests: 4 }),
    row({ day: "2026-11-02", agent_id: "b", requests: 9 }),
  ];
  const lines = linesOf(rows, ["2026-11-01", "2026-11-02"], ["a"], "agent", ({ requests }) => requests);
  assert.deepEqual(lines, [{ title: "a", values: [0, 4] }]);
});
