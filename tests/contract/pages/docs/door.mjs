// At the door: who has no token sees no operation; what is said is readable and can be reached by the keyboard.

import assert from "node:assert/strict";
import { picture } from "./browser.mjs";

export const field = (page) => page.getByLabel("Access token");

export async function refuses(page, docs, operations) {
  await page.goto(docs, { waitUntil: "load" });
  await field(page).waitFor();
  const text = await page.innerText("body");
  const shown = operations.filter(({ operationId, summary }) => text.includes(operationId) || text.includes(summary));
  assert.deepEqual(shown, [], "without a token the page shows no operation");
  await picture(page, "door");
  await field(page).fill("not-a-token");
  await field(page).press("Enter");
  await page.getByText(/The gateway refused the token: .+ \(401\)/).waitFor();
  assert.ok(await field(page).isVisible(), "after a wrong token it asks again");
  assert.equal(await page.evaluate(() => globalThis.sessionStorage.length), 0, "a wrong token is not kept");
  await picture(page, "door-refused");
}

export async function admits(page, token) {
  await field(page).fill(token);
  await field(page).press("Enter");
  await page.getByRole("heading", { name: "Astra", level: 1 }).waitFor();
}

// The token is where it was promised to be, and nowhere else.
export async function keepsTheToken(page, token) {
  const kept = await page.evaluate(async () => ({
    session: Object.values(globalThis.sessionStorage),
    elsewhere: [location.href, document.cookie, ...Object.values(globalThis.localStorage)].join(" "),
    databases: await globalThis.indexedDB.databases(),
  }));
  assert.deepEqual(kept.session, [token]);
  assert.ok(!kept.elsewhere.includes(token), "the token is not in the address, in a cookie, or kept for good");
  assert.deepEqual(kept.databases, []);
}

// The door follows the system.
export async function isDark(page) {
  await field(page).waitFor();
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(ground, "rgb(15, 15, 15)");
}

export async function isReadable(page) {
  const order = [];
  for (let steps = 0; steps < 4; steps++) {
    order.push(await page.evaluate(() => document.activeElement.id || document.activeElement.textContent));
    await page.keyboard.press("Tab");
  }
  assert.deepEqual(order, ["token", "enter", "openapi.json", "openapi.yaml"], "the order of the keyboard");
  const faint = await page.evaluate(faintTexts);
  assert.deepEqual(faint, [], "every text has the contrast of WCAG 2, AA");
}

// Runs in the page: texts whose contrast with what is behind them is less than 4.5 to 1.
function faintTexts() {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [red, green, blue] = numbers(colour)
      .slice(0, 3)
      .map((part) => part / 255)
      .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const isClear = (colour) => numbers(colour)[3] === 0;
  const behind = (element) => {
    const { backgroundColor } = getComputedStyle(element);
    return isClear(backgroundColor) && element.parentElement ? behind(element.parentElement) : backgroundColor;
  };
  const texts = [...document.querySelectorAll("#door *")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim()),
  );
  return texts
    .filter((element) => element.checkVisibility())
    .map((element) => {
      const [less, more] = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => a - b);
      return { text: element.textContent, contrast: (more + 0.05) / (less + 0.05) };
    })
    .filter(({ contrast }) => contrast < 4.5);
}
