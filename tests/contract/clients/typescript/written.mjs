// written.mjs CLIENT_FOLDER FOLDER [SAMPLES]: makes files to compile of what the client's README and the SAMPLES say.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";

const [client, folder, samples] = process.argv.slice(2);
const { name } = JSON.parse(readFileSync(`${client}/package.json`, "utf8"));
const [, root] =
  /export \{ (\w+), type/.exec(readFileSync(`${client}/src/index.ts`, "utf8")) ?? assert.fail("no client");

const given = (code) => (code.includes("const client =") ? "" : `declare const client: Client;\n`);
const file = (number, code) => {
  const types = given(code) && `import type { ${root} as Client } from "${name}";\n`;
  writeFileSync(`${folder}/readme-${number}.ts`, `${types}${given(code)}${code}\nexport {};\n`);
};
const readme = readFileSync(`${client}/README.md`, "utf8");
const blocks = [...readme.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code);
assert.ok(blocks.length >= 5, "the README has code");
blocks.forEach((code, index) => file(index + 1, code));

if (samples) {
  const all = readFileSync(samples, "utf8").split(/^## /m).slice(1);
  assert.ok(all.length > 0, "there are samples");
  const functions = all.map((sample, index) => {
    const [id, ...lines] = sample.split("\n");
    const code = lines.join("\n").trim();
    assert.ok(code.includes("client."), `${id} has no sample`);
    // A sample of two calls says the same names twice.
    const parts = code.split("\n\n").map((part) => `{\n${part}\n}`);
    return `/** ${id} */\nexport async function sample${index}(client: Client): Promise<void> {\n${parts.join("\n")}\n}\n`;
  });
  writeFileSync(`${folder}/samples.ts`, `import type { ${root} as Client } from "${name}";\n\n${functions.join("\n")}`);
}
