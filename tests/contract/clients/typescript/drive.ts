// drive.ts: uses the generated client against a live gateway, every operation of it. Reads ASTRA_URL, ASTRA_TOKEN (the
// owner's) and ASTRA_UNRULY_URL.

import assert from "node:assert/strict";

import { connect, scenarios } from "./harness.ts";
import "./operations.ts";
import "./conversations.ts";
import "./streams.ts";
import "./failures.ts";
import "./wire.ts";
import "./signin.ts";

const watchdog = setTimeout(() => {
  console.error("error: it took more than 120 seconds");
  process.exit(1);
}, 120_000);

/** Notes which operations are called, by any client. */
function watched(): { readonly all: Set<string>; readonly called: Set<string> } {
  const all = new Set<string>();
  const called = new Set<string>();
  for (const [group, operations] of Object.entries(connect())) {
    const methods = Object.getPrototypeOf(operations) as Record<string, (...values: unknown[]) => unknown>;
    for (const name of Object.getOwnPropertyNames(methods)) {
      const method = methods[name];
      if (name === "constructor" || method === undefined) continue;
      const id = `${group}.${name}`;
      all.add(id);
      methods[name] = function (this: unknown, ...values: unknown[]) {
        called.add(id);
        return method.apply(this, values);
      };
    }
  }
  return { all, called };
}

const { all, called } = watched();
for (const { name, run } of scenarios) {
  const since = performance.now();
  try {
    await run();
  } catch (error) {
    console.log(`FAIL  ${name}`);
    console.error(error);
    process.exit(1);
  }
  console.log(`ok    ${Math.round(performance.now() - since)} ms  ${name}`);
}
const missed = [...all].filter((id) => !called.has(id));
assert.deepEqual(missed, [], "every operation is called");
console.log(`ok    all ${all.size} methods were called`);
console.log(`${scenarios.length} scenarios passed`);
clearTimeout(watchdog);
