import assert from "node:assert/strict";
import { test } from "node:test";
import { givable, isAbove, whyNot, whyNotRemoved } from "./roles.ts";

test("a caller gives its own role at the most", () => {
  assert.deepEqual(givable("admin"), ["viewer", "member", "admin"]);
  assert.deepEqual(givable("owner"), ["viewer", "member", "admin", "owner"]);
  assert.ok(isAbove("emperor", "owner"));
});

test("an admin changes no owner, and a viewer may leave", () => {
  assert.match(whyNot("admin", "owner") ?? "", /above yours/);
  assert.equal(whyNot("admin", "admin"), undefined);
  assert.equal(whyNotRemoved("viewer", "viewer", true), undefined);
  assert.match(whyNotRemoved("member", "viewer", false) ?? "", /needs the role admin/);
  assert.match(whyNotRemoved("admin", "owner", false) ?? "", /above yours/);
});
