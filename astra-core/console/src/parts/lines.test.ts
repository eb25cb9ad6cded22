import assert from "node:assert/strict";
import { test } from "node:test";
import { diffLines, folded } from "./lines.ts";

const signs = { same: " ", removed: "-", added: "+" };
const drawn = (before: string, after: string): string[] => diffLines(before, after).map(({ kind, text }) => signs[kind] + text);

test("lines that stay, go and come", () => {
  assert.deepEqual(drawn("a\nb\nc", "a\nx\nc\nd"), [" a", "-b", "+x", " c", "+d"]);
  assert.deepEqual(drawn("", "a"), ["+a"]);
  assert.deepEqual(drawn("a", ""), ["-a"]);
  assert.deepEqual(drawn("a\nb", "a\nb"), [" a", " b"]);
});

test("each line has its numbers in both texts", () => {
  const [, removed, added] = diffLines("a\nb", "a\nc");
  assert.deepEqual([removed?.before, removed?.after, added?.before, added?.after], [2, undefined, undefined, 2]);
});

test("what is applied gives both texts again", () => {
  for (let round = 0; round < 200; round++) {
    const text = (seed: number): string => Array.from({ length: (seed * 7) % 12 }, (_, at) => "abc"[(seed * (at + 3)) % 3]).join("\n");
    const [before, after] = [text(round), text(round * 5 + 1)];
    const lines = diffLines(before, after);
    const side = (kind: string): string => lines.filter((line) => line.kind === "same" || line.kind === kind).map(({ text: it }) => it).join("\n");
    assert.equal(side("removed"), before);
    assert.equal(side("added"), after);
  }
});

test("texts that share nothing are replaced, whatever their length", () => {
  const long = (letter: string): string => Array.from({ length: 6_000 }, (_, at) => letter + at).join("\n");
  assert.equal(diffLines(long("a"), long("b")).length, 12_000);
});

test("lines far from a change are counted", () => {
  const many = Array.from({ length: 20 }, (_, at) => String(at));
  const parts = folded(diffLines(many.join("\n"), [...many, "new"].join("\n")));
  assert.equal(parts[0], 17);
  assert.equal(parts.length, 5);
});
