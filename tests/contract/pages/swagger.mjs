// Swagger UI.

export const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Swagger UI</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/page/swagger-ui-dist/swagger-ui.css"><div id="page"></div>
<script src="/page/swagger-ui-dist/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({ url: "/openapi.json", dom_id: "#page", validatorUrl: null });</script></html>`;

export async function tried(page, token) {
  await page.locator(".auth-wrapper .authorize").first().click();
  await page.locator(".auth-container input").fill(token);
  await page.locator(".auth-container button.authorize").click();
  await page.locator(".auth-container .btn-done").click();
  const operation = page.locator(".opblock-get", { has: page.locator('[data-path="/auth/me"]') });
  await operation.locator(".opblock-summary-control").click();
  await operation.locator(".try-out__btn").click();
  await operation.locator(".execute").click();
  const answer = operation.locator(".live-responses-table .response .highlight-code").first();
  await answer.waitFor({ timeout: 20_000 });
  return answer.innerText();
}
