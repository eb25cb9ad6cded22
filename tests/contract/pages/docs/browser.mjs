// A browser for the walk through /docs, which has more to look after than other pages have.

// A page, in a browser that knows nothing yet. It remembers its faults, what its policy forbade, whom else than `home` it
// asked, and where it said `secret` in an address. The browser itself notes refusals: those of the status 401 are expected.
export async function open(browser, home, secret, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 }, ...options });
  const seen = { faults: [], violations: [], elsewhere: [], told: [] };
  await context.exposeBinding("reportViolation", (_, violation) => seen.violations.push(violation));
  await context.addInitScript(() => {
    globalThis.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample, sourceFile, lineNumber }) =>
      globalThis.reportViolation(`${effectiveDirective}: ${blockedURI} ${sample} at ${sourceFile}:${lineNumber}`),
    );
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on("pageerror", (error) => seen.faults.push(`${error}`));
  page.on("console", (message) => {
    const is_said = ["error", "warning"].includes(message.type());
    if (is_said && !message.text().includes("status of 401")) seen.faults.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(home) && !/^(data|blob):/.test(request.url())) seen.elsewhere.push(request.url());
    if (request.url().includes(secret)) seen.told.push(request.url());
  });
  return { page, seen, close: () => context.close() };
}

// Keeps a picture of what one sees now, when pictures are wanted.
export async function picture(page, name) {
  const folder = process.env.pictures;
  if (folder) await page.screenshot({ path: `${folder}/docs-${name}.png` });
}
