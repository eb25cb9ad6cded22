// drive.ts: uses the generated client against a live gateway: what it does beside calling operations, each of which story.ts
// calls. Reads ASTRA_URL, ASTRA_TOKEN (the owner's) and ASTRA_UNRULY_URL.

import { scenarios } from "./harness.ts";
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
console.log(`${scenarios.length} scenarios passed`);
clearTimeout(watchdog);
