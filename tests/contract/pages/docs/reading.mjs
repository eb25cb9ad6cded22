// Reading the reference: every operation, found by searching, with samples, by day and by night, on a wide and a narrow screen.

import assert from "node:assert/strict";
import { missingInTheEnd } from "../browser.mjs";
import { picture } from "./browser.mjs";

// The section of the operation at this method and path, brought into view.
export async function section(page, tag, method, path) {
  await page.evaluate((hash) => (location.hash = hash), `tag/${tag}/${method}${path}`);
  const place = page.locator(`section[id$="/${method}${path}"]`);
  await place.getByRole("button", { name: /^Test Request/ }).waitFor();
  return place;
}

export async function showsEverything(page, operations) {
  await picture(page, "reference");
  assert.deepEqual(await missingInTheEnd(page, operations), [], "every operation is shown");
  await page.evaluate(() => globalThis.scrollTo(0, 0));
}

export async function finds(page, words, summary) {
  await page.keyboard.press("Control+k");
  await page.keyboard.type(words);
  const found = page.getByRole("option", { name: summary }).first();
  await found.waitFor();
  await picture(page, "search");
  await found.click();
  await page.getByRole("heading", { name: summary }).waitFor();
}

export async function showsSamples(page, samples, gateway) {
  const place = await section(page, "agents", "GET", "/agents");
  const code = place.locator("pre").first();
  assert.equal(
    (await code.innerText()).replace(/\s+/g, " ").trim(),
    `curl '${gateway}/agents' \\ --header "Authorization: Bearer $ASTRA_TOKEN"`,
  );
  const plain = (text) => text.replace(/\s+/g, "");
  for (const [before, name, language] of [["curl", "TypeScript", "typescript"], ["TypeScript", "Python", "python"]]) {
    await place.getByRole("button", { name: before, exact: true }).first().click();
    const offered = await page.getByRole("option").allInnerTexts();
    assert.deepEqual(offered.map((text) => text.trim()), ["curl", "TypeScript", "Python"]);
    await page.getByRole("option", { name }).click();
    await place.getByRole("button", { name, exact: true }).first().waitFor();
    assert.equal(plain(await code.innerText()), plain(samples["agents.list"][language]));
    await picture(page, `sample-${language}`);
  }
}

// The switch is kept, and the door has the same colours.
export async function turnsDark(page) {
  const isDark = () => page.evaluate(() => document.body.classList.contains("dark-mode"));
  assert.equal(await isDark(), false, "the system is light");
  await page.getByRole("button", { name: /dark mode/i }).first().click();
  assert.equal(await isDark(), true);
  await picture(page, "reference-dark");
  await page.reload();
  await page.getByRole("heading", { name: "Astra", level: 1 }).waitFor();
  assert.equal(await isDark(), true, "after loading it again it is still dark");
}

// Nothing is cut off on a telephone.
export async function fits(page, name) {
  const { inner, whole } = await page.evaluate(() => ({
    inner: globalThis.innerWidth,
    whole: document.documentElement.scrollWidth,
  }));
  await picture(page, name);
  assert.ok(whole <= inner, `${name}: ${whole} pixels wide on a screen of ${inner}`);
}
