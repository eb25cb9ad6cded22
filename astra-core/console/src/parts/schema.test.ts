import assert from "node:assert/strict";
import { test } from "node:test";
import { faultsOf, type Schema, withoutNull } from "./schema.ts";

const schema: Schema = {
  type: "object",
  required: ["id"],
  additionalProperties: false,
  properties: {
    id: { type: "string", pattern: "^[a-z]+$", minLength: 1, maxLength: 4 },
    count: { type: ["integer", "null"], minimum: 1, maximum: 9 },
    list: { type: "array", items: { $ref: "#/components/schemas/Word" }, maxItems: 2 },
    model: { oneOf: [{ type: "null" }, { $ref: "#/$defs/Model" }] },
    kind: { enum: ["a", "b"] },
  },
  $defs: {
    Word: { type: "string", minLength: 1 },
    Model: { type: "object", additionalProperties: false, properties: { heat: { type: "number", maximum: 2 } } },
  },
};

const faults = (value: unknown): string[] => faultsOf(value, schema).map(({ pointer, detail }) => `${pointer} ${detail}`);

test("what fits has no faults", () => {
  assert.deepEqual(faults({ id: "abc", count: null, list: ["x"], model: { heat: 1.5 }, kind: "a" }), []);
  assert.deepEqual(faults({ id: "abc", count: 3, model: null }), []);
});

test("each fault has its place", () => {
  assert.deepEqual(faults({}), ["/id is required"]);
  assert.deepEqual(faults({ id: "abcde" }), ["/id has 5 characters, and may have 4"]);
  assert.deepEqual(faults({ id: "A" }), ["/id must match ^[a-z]+$"]);
  assert.deepEqual(faults({ id: "a", count: 1.5 }), ["/count must be integer or null"]);
  assert.deepEqual(faults({ id: "a", count: 10 }), ["/count must be at most 9"]);
  assert.deepEqual(faults({ id: "a", list: ["x", ""] }), ["/list/1 must not be empty"]);
  assert.deepEqual(faults({ id: "a", model: { heat: 3 } }), ["/model/heat must be at most 2"]);
  assert.deepEqual(faults({ id: "a", model: { cold: 3 } }), ["/model/cold is not a known field"]);
  assert.deepEqual(faults({ id: "a", kind: "c" }), ["/kind must be one of a, b"]);
  assert.deepEqual(faults({ id: "a", "x/y": 1 }), ["/x~1y is not a known field"]);
});

test("what may be null is its other type", () => {
  assert.equal(withoutNull(schema.properties?.["count"] ?? {}, schema).schema.type, "integer");
  assert.ok(withoutNull(schema.properties?.["model"] ?? {}, schema).schema.properties?.["heat"]);
  assert.ok(withoutNull(schema.properties?.["model"] ?? {}, schema).isNullable);
});
