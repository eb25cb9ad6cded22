import assert from "node:assert/strict";
import { test } from "node:test";
import { patchFrom } from "./patch.ts";

test("only what differs is said", () => {
  assert.deepEqual(patchFrom({ a: 1, b: [1], c: "x" }, { a: 1, b: [1], c: "x" }), {});
  assert.deepEqual(patchFrom({ a: 1, b: [1] }, { a: 2, b: [1, 2] }), { a: 2, b: [1, 2] });
});

test("what is gone is null, also inside of objects", () => {
  assert.deepEqual(patchFrom({ a: 1, b: null }, {}), { a: null });
  assert.deepEqual(patchFrom({ job: { type: "x", payload: { old: 1, kept: 2 } } }, { job: { type: "x", payload: { kept: 2, "new": 3 } } }), {
    job: { payload: { old: null, new: 3 } },
  });
});
