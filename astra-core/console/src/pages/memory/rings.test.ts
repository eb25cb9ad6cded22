import assert from "node:assert/strict";
import { test } from "node:test";
import { placedIn } from "./rings.ts";

const entity = (id, hops) => ({ id, hops, name: id, kind: "thing", aliases: [], is_workspace: false });
const edge = (from, to) => ({ from, to, kind: "uses", confidence: 1, weight: 1, evidence: [] });

test("the start stands in the middle, the others around it, within the drawing", () => {
  const entities = [entity("start", 0), ...Array.from({ length: 40 }, (_, at) => entity(`a${at}`, 1)), entity("far", 2)];
  const placed = placedIn(entities, [edge("start", "a0"), edge("a7", "far")]);
  assert.equal(placed.length, entities.length);
  assert.deepEqual([placed[0].x, placed[0].y], [0.5, 0.5]);
  assert.ok(placed.every(({ x, y }) => x >= 0 && x <= 1 && y >= 0 && y <= 1));
  assert.equal(
    new Set(placed.map(({ x, y }) => `${x.toFixed(4)} ${y.toFixed(4)}`)).size,
    entities.length,
    "no two in one place",
  );
});

test("what is reached by a neighbour stands at its side", () => {
  const placed = placedIn(
    [entity("s", 0), entity("a", 1), entity("b", 1), entity("c", 2)],
    [edge("s", "a"), edge("s", "b"), edge("b", "c")],
  );
  const at = (id) => placed.find((it) => it.entity.id === id);
  assert.ok(at("b").x < 0.5 && at("c").x < at("b").x);
});
