// A session as one sees it: its messages, page by page from the newest, and the turn that is going on, whoever began it.

import { batch, computed, type Signal, signal } from "@preact/signals";
import type { Message, MessageToolResult, SendMessage, Trace } from "astra-client";
import { client } from "../../frame/client.ts";
import { isVisible, POLL_MS } from "../../frame/live.ts";
import { may } from "../../frame/permissions.ts";
import { applied, isOver, type LiveTurn, newTurn } from "./turn.ts";

/** Messages of one request. */
const PAGE = 50;

export class Conversation {
  /** The oldest first, in groups that are drawn and left out together. */
  readonly groups = signal<readonly (readonly Message[])[]>([]);
  /** Where older messages begin; nothing if there are none. */
  readonly older = signal<string | undefined>(undefined);
  /** The results of tools, by their calls. */
  readonly results = new Map<string, MessageToolResult>();
  /** How many turns are known to have ended. */
  readonly ended = signal(0);
  readonly live = signal<LiveTurn | undefined>(undefined);
  /** What was sent and is not in the list yet. */
  readonly sent = signal<SendMessage["message"] | undefined>(undefined);
  readonly error = signal<unknown>(undefined);
  readonly isRead = signal(false);
  readonly isFollowed = signal(false);

  /** The turn that has not ended yet. */
  readonly goingId = computed(() => (this.live.value !== undefined && !isOver(this.live.value) ? this.live.value.id : undefined));

  readonly sessionId: string;
  readonly #traces = new Map<string, Signal<Trace | undefined>>();
  #olderTraces: string | undefined;
  readonly #stop = new AbortController();
  #timer: ReturnType<typeof setInterval> | undefined;
  #next: LiveTurn | undefined;
  #frame = 0;
  /** The last message before what was sent. */
  #sentAfter: string | undefined;
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
        if (!this.isRead.peek()) {
          this.older.value = page.nextCursor;
          this.#olderTraces = traces?.nextCursor;
        }
        this.#keep(page.items, traces?.items);
        this.#append(page.items.toReversed());
        this.error.value = undefined;
        this.isRead.value = true;
        if (this.#hasSent(page.items)) this.sent.value = undefined;
        const live = this.live.peek();
        if (live !== undefined && live.turn !== undefined) this.live.value = undefined;
      });
    } catch (error) {
      if (!this.#stop.signal.aborted) this.error.value = error;
    }
  }

  /** Whether what was sent is in the list now. */
  #hasSent(newest: readonly Message[]): boolean {
    const mine = newest.find(({ role }) => role === "user");
    return mine !== undefined && (this.#sentAfter === undefined || mine.id > this.#sentAfter);
  }

  /** Reads the page before the oldest message that is there. */
  async readOlder(): Promise<void> {
    const cursor = this.older.peek();
    if (cursor === undefined) return;
    const options = { limit: PAGE, signal: this.#stop.signal };
    const sessionId = this.sessionId;
    const [page, traces] = await Promise.all([
      client.sessions.listMessages(sessionId, { ...options, cursor }),
      this.#olderTraces && client.traces.list({ sessionId, ...options, cursor: this.#olderTraces }),
    ]);
    batch(() => {
      if (traces) this.#olderTraces = traces.nextCursor;
      this.#keep(page.items, traces ? traces.items : undefined);
      const known = new Set(this.groups.peek()[0]?.map(({ id }) => id));
      const group = page.items.filter(({ id }) => !known.has(id)).toReversed();
      if (group.length > 0) this.groups.value = [group, ...this.groups.peek()];
      this.older.value = page.nextCursor;
    });
  }

  /** What a turn took and cost; nothing until that is known. */
  traceOf(turnId: string): Signal<Trace | undefined> {
    const known = this.#traces.get(turnId) ?? signal<Trace | undefined>(undefined);
    this.#traces.set(turnId, known);
    return known;
  }

  #keep(messages: readonly Message[], traces: readonly Trace[] = []): void {
    for (const { tool_results } of messages) for (const result of tool_results) this.results.set(result.call_id, result);
    for (const trace of traces) this.traceOf(trace.turn_id).value = trace;
    this.ended.value = [...this.#traces.values()].filter((it) => it.peek() !== undefined).length;
  }

  /** Adds the newest messages; a group that has grown is closed at the end of a turn. */
  #append(newest: readonly Message[]): void {
    const groups = [...this.groups.peek()];
    const known = new Set(groups.slice(-3).flatMap((group) => group.map(({ id }) => id)));
    const fresh = newest.filter(({ id }) => !known.has(id));
    if (fresh.length === 0) return;
    const last = groups.pop() ?? [];
    const first = fresh.find(({ turn_id }) => turn_id !== last.at(-1)?.turn_id);
    const at = last.length >= PAGE && first !== undefined ? fresh.indexOf(first) : fresh.length;
    groups.push([...last, ...fresh.slice(0, at)]);
    if (at < fresh.length) groups.push(fresh.slice(at));
    this.groups.value = groups;
  }

  /** Sends a message. It is done when the gateway has it; the answer comes by the session's events. */
  async send(agentId: string, message: SendMessage["message"]): Promise<void> {
    this.#sentAfter = this.groups.peek().at(-1)?.at(-1)?.id;
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
    // The question of a turn is there before its first event, whoever asked it.
    if (turn !== known) void this.refresh();
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
