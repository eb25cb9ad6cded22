// Tokens: asked for, renewed, refused.

import assert from "node:assert/strict";
import { inspect } from "node:util";

import { ApiError, type AstraClientOptions, ConnectionError, type TokenSet, UnauthorizedError } from "astra-client";

import { type Answering, connect, fresh, refusal, refused, say, scenario, served, token } from "./harness.ts";

const client = connect();
const password = "correct horse battery staple";

async function account(): Promise<{
  readonly username: string;
  readonly refreshToken: string;
  readonly accessToken: string;
}> {
  const email = `${fresh("person")}@example.org`;
  const { user, tokens } = await client.auth.register({ email, password, display_name: "Ada" });
  assert.equal(user.display_name, "Ada");
  assert.ok(tokens.refresh_token);
  return { username: email, refreshToken: tokens.refresh_token, accessToken: tokens.access_token };
}

/** A client with credentials, and the tokens that it got. */
function signedIn(options: AstraClientOptions) {
  const sets: TokenSet[] = [];
  return { sets, client: connect({ ...options, onTokens: (set) => void sets.push(set) }) };
}

scenario("a password, and a new sign-in after the first one was ended", async () => {
  const { username } = await account();
  const { client: person, sets } = signedIn({ credentials: { username, password } });
  assert.equal((await person.auth.me()).email, username);
  await person.auth.me();
  assert.equal(sets.length, 1, "a token is kept");
  assert.ok((sets[0]?.expiresAt.getTime() ?? 0) > Date.now());
  await connect({ token: sets[0]?.accessToken }).auth.logout();
  assert.equal((await person.auth.me()).email, username);
  assert.equal(sets.length, 2);
  const printed = inspect(person, { depth: 12, showHidden: true, getters: true });
  for (const secret of [password, sets[0]?.accessToken ?? "", sets[1]?.refreshToken ?? ""])
    assert.ok(!printed.includes(secret));
});

scenario("a wrong password", async () => {
  const { username } = await account();
  const wrong = signedIn({ credentials: { username, password: "wrong horse battery staple" } }).client;
  const error = await refused(wrong.auth.me(), ApiError);
  assert.equal(error.code, "invalid_grant");
  assert.ok(!inspect(error, { depth: 12, showHidden: true }).includes("wrong horse"));
});

scenario("refresh tokens are used once, by all who need a token together", async () => {
  const { username, refreshToken } = await account();
  const { client: person, sets } = signedIn({ credentials: { refreshToken } });
  const callers = await Promise.all([1, 2, 3, 4, 5].map(() => person.auth.me()));
  assert.ok(callers.every(({ email }) => email === username));
  assert.equal(sets.length, 1);
  const rotated = sets[0]?.refreshToken ?? "";
  assert.ok(rotated !== "" && rotated !== refreshToken);
  const { client: returned, sets: next } = signedIn({ credentials: { refreshToken: rotated } });
  assert.equal((await returned.auth.me()).email, username);
  assert.equal(next.length, 1);
  const pair = await client.auth.refresh({ refresh_token: next[0]?.refreshToken ?? "" });
  assert.ok(pair.refresh_token);
  const error = await refused(signedIn({ credentials: { refreshToken } }).client.auth.me(), ApiError);
  assert.equal(error.code, "invalid_grant");
});

scenario("a service account's secret", async () => {
  const made = await client.auth.createServiceAccount({
    name: fresh("program"),
    role: "member",
    scopes: ["auth:read"],
  });
  const { secret } = await client.auth.issueToken(made.id);
  const { client: program, sets } = signedIn({ credentials: { clientId: made.id, clientSecret: secret } });
  assert.equal((await program.auth.me()).kind, "service_account");
  assert.equal(sets.length, 1);
  assert.equal(sets[0]?.refreshToken, undefined);
  const tokens = await client.auth.token({
    grant_type: "client_credentials",
    client_id: made.id,
    client_secret: secret,
  });
  assert.equal(tokens.token_type, "Bearer");
  await client.auth.deleteServiceAccount(made.id);
});

