import assert from "node:assert/strict";
import { test } from "node:test";
import { daysOf, firstWhole, rangeOf } from "./range.ts";

const now = Date.parse("2026-11-30T15:20:00Z");

test("the last days end now and begin at midnight", () => {
  const range = rangeOf({ range: "7" }, now);
  assert.deepEqual([range.from, range.to], ["2026-11-24T00:00:00.000Z", undefined]);
  assert.equal(daysOf(range).length, 7);
  assert.equal(rangeOf({}, now).first, "2026-11-01");
  assert.equal(rangeOf({ range: "99" }, now).name, "30");
});

test("own days contain the last one; what is no day is not believed", () => {
  const range = rangeOf({ range: "own", from: "2026-02-27", to: "2026-03-01" }, now);
  assert.equal(range.to, "2026-03-02T00:00:00.000Z");
  assert.deepEqual(daysOf(range), ["2026-02-27", "2026-02-28", "2026-03-01"]);
  assert.equal(rangeOf({ range: "own", from: "2026-11-02", to: "2026-11-30" }, now).to, undefined);
  for (const from of ["soon", "2026-13-01", "2026-04-01"]) {
    assert.equal(rangeOf({ range: "own", from, to: "2026-03-01" }, now).first, "2026-11-01");
  }
});

test("of rows that were cut, the oldest day is not whole", () => {
  const days = ["2026-11-30", "2026-11-30", "2026-11-29", "2026-11-28"];
  assert.equal(firstWhole(days, true, "2026-11-01"), "2026-11-01");
  assert.equal(firstWhole(days, false, "2026-11-01"), "2026-11-29");
  assert.equal(firstWhole(["2026-11-30"], false, "2026-11-01"), undefined);
});
