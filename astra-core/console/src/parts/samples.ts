// The calls of a page as code: curl, and the clients in TypeScript and Python. The token is never part of it. Pure.

import { type OperationId, operations } from "../../client/operations.ts";

/** A call to be written down. */
export interface Sample {
  readonly operation: OperationId | undefined;
  readonly method: string;
  /** Relative to the gateway, with the query. */
  readonly path: string;
  readonly body: string | undefined;
}

export type Language = "curl" | "TypeScript" | "Python";

const camel = (name: string): string => name.replace(/[-_]([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const snake = (name: string): string => name.replaceAll("-", "_");

/** A text that a POSIX shell takes as it is. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export function sampleOf(call: Sample, language: Language, gateway: string): string {
  if (language === "curl" || call.operation === undefined) return curl(call, gateway);
  return language === "TypeScript" ? typescript(call, call.operation, gateway) : python(call, call.operation, gateway);
}

function curl({ method, path, body, operation }: Sample, gateway: string): string {
  const parts = [`curl ${shellQuoted(gateway + path)}`];
  if (method !== "GET" && !(method === "POST" && body !== undefined)) parts[0] += ` -X ${method}`;
  if (operation === undefined || operations[operation][2] !== "") parts.push(`-H "Authorization: Bearer $ASTRA_TOKEN"`);
  if (operation !== undefined && /\.(stream|events|resume)$/.test(operation)) parts[0] += " -N";
  if (body !== undefined) parts.push("-H 'Content-Type: application/json'", `--data ${shellQuoted(body)}`);
  return parts.join(" \\\n  ");
}

interface Read {
  readonly positional: readonly string[];
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly body: unknown;
}

/** The values of a call, by the operation's path. */
function read({ path, body }: Sample, operation: OperationId): Read {
  const [plain = "", query = ""] = path.split("?");
  const template = operations[operation][1].split("/");
  const given = plain.split("/");
  const positional = template.flatMap((part, index) =>
    part.startsWith("{") ? [JSON.stringify(decodeURIComponent(given[index] ?? ""))] : [],
  );
  return { positional, query: [...new URLSearchParams(query)], body: body === undefined ? undefined : JSON.parse(body) };
}

const isNumber = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text);

function typescript(call: Sample, operation: OperationId, gateway: string): string {
  const { positional, query, body } = read(call, operation);
  const [group = "", verb = ""] = operation.split(".");
  const values = [...positional];
  if (body !== undefined) values.push(JSON.stringify(body, null, 2));
  if (query.length > 0) {
    const options = query.map(([name, value]) => `${camel(name)}: ${isNumber(value) ? value : JSON.stringify(value)}`);
    values.push(`{ ${options.join(", ")} }`);
  }
  const made = `client.${camel(group)}.${camel(verb)}(${values.join(", ")})`;
  const isStream = /\.(stream|events|resume)$/.test(operation);
  const use = isStream ? `for await (const event of ${made}) console.log(event);` : `console.log(await ${made});`;
  const client = `new AstraClient({ baseUrl: ${JSON.stringify(gateway)}, token: process.env.ASTRA_TOKEN })`;
  return `import { AstraClient } from "astra-client";\n\nconst client = ${client};\n${use}`;
}

function python(call: Sample, operation: OperationId, gateway: string): string {
  const { positional, query, body } = read(call, operation);
  const [group = "", verb = ""] = operation.split(".");
  const values = [...positional];
  if (typeof body === "object" && body !== null && !Array.isArray(body)) {
    for (const [name, value] of Object.entries(body)) values.push(`${snake(name)}=${pythonValue(value)}`);
  }
  for (const [name, value] of query) values.push(`${snake(name)}=${isNumber(value) ? value : pythonValue(value)}`);
  const made = `client.${snake(group)}.${snake(verb)}(${values.join(", ")})`;
  const isStream = /\.(stream|events|resume)$/.test(operation);
  const use = isStream ? `with ${made} as events:\n    for event in events:\n        print(event)` : `print(${made})`;
  const client = `AstraClient(${JSON.stringify(gateway)}, token=os.environ["ASTRA_TOKEN"])`;
  return `import os\n\nfrom astra_client import AstraClient\n\nclient = ${client}\n${use}`;
}

function pythonValue(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(", ")}]`;
  if (typeof value === "object") {
    const entries = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}: ${pythonValue(inner)}`);
    return `{${entries.join(", ")}}`;
  }
  return JSON.stringify(value);
}