scenario("a token that ends is renewed before", async () => {
  const answering: Answering = ({ path, headers, body }, answer, nth) => {
    if (path !== "/auth/token") return say(answer, 200, { id: headers["authorization"] });
    const { grant_type: grant, refresh_token: refresh } = JSON.parse(body) as Record<string, string>;
    say(answer, 200, { access_token: `${grant}-${refresh}-${nth}`, expires_in: 0, refresh_token: `r${nth}` });
  };
  await served(answering, async (baseUrl) => {
    const person = connect({ baseUrl, credentials: { username: "a", password: "b" } });
    const tokens = [await person.auth.me(), await person.auth.me(), await person.auth.me()].map(({ id }) => id);
    assert.deepEqual(tokens, ["Bearer password-undefined-1", "Bearer refresh_token-r1-3", "Bearer refresh_token-r3-5"]);
  });
});

scenario("a refused token is renewed once, also by streams, and the request sent again", async () => {
  const answering: Answering = ({ path, headers }, answer, nth) => {
    if (path === "/auth/token") return say(answer, 200, { access_token: `t${nth}`, expires_in: 900 });
    if (headers["authorization"] !== "Bearer t3") return say(answer, 401, { code: "unauthorized", title: "No" });
    answer.writeHead(200, { "content-type": "text/event-stream" });
    answer.end(`data: ${JSON.stringify({ type: "done", seq: 1, turn_id: "trn_1", turn: {} })}\n\n`);
  };
  await served(answering, async (baseUrl, asked) => {
    const program = connect({ baseUrl, credentials: { clientId: "a", clientSecret: "b" } });
    const stream = program.chat.stream({ agent_id: "a", message: "b" });
    for await (const { type } of stream) assert.equal(type, "done");
    assert.deepEqual(
      asked.map(({ path }) => path),
      ["/auth/token", "/chat/stream", "/auth/token", "/chat/stream"],
    );
    assert.equal(asked[1]?.headers["idempotency-key"], asked[3]?.headers["idempotency-key"]);
  });
  await served(
    ({ path }, answer) =>
      say(answer, path === "/auth/token" ? 200 : 401, { access_token: fresh("t"), expires_in: 900 }),
    async (baseUrl, asked) => {
      const program = connect({ baseUrl, credentials: { clientId: "a", clientSecret: "b" } });
      await refused(program.auth.me(), UnauthorizedError);
      assert.equal(asked.length, 4);
    },
  );
});

scenario("a refresh token whose answer was lost is not used again", async () => {
  const answering: Answering = ({ path, body }, answer, nth) => {
    if (path !== "/auth/token") return say(answer, 200, { id: "a" });
    if (body.includes("refresh_token") && nth > 1) return answer.destroy();
    say(answer, 200, { access_token: `t${nth}`, expires_in: 0, refresh_token: `r${nth}` });
  };
  await served(answering, async (baseUrl, asked) => {
    const person = connect({ baseUrl, credentials: { username: "a", password: "b" } });
    await person.auth.me();
    await person.auth.me();
    const grants = asked
      .filter(({ path }) => path === "/auth/token")
      .map(({ body }) => JSON.parse(body).grant_type as string);
    assert.deepEqual(grants, ["password", "refresh_token", "password"]);
  });
});

scenario(
  "a refresh token that is all there is, and whose answer was lost, is not used again in the same call",
  async () => {
    await served(
      (_, answer) => void answer.destroy(),
      async (baseUrl, asked) => {
        await refused(connect({ baseUrl, credentials: { refreshToken: "only" } }).auth.me(), ConnectionError);
        assert.equal(asked.length, 1);
      },
    );
  },
);

scenario("a function that gives tokens", async () => {
  const asked: boolean[] = [];
  const called = connect({
    token: ({ isRefused }) => {
      asked.push(isRefused);
      return Promise.resolve(isRefused ? token : "stale");
    },
  });
  assert.equal((await called.auth.me()).role, "owner");
  assert.deepEqual(asked, [false, true]);
  const broken = connect({ token: () => Promise.reject(new Error("no keychain")) });
  assert.match(String(await refusal(broken.auth.me())), /^Error: no keychain$/);
  await refused(connect({ token: () => "stale" }).auth.me(), UnauthorizedError);
});
