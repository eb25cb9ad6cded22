// Scalar.

// By itself it would fetch fonts, report what is done with it, and offer an assistant.
export const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Scalar</title>
<link rel="icon" href="data:,"><div id="page"></div>
<script src="/page/@scalar/api-reference/dist/browser/standalone.js"></script>
<script>Scalar.createApiReference("#page", { url: "/openapi.json", withDefaultFonts: false, telemetry: false,
  defaultOpenAllTags: true, agent: { disabled: true } });</script></html>`;

export async function tried(page, token) {
  await page.getByText("Show the current token", { exact: true }).first().click();
  await page.getByRole("button", { name: "Test Request (get /auth/me)" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /^Authentication/ }).click();
  await dialog.getByPlaceholder("Token").fill(token);
  await dialog.locator("[data-addressbar-action=send]:visible").click();
  await dialog.getByText("owner@example.org").first().waitFor({ timeout: 20_000 });
  return dialog.innerText();
}
