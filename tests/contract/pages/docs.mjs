// docs.mjs SPEC.json: a person opens /docs in a browser, gives a wrong token, then a right one, finds every operation, and
// tries some. The page asks nobody but the gateway for anything, and does nothing that its policy forbids.
//
// Keeps pictures in the folder `pictures`, if that is set. Makes an account of its own on the gateway.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { launch, operationsOf } from "./browser.mjs";
import { open } from "./docs/browser.mjs";
import * as door from "./docs/door.mjs";
import { front } from "./docs/front.mjs";
import * as reading from "./docs/reading.mjs";
import * as sockets from "./docs/sockets.mjs";
import * as trying from "./docs/trying.mjs";

const { ASTRA_URL: gateway, ASTRA_READER: reader } = process.env;
const operations = operationsOf(JSON.parse(readFileSync(process.argv[2], "utf8")));
assert.ok(operations.length > 0);

const samples = await (await fetch(`${gateway}/docs/samples.json`)).json();
const account = { email: `${randomUUID()}@example.org`, password: "correct horse battery staple" };
const post = (path, token, body) =>
  fetch(gateway + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    body: body && JSON.stringify(body),
  });
const { tokens } = await (await post("/auth/register", undefined, account)).json();
const member = tokens.access_token;

// Nothing went wrong on the way.
async function leave({ page, seen, close }, name) {
  assert.equal(await page.title(), "Astra: API reference");
  await close();
  for (const [kind, list] of Object.entries(seen)) assert.deepEqual(list, [], `${name}: ${kind}`);
}

const browser = await launch();
const host = await front(gateway);
try {
  const read = await open(browser, gateway, reader);
  await door.refuses(read.page, `${gateway}/docs`, operations);
  await door.admits(read.page, reader);
  await door.keepsTheToken(read.page, reader);
  await reading.showsEverything(read.page, operations);
  await reading.finds(read.page, "rollback", "Roll back an agent");
  await reading.showsSamples(read.page, samples, gateway);
  await reading.turnsDark(read.page);
  await sockets.talks(read.page, member, reader);
  await trying.signsOut(read.page);
  await door.isReadable(read.page);
  await leave(read, "reading");

  const tried = await open(browser, host.home, member);
  await tried.page.goto(`${host.home}/gateway/docs`);
  await door.admits(tried.page, member);
  await trying.asksWithTheToken(tried.page);
  await trying.streamsLive(tried.page, host.hold);
  await trying.resumes(tried.page, await trying.stopsAStream(tried.page, host.hold));
  const other = await tried.page.context().newPage();
  await other.goto(`${host.home}/gateway/docs`);
  await door.admits(other, member);
  assert.equal((await post("/auth/logout", member)).status, 204);
  await trying.noticesTheEnd(tried.page);
  await trying.asksAgain(other);
  await leave(tried, "trying, under a prefix");

  const narrow = await open(browser, gateway, reader, { viewport: { width: 375, height: 740 }, colorScheme: "dark" });
  await narrow.page.goto(`${gateway}/docs`);
  await door.isDark(narrow.page);
  await door.isReadable(narrow.page);
  await reading.fits(narrow.page, "narrow-door");
  await door.admits(narrow.page, reader);
  await reading.fits(narrow.page, "narrow");
  await reading.section(narrow.page, "chat", "POST", "/chat/stream");
  await reading.fits(narrow.page, "narrow-operation");
  await leave(narrow, "on a narrow screen, in the dark");
} finally {
  await browser.close();
  await host.close();
}
