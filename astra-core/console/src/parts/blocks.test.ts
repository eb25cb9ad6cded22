import assert from "node:assert/strict";
import { test } from "node:test";
import { blocksOf, isOwnPicture, isReadable, safeLink, unescaped } from "./blocks.ts";

test("blocks are the text again", () => {
  const text = "# One\n\nTwo\nlines\n\n```js\na\n\nb\n```\n\n- x\n\n- y\n\n  z\n\nEnd";
  assert.equal(blocksOf(text).join(""), text);
  assert.equal(blocksOf(text).length, 5);
  assert.ok(blocksOf(text)[2]?.includes("a\n\nb"), "code stays together");
  assert.ok(blocksOf(text)[3]?.includes("z"), "a list stays together");
});

test("what would take long is not read", () => {
  assert.ok(isReadable("Some *words* and [a link](https://example.org)."));
  for (const text of ["> ".repeat(5_000), "- ".repeat(5_000), "[".repeat(5_000), "*a ".repeat(5_000), "x".repeat(100_000)]) {
    assert.ok(!isReadable(text), text.slice(0, 10));
  }
});

test("links that lead to a page, and no others", () => {
  assert.equal(safeLink("https://example.org/a?b")?.host, "example.org");
  assert.equal(safeLink("https://user:word@evil.example/")?.host, "evil.example");
  const others = ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "java&#115;cript:alert(1)", "data:text/html,x", "vbscript:x", "/relative", "blob:x"];
  for (const address of others) assert.equal(safeLink(address), undefined, address);
});

test("pictures of the conversation, and no others", () => {
  assert.ok(isOwnPicture("data:image/png;base64,aGk="));
  for (const address of ["https://evil.example/a.png", "data:image/svg+xml;base64,aGk=", "data:text/html;base64,aGk="]) {
    assert.ok(!isOwnPicture(address), address);
  }
});

test("names of characters", () => {
  assert.equal(unescaped("&lt;b&gt; &amp; &#65;&#x42; &unknown; &#xD800;"), "<b> & AB &unknown; &#xD800;");
});
