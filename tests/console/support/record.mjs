// Every request of a page, checked against the document: its operation, its query, its body, and what was answered.

import { faultsOf } from "../../../astra-core/console/src/parts/schema.ts";

const methods = ["get", "put", "post", "delete", "patch"];

export class Record {
  faults = [];
  operations = [];
  #url;
  #document;
  #patterns;
  #waiting = [];

  constructor(url, document) {
    this.#url = url;
    this.#document = document;
    this.#patterns = Object.entries(document.paths)
      .map(([path, item]) => ({ path, item, pattern: new RegExp(`^${path.replace(/[.]/g, "\\.").replace(/\{[^}]+\}/g, "[^/]+")}$`) }))
      .sort((one, other) => one.path.split("{").length - other.path.split("{").length);
  }

  /** Listens to a page's answers. */
  watch(page) {
    page.on("response", (response) => {
      const done = this.#check(response).catch((error) => {
        // A page that is left takes the bodies of its answers along.
        if (!/closed|No resource|No data found|navigated away|disposed|canceled|Target/i.test(`${error}`)) this.faults.push(`${error}`);
      });
      this.#waiting.push(done);
    });
  }

  /** The faults so far, when all that was answered is checked. */
  async checked() {
    await Promise.all(this.#waiting);
    return this.faults;
  }

  #resolve(value) {
    let found = value;
    while (found?.$ref) found = found.$ref.split("/").slice(1).reduce((at, part) => at[part], this.#document);
    return found;
  }

  async #check(response) {
    const request = response.request();
    const url = new URL(request.url());
    if (url.origin !== new URL(this.#url).origin) return;
    if (url.pathname === "/console" || url.pathname.startsWith("/console/")) return;
    const method = request.method().toLowerCase();
    const found = this.#patterns.find(({ pattern, item }) => pattern.test(url.pathname) && methods.includes(method) && item[method]);
    const name = `${method.toUpperCase()} ${url.pathname}`;
    if (!found) {
      this.faults.push(`${name} is not in the document`);
      return;
    }
    const operation = found.item[method];
    this.operations.push(operation.operationId);
    const parameters = (operation.parameters ?? []).map((it) => this.#resolve(it));
    for (const query of url.searchParams.keys()) {
      if (!parameters.some((it) => it.in === "query" && it.name === query)) this.faults.push(`${name}: ${query} is not in the document`);
    }
    const body = request.postData();
    const type = (request.headers()["content-type"] ?? "").split(";")[0];
    if (body) this.#fits(`${name}, sent`, JSON.parse(body), operation.requestBody?.content?.[type]?.schema);
    const answer = this.#resolve(operation.responses[response.status()]);
    if (!answer) {
      this.faults.push(`${name}: ${response.status()} is not in the document`);
      return;
    }
    const answered = ((await response.allHeaders())["content-type"] ?? "").split(";")[0];
    if (/[/+]json$/.test(answered) && response.status() !== 304) {
      this.#fits(`${name}, answered ${response.status()}`, await response.json(), answer.content?.[answered]?.schema);
    }
  }

  #fits(what, value, schema) {
    if (!schema) {
      this.faults.push(`${what}: there is no schema for it`);
      return;
    }
    const root = { $defs: this.#document.components.schemas };
    for (const { pointer, detail } of faultsOf(value, schema, root)) this.faults.push(`${what}: ${pointer} ${detail}`);
  }
}
