// What happens in the workspace, as it happens: one stream of events for the tab, open while the tab is visible. Callers
// without a stream (viewers, or when it broke) ask again every 5 seconds, and only while the tab is visible.

import { useEffect } from "preact/hooks";
import { effect, signal } from "@preact/signals";
import type { EventStream, UnknownEvent, WorkspaceEvent } from "astra-client";
import { client } from "./client.ts";
import { may } from "./permissions.ts";
import { epoch, me, signedIn } from "./session.ts";

export type LiveEvent = WorkspaceEvent | UnknownEvent;

/** Whether events come by the stream. */
export const isStreaming = signal(false);
export const isVisible = signal(document.visibilityState === "visible");
document.addEventListener("visibilitychange", () => {
  isVisible.value = document.visibilityState === "visible";
});

/** Whether lists stand still while one reads them, and how many events came meanwhile. */
export const isPaused = signal(false);
export const missed = signal(0);

export function pause(isWanted: boolean): void {
  isPaused.value = isWanted;
  missed.value = 0;
}

export const POLL_MS = 5_000;
const AGAIN_MS = 15_000;

type Listener = (event: LiveEvent) => void;
const listeners = new Set<Listener>();
let stream: EventStream<LiveEvent> | undefined;
let lastEventId: string | undefined;
let again: ReturnType<typeof setTimeout> | undefined;

function close(): void {
  clearTimeout(again);
  stream?.close();
  stream = undefined;
  isStreaming.value = false;
}

async function follow(workspaceId: string): Promise<void> {
  const mine: EventStream<LiveEvent> = client.workspaces.events(workspaceId, {
    ...(lastEventId === undefined ? {} : { lastEventId }),
    maxRetries: 2,
  });
  stream = mine;
  try {
    await mine.open();
    if (stream !== mine) return;
    isStreaming.value = true;
    for await (const { id, data } of mine.frames()) {
      if (id !== "") lastEventId = id;
      if (isPaused.peek()) missed.value += 1;
      for (const listener of listeners) listener(data);
    }
  } catch {
    // What asks every 5 seconds takes over until the stream is back.
  }
  if (stream !== mine) return;
  isStreaming.value = false;
  stream = undefined;
  again = setTimeout(() => void follow(workspaceId), AGAIN_MS);
}

let ofEpoch = -1;
effect(() => {
  const isWanted = signedIn.value === "in" && isVisible.value && may("workspaces.events").isAllowed;
  const workspaceId = me.value?.workspace_id;
  if (epoch.value !== ofEpoch) {
    ofEpoch = epoch.value;
    lastEventId = undefined;
    close();
  }
  if (!isWanted || workspaceId === undefined) close();
  else if (stream === undefined) void follow(workspaceId);
});

/** Calls `listener` with each event while a component is shown. */
export function useLive(listener: Listener | undefined): void {
  useEffect(() => {
    if (listener === undefined) return;
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, [listener]);
}

/** Whether an event's type is one of `types`; `job.*` stands for all that begin so. */
export function isOf(event: LiveEvent, types: readonly string[]): boolean {
  const type = event.type === "unknown" ? event.event : event.type;
  return types.some((it) => it === type || (it.endsWith("*") && type.startsWith(it.slice(0, -1))));
}
