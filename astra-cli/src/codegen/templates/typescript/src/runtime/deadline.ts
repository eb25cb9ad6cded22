import { TimeoutError } from "./errors.ts";

/** The longest time that timers know, in milliseconds. */
export const LONGEST = 2_147_483_647;

/** What bounds a call: its time, and the signals of who waits for it. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #signals: readonly AbortSignal[];
  readonly #end: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    timeout: number,
    signals: readonly (AbortSignal | undefined)[],
    what: string,
    requestId: string,
  ) {
    this.#end = Date.now() + timeout;
    this.#signals = signals.filter((signal) => signal !== undefined);
    for (const signal of this.#signals) {
      if (signal.aborted) this.#controller.abort(signal.reason);
      signal.addEventListener("abort", this.#onAbort, { once: true });
    }
    if (timeout <= LONGEST) {
      const message = `${what}: no answer within ${timeout} ms (request ${requestId})`;
      const expire = (): void => this.abort(new TimeoutError(message, { requestId }));
      this.#timer = setTimeout(expire, timeout);
    }
  }

  /** Aborted when the time is up, or one of the signals is aborted; with the reason to tell. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether so many milliseconds are left. */
  allows(wait: number): boolean {
    return this.#timer === undefined || Date.now() + wait < this.#end;
  }

  /** Ends what it bounds. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Bounds the time no more, but still listens to the signals. */
  disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Bounds nothing any more. */
  release(): void {
    this.disarm();
    for (const signal of this.#signals) signal.removeEventListener("abort", this.#onAbort);
  }

  /** What `work` gives, unless this ends before. */
  race<T>(work: Promise<T>): Promise<T> {
    return race(work, this.signal);
  }

  readonly #onAbort = (event: Event): void => {
    this.#controller.abort((event.target as AbortSignal).reason);
  };
}

/** What `work` gives; or the signal's reason, if it is aborted before. */
export function race<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    const done = (): void => signal.removeEventListener("abort", onAbort);
    work.then(resolve, reject).finally(done);
  });
}

/** Waits so many milliseconds, unless the signal is aborted before. */
export async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  try {
    await race(over, signal);
  } finally {
    clearTimeout(timer);
  }
}
