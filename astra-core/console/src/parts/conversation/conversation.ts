// A session as one sees it: its messages, page by page from the newest, and the turn that is going on, whoever began it.

import { batch, signal } from "@preact/signals";
import type { Message, SendMessage, Trace } from "astra-client";
import { client } from "../../frame/client.ts";
import { isVisible, POLL_MS } from "../../frame/live.ts";
import { may } from "../../frame/permissions.ts";
import { applied, isOver, type LiveTurn, newTurn } from "./turn.ts";

/** Messages of one request. */
const PAGE = 50;

export class Conversation {
  /** The oldest first. */
  readonly messages = signal<readonly Message[]>([]);
  /** Where older messages begin; nothing if there are none. */
  readonly older = signal<string | undefined>(undefined);
  /** What each turn took and cost, by its id. */
  readonly traces = signal<ReadonlyMap<string, Trace>>(new Map());
  readonly live = signal<LiveTurn | undefined>(undefined);
  /** What was sent and is not in the list yet. */
  readonly sent = signal<SendMessage["message"] | undefined>(undefined);
  readonly error = signal<unknown>(undefined);
  readonly isRead = signal(false);
  readonly isFollowed = signal(false);

  readonly sessionId: string;
  readonly #stop = new AbortController();
  #timer: ReturnType<typeof setInterval> | undefined;
  #next: LiveTurn | undefined;
  #frame = 0;
  /** Turns that ended: what still comes of them is no news. */
  readonly #ended = new Set<string>();

  constructor(sessionId: string) {
    this.sessionId = sessionId;
    void this.refresh();
    void this.#follow();
    this.#timer = setInterval(() => {
      if (!this.isFollowed.peek() && isVisible.peek()) void this.refresh().then(() => this.#follow());
    }, POLL_MS);
  }

  close(): void {
    this.#stop.abort();
    clearInterval(this.#timer);
    cancelAnimationFrame(this.#frame);
  }

  /** Reads the newest messages, and what their turns took. */
  async refresh(): Promise<void> {
    const options = { limit: PAGE, signal: this.#stop.signal };
    try {
      const [page, traces] = await Promise.all([
        client.sessions.listMessages(this.sessionId, options),
        may("traces.list").isAllowed ? client.traces.list({ sessionId: this.sessionId, ...options }) : undefined,
      ]);
      batch(() => {
        const isFirst = !this.isRead.peek();
        this.messages.value = merged(this.messages.peek(), page.items.toReversed());
        if (isFirst) this.older.value = page.nextCursor;
        this.traces.value = new Map([...this.traces.peek(), ...(traces?.items ?? []).map((it) => [it.turn_id, it] as const)]);
        this.error.value = undefined;
        this.isRead.value = true;
        this.sent.value = undefined;
        const live = this.live.peek();
        if (live !== undefined && live.turn !== undefined) this.live.value = undefined;
      });
    } catch (error) {
      if (!this.#stop.signal.aborted) this.error.value = error;
    }
  }

  /** Reads the page before the oldest message that is there. */
  async readOlder(): Promise<void> {
    const cursor = this.older.peek();
    if (cursor === undefined) return;
    const page = await client.sessions.listMessages(this.sessionId, { limit: PAGE, cursor, signal: this.#stop.signal });
    batch(() => {
      this.messages.value = merged(page.items.toReversed(), this.messages.peek());
      this.older.value = page.nextCursor;
    });
  }

  /** Sends a message. It is done when the gateway has it; the answer comes by the session's events. */
  async send(agentId: string, message: SendMessage["message"]): Promise<void> {
    this.sent.value = message;
    const stream = client.chat.stream({ agent_id: agentId, session_id: this.sessionId, message });
    try {
      for await (const event of stream) {
        if (event.type === "unknown") continue;
        this.#take(event.turn_id, event);
        // The turn goes on without this connection.
        if (this.isFollowed.peek()) break;
      }
    } catch (error) {
      this.sent.value = undefined;
      throw error;
    } finally {
      stream.close();
    }
  }

  /** Ends the turn that is going on; the answer so far is kept. */
  async cancel(): Promise<void> {
    const live = this.live.peek();
    if (live === undefined || isOver(live)) return;
    await client.chat.cancel(live.id);
    await this.refresh();
  }

  async #follow(): Promise<void> {
    if (this.isFollowed.peek() || this.#stop.signal.aborted || !may("sessions.events").isAllowed) return;
    const stream = client.sessions.events(this.sessionId, { signal: this.#stop.signal, maxRetries: 3 });
    try {
      await stream.open();
      this.isFollowed.value = true;
      for await (const event of stream) {
        const turnId = event.type === "turn_started" ? event.turn.turn_id : event.type === "unknown" ? "" : event.turn_id;
        this.#take(turnId, event);
      }
    } catch {
      // It is read every few seconds until it can be followed again.
    }
    this.isFollowed.value = false;
  }

  #take(turnId: string, event: Parameters<typeof applied>[1]): void {
    const known = this.#next ?? this.live.peek();
    const id = turnId === "" ? (known?.id ?? "") : turnId;
    if (this.#ended.has(id)) return;
    const turn = known?.id === id ? known : newTurn(id);
    const next = applied(turn, event);
    if (next === turn) return;
    this.#next = next;
    if (isOver(next)) {
      this.#ended.add(id);
      this.#show();
      void this.refresh();
    } else if (this.#frame === 0) {
      // Many words a second are drawn once a frame. A hidden tab draws no frames.
      this.#frame = isVisible.peek() ? requestAnimationFrame(() => this.#show()) : 0;
      if (this.#frame === 0) this.#show();
    }
  }

  #show(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#next !== undefined) this.live.value = this.#next;
    this.#next = undefined;
  }
}

/** Both lists in order, each message once. */
function merged(before: readonly Message[], after: readonly Message[]): readonly Message[] {
  const ids = new Set(before.map(({ id }) => id));
  const rest = after.filter(({ id }) => !ids.has(id));
  return rest.length === 0 ? before : [...before, ...rest];
}
