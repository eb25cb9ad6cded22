// Asks for a token, reads the document with it, and shows the document. Talks to this gateway alone.

import { showWebhooks } from "./document.js";
import { prepareExamples } from "./examples.js";
import { addSamples } from "./samples.js";
import * as session from "./session.js";

const element = (id) => document.getElementById(id);
const [door, field, button] = ["door", "token", "enter"].map(element);
const base = new URL(".", location.href).href.replace(/\/$/, "");
// Scalar's script comes after this one, and before this event.
const drawn = new Promise((resolve) => addEventListener("DOMContentLoaded", resolve, { once: true }));
// It calls the page light before there is anything to draw.
drawn.then(() => document.body.classList.remove("light-mode"));

element("address").textContent = `${base}/openapi.json`;
element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  enter(field.value.trim());
});
element("leave").addEventListener("click", () => session.leave());
for (const format of ["json", "yaml"]) element(format).addEventListener("click", () => download(format));

if (session.token()) enter(session.token());
else open(session.farewell());

async function enter(token) {
  button.disabled = true;
  try {
    const [reference, samples] = await Promise.all([read(token), readSamples(), drawn]);
    if (!globalThis.Scalar) throw new Error("The reference's script did not arrive. Load this page again.");
    session.keep(token);
    show(reference, samples, token);
  } catch (fault) {
    open(fault.message);
  } finally {
    button.disabled = false;
  }
}

// Shows the door, with what went wrong.
function open(word) {
  door.hidden = false;
  element("refusal").textContent = word;
  field.focus();
  field.select();
}

async function read(token) {
  let answer;
  try {
    answer = await fetch("openapi.json", { headers: { authorization: `Bearer ${token}` }, cache: "no-store" });
  } catch {
    throw new Error("The gateway cannot be reached, or this is not a token: a token has letters, digits, and . _ - only.");
  }
  if (answer.ok) return showWebhooks(await answer.json());
  // One that was kept may have expired since.
  if (answer.status === 401) session.forget();
  const problem = await answer.json().catch(() => ({}));
  throw new Error(`The gateway refused the token: ${problem.detail ?? answer.statusText} (${answer.status})`);
}

// Without them there is curl.
async function readSamples() {
  try {
    const answer = await fetch("docs/samples.json");
    return answer.ok ? await answer.json() : {};
  } catch {
    return {};
  }
}

async function download(format) {
  const answer = await session.ask(`openapi.${format}`, { headers: { authorization: `Bearer ${session.token()}` } });
  if (!answer.ok) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = `openapi.${format}`;
  link.click();
  URL.revokeObjectURL(link.href);
}

function show(reference, samples, token) {
  // Generators are told to leave webhooks out; readers shall see them.
  for (const item of Object.values(reference.webhooks ?? {})) {
    for (const operation of Object.values(item)) delete operation["x-internal"];
  }
  // The gateway is where this page comes from.
  reference.servers = [{ url: base, description: "This gateway." }];
  addSamples(reference, samples, base);
  prepareExamples(reference);
  door.remove();
  element("bar").hidden = false;
  element("role").textContent = session.role(token);
  document.documentElement.classList.add("reading");
  Scalar.createApiReference("#reference", {
    content: reference,
    baseServerURL: base,
    authentication: { preferredSecurityScheme: "bearer", securitySchemes: { bearer: { token } } },
    persistAuth: false,
    customFetch: session.ask,
    // Our samples stand for all clients.
    hiddenClients: true,
    defaultOpenAllTags: true,
    operationTitleSource: "summary",
    documentDownloadType: "none",
    agent: { disabled: true },
    hideClientButton: true,
    mcp: { disabled: true },
    showDeveloperTools: "never",
    telemetry: false,
    withDefaultFonts: false,
  });
  element("reference").focus({ preventScroll: true });
  if (!location.hash) scrollTo(0, 0);
}
