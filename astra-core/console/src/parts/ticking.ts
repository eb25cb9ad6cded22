// Asking again and again, for what changes without an event: only while the tab is visible and lists are not paused.

import { useEffect, useRef } from "preact/hooks";
import { isPaused, isVisible, POLL_MS } from "../frame/live.ts";

/** Runs `run` every so often while `isWanted`. */
export function useTicking(run: () => void, isWanted: boolean, everyMs = POLL_MS): void {
  const latest = useRef(run);
  latest.current = run;
  const ticks = isWanted && isVisible.value && !isPaused.value;
  useEffect(() => {
    if (!ticks) return;
    const timer = setInterval(() => latest.current(), everyMs);
    return () => clearInterval(timer);
  }, [ticks, everyMs]);
}
