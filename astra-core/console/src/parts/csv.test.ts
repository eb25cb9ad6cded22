import assert from "node:assert/strict";
import { test } from "node:test";
import { csvOf } from "./csv.ts";

test("quotes what needs it, and leaves numbers as they are", () => {
  const text = csvOf(
    ["name", "cost"],
    [
      ['a "b", c', -1.5],
      ["two\nlines", null],
    ],
  );
  assert.equal(text, 'name,cost\r\n"a ""b"", c",-1.5\r\n"two\nlines",\r\n');
});

test("no text becomes a formula", () => {
  assert.equal(csvOf(["=1+1"], [["@sum(A1)"], ["-2"]]), "'=1+1\r\n'@sum(A1)\r\n'-2\r\n");
});
