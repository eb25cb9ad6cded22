// People who sign in to the gateway with the provider of oidc_provider.mjs, as their browsers do it: by links, forms and cookies.
//
// Reads ASTRA_URL and REDIRECT_URI. Exits with 0 and prints `signed in`.

import assert from "node:assert/strict";

const { ASTRA_URL, REDIRECT_URI } = process.env;

// Follows links and fills in forms until the gateway answers.
async function signIn(person) {
  const jars = new Map();
  async function open(url, form) {
    const { origin } = new URL(url);
    const jar = jars.get(origin) ?? new Map();
    jars.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const body = form && new URLSearchParams(form);
    const answer = await fetch(url, { method: form ? "POST" : "GET", redirect: "manual", headers: { cookie }, body });
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(";");
      const at = pair.indexOf("=");
      jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return answer;
  }
  let url = `${ASTRA_URL}/auth/oidc/start`;
  let answer = await open(url);
  for (let step = 0; step < 20; step++) {
    if (answer.status >= 300 && answer.status < 400) {
      url = new URL(answer.headers.get("location"), url).href.replace(REDIRECT_URI, `${ASTRA_URL}/auth/oidc/callback`);
      answer = await open(url);
    } else if (url.startsWith(ASTRA_URL)) {
      return answer;
    } else {
      const page = await answer.text();
      const [, prompt] = page.match(/name="prompt"\s+value="(\w+)"/) ?? assert.fail(`${answer.status} ${url}: ${page}`);
      const [, action] = page.match(/<form[^>]*action="([^"]+)"/);
      url = new URL(action, url).href;
      answer = await open(url, prompt === "login" ? { prompt, login: person, password: "any" } : { prompt });
    }
  }
  assert.fail(`the sign-in does not end: ${url}`);
}

async function account(answer) {
  assert.equal(answer.status, 200, await answer.clone().text());
  const { access_token } = await answer.json();
  const me = await fetch(`${ASTRA_URL}/auth/me`, { headers: { Authorization: `Bearer ${access_token}` } });
  assert.equal(me.status, 200);
  return me.json();
}

const first = await account(await signIn("ada"));
assert.deepEqual([first.email, first.role, first.display_name], ["ada@example.org", "member", "ada"]);
const second = await account(await signIn("ada"));
assert.equal(second.id, first.id);
const refused = await signIn("eve");
assert.equal(refused.status, 403);
assert.match((await refused.json()).detail, /email_verified/);
console.log("signed in");
