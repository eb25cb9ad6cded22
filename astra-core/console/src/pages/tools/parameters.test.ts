import assert from "node:assert/strict";
import { test } from "node:test";
import { schemaOf, typeOf } from "./parameters.ts";

test("types are said in words", () => {
  const root = schemaOf({ type: "object", definitions: { City: { type: "string" } } });
  assert.equal(typeOf({ $ref: "#/definitions/City" }, root), "text");
  assert.equal(typeOf({ type: ["integer", "null"] }, root), "whole number or null");
  assert.equal(typeOf({ type: "array", items: { $ref: "#/definitions/City" } }, root), "list of text");
  assert.equal(typeOf({ enum: ["a", "b"] }, root), "one of a, b");
  assert.equal(typeOf({}, root), "any value");
});

test("what is no schema takes an object", () => {
  assert.deepEqual(schemaOf(true), { type: "object" });
});
