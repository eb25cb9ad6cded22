// A certified OpenID provider for Node.js, unmodified. People are who they say they are; it has verified the address of all but
// eve.
//
// Reads ASTRA_TEST_OIDC_NODE_MODULES and REDIRECT_URI. Prints its issuer on a line of its own, and runs until its input ends.

import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const { ASTRA_TEST_OIDC_NODE_MODULES, REDIRECT_URI } = process.env;
const place = pathToFileURL(`${ASTRA_TEST_OIDC_NODE_MODULES}/oidc-provider/lib/index.js`);
const { default: Provider } = await import(place);

const server = createServer();
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "astra",
      client_secret: "the-gateways-own-secret:&",
      redirect_uris: [REDIRECT_URI],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  cookies: { keys: ["for the tests alone"] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: id !== "eve", name: id }),
  }),
  pkce: { required: () => true },
});
server.on("request", provider.callback());
console.log(`issuer ${issuer}`);
process.stdin.on("end", () => process.exit(0)).resume();
