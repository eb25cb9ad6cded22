// What the calls of a story share: clients, variables, and the checks of what is answered.

import assert from "node:assert/strict";

import { AstraClient, type EventStream } from "astra-client";

/** The last event of a stream. */
export interface Until {
  /** The field that says an event's type. */
  readonly tag: string;
  /** The type of the last event. */
  readonly value: string;
  /** Whether the stream ends with that event only because it is left. */
  readonly isEndless: boolean;
}

/** Goes through a story. */
export class Runner {
  readonly #url = process.env["ASTRA_URL"] ?? "";
  readonly #token = process.env["ASTRA_TOKEN"] ?? "";
  readonly #variables = new Map<string, string>();
  #status = 0;
  #answer: unknown;

  /** Makes the calls, one after the other; the process ends with 1 at the first fault. */
  async through(calls: readonly (readonly [operation: string, call: () => Promise<void>])[]): Promise<void> {
    const watchdog = setTimeout(() => assert.fail("it took more than 120 seconds"), 120_000);
    for (const [operation, call] of calls) {
      this.#answer = undefined;
      try {
        await call();
      } catch (error) {
        console.log(`FAIL  ${operation}`);
        console.error(error);
        process.exit(1);
      }
    }
    clearTimeout(watchdog);
    console.log(`${calls.length} operations were called`);
  }

  /** A client with this credential, or the one that the environment names. */
  client(token: string = this.#token): AstraClient {
    return new AstraClient({
      baseUrl: this.#url,
      token,
      maxRetries: 0,
      fetch: async (url, init) => {
        const answer = await fetch(url, init);
        this.#status = answer.status;
        return answer;
      },
    });
  }

  /** A text whose variables have their values. */
  text(template: string): string {
    return template.replace(/\{\{([a-z][a-z0-9_]*)\}\}/g, (whole, name: string) => this.#variables.get(name) ?? whole);
  }

  /** An answer came. */
  answered(documented: readonly number[], answer: unknown): void {
    assert.ok(documented.includes(this.#status), `it answered ${this.#status}, and ${documented.join()} are documented`);
    assert.notEqual(answer, undefined, "the answer is empty");
    this.#answer = answer;
  }

  /** A stream of events came, and ended. */
  streamed(documented: readonly number[], events: readonly unknown[]): void {
    assert.notEqual(events.length, 0, "the stream has no events");
    this.answered(documented, events);
  }

  /** The answer has this value at `pointer`. */
  expect(pointer: string, expected: unknown): void {
    const filled = typeof expected === "string" ? this.text(expected) : expected;
    assert.deepEqual(this.#found(pointer), filled, `${pointer} is another value`);
  }

  /** What is at `pointer` in the answer is the value of a variable from now on. */
  remember(name: string, pointer: string): void {
    const found = this.#found(pointer);
    assert.ok(found !== null && found !== undefined, `there is no ${pointer}`);
    this.#variables.set(name, typeof found === "string" ? found : JSON.stringify(found));
  }

  #found(pointer: string): unknown {
    const parts = pointer.split("/").slice(1);
    return parts.reduce<unknown>((value, part) => {
      const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
      assert.ok(typeof value === "object" && value !== null && name in value, `there is no ${pointer}`);
      return (value as Record<string, unknown>)[name];
    }, this.#answer);
  }
}

/** The events of a stream. */
export async function read<Event>(stream: EventStream<Event>, until?: Until): Promise<Event[]> {
  const events: Event[] = [];
  let last: unknown;
  for await (const event of stream) {
    events.push(event);
    if (until === undefined) continue;
    last = (event as Record<string, unknown>)[until.tag];
    if (last === until.value && until.isEndless) break;
  }
  assert.equal(last, until?.value, "its last event is another one");
  return events;
}
