// Asks for a token, reads the document with it, and shows the document. Talks to this gateway alone, and keeps nothing.
"use strict";

const door = document.getElementById("door");
const form = document.getElementById("form");
const field = document.getElementById("token");
const refusal = document.getElementById("refusal");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  refusal.hidden = true;
  const token = field.value.trim();
  try {
    show(await read(token), token);
  } catch (fault) {
    refusal.textContent = fault.message;
    refusal.hidden = false;
    field.select();
  }
});

async function read(token) {
  let answer;
  try {
    answer = await fetch("openapi.json", { headers: { authorization: `Bearer ${token}` }, cache: "no-store" });
  } catch {
    throw new Error("The gateway cannot be reached, or this is not a token: a token has letters, digits, and . _ - only.");
  }
  if (answer.ok) return answer.json();
  const problem = await answer.json().catch(() => ({}));
  throw new Error(`The gateway refused the token: ${problem.detail ?? answer.statusText} (${answer.status})`);
}

function show(reference, token) {
  // Generators are told to leave webhooks out; readers shall see them.
  for (const item of Object.values(reference.webhooks ?? {})) {
    for (const operation of Object.values(item)) delete operation["x-internal"];
  }
  door.remove();
  Scalar.createApiReference("#reference", {
    content: reference,
    baseServerURL: new URL(".", location.href).href.replace(/\/$/, ""),
    authentication: { preferredSecurityScheme: "bearer", securitySchemes: { bearer: { token } } },
    persistAuth: false,
    defaultOpenAllTags: true,
    operationTitleSource: "summary",
    agent: { disabled: true },
    hideClientButton: true,
    mcp: { disabled: true },
    showDeveloperTools: "never",
    telemetry: false,
    withDefaultFonts: false,
  });
}
