// A gateway of the binary that ASTRA_BINARY names, on a free port, with `echo`, an owner, and people of all other roles.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";

const binary = process.env.ASTRA_BINARY;
export const password = "correct horse battery staple";

/** A port that nothing listens on. */
function freePort() {
  return new Promise((done) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Starts a gateway. `more` is added to its configuration, `files` are written into its folder first. */
export async function startGateway({ more = "", files = {}, environment = {} } = {}) {
  if (!binary) throw new Error("ASTRA_BINARY names the program to be tested");
  const home = mkdtempSync(`${tmpdir()}/astra-console-`);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  mkdirSync(`${home}/agents`);
  for (const [name, text] of Object.entries(files)) writeFileSync(`${home}/${name}`, text);
  const config = `listen: 127.0.0.1:${port}
data_dir: ${home}/data
agents_dir: ${home}/agents
auth:
  setup_code: the-tests-own-code
limits:
  token_requests_per_s: 1000000
  address_requests_per_s: 1000000
  auth_address_requests_per_min: 1000000
  auth_account_attempts_per_min: 1000000
  auth_account_failures_per_min: 1000000
${more}`;
  writeFileSync(`${home}/astra.yml`, config);
  const env = { PATH: process.env.PATH, HOME: home, ...environment };
  const process_ = spawn(binary, ["serve", "--config", `${home}/astra.yml`], { env, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  process_.stdout.on("data", (bytes) => (log += bytes));
  process_.stderr.on("data", (bytes) => (log += bytes));
  for (let tries = 0; ; tries++) {
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.ok) break;
    if (tries === 300 || process_.exitCode !== null) throw new Error(`the gateway did not start:\n${log}`);
    await new Promise((done) => setTimeout(done, 100));
  }
  const document = JSON.parse(execFileSync(binary, ["spec"], { env, maxBuffer: 1 << 28 }));
  const gateway = new Gateway(url, document, home, process_);
  const made = await gateway.call("POST", "/auth/register", {
    email: "owner@example.org",
    password,
    display_name: "Olga",
    setup_code: "the-tests-own-code",
  });
  gateway.token = made.tokens.access_token;
  return gateway;
}

class Gateway {
  token = "";

  constructor(url, document, home, process_) {
    Object.assign(this, { url, document, home, process: process_ });
  }

  /** Calls an operation as the owner. */
  async call(method, path, body, token = this.token) {
    const headers = { ...(token ? { authorization: `Bearer ${token}` } : {}), "content-type": "application/json" };
    const answer = await fetch(this.url + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  /** A person with a role: e-mail and tokens. */
  async person(role, name = role) {
    const me = await this.call("GET", "/auth/me");
    const email = `${name}@example.org`;
    const invitation = await this.call("POST", `/workspaces/${me.workspace_id}/invitations`, { email, role });
    const body = { email, password, display_name: name, invitation: invitation.code };
    const { tokens } = await this.call("POST", "/auth/register", body, "");
    return { email, token: tokens.access_token };
  }

  /** What the gateway would be started with again. */
  configuration() {
    return readFileSync(`${this.home}/astra.yml`, "utf8");
  }

  async stop() {
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGTERM");
    const late = setTimeout(() => this.process.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(late);
    this.process.stdout.destroy();
    this.process.stderr.destroy();
    rmSync(this.home, { recursive: true, force: true });
  }
}
