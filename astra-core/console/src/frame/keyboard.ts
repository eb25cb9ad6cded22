// Keys. Pages say with `useKeys` what theirs do; `?` lists what there is. Single keys do nothing in fields, and nothing
// at all if the person switched them off.

import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";
import { hasKeys } from "./theme.ts";

/** What a key does. */
export interface KeyAction {
  /** `e`, `?`, `[`, `shift+y`, `g c` for two keys after each other, `mod+k` for Ctrl or Cmd. */
  readonly key: string;
  readonly title: string;
  readonly run: () => void;
  /** Also in the palette, as an action of the page. */
  readonly isAction?: boolean;
}

/** All that keys do now, the page's own last. */
export const keyActions = signal<readonly KeyAction[]>([]);

let first = "";
let firstAt = 0;
const PAIR_MS = 1_200;

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

function nameOf(event: KeyboardEvent): string {
  const isMod = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  // The question mark is a shifted key on most keyboards: only letters say `shift`.
  const isShifted = event.shiftKey && /^[a-z]$/.test(key);
  return `${isMod ? "mod+" : ""}${isShifted ? "shift+" : ""}${key}`;
}

function find(key: string): KeyAction | undefined {
  return keyActions.peek().findLast((action) => action.key === key);
}

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const name = nameOf(event);
  const isSingle = !name.startsWith("mod+");
  if (isSingle && (!hasKeys.peek() || isTyping(event.target) || document.querySelector("dialog[open]"))) return;
  // Enter on a button or a link is theirs.
  if (name === "Enter" && event.target instanceof Element && event.target.closest("a, button, summary")) return;
  const pair = first !== "" && Date.now() - firstAt < PAIR_MS ? find(`${first} ${name}`) : undefined;
  first = name;
  firstAt = Date.now();
  const action = pair ?? find(name);
  if (action === undefined) return;
  if (pair !== undefined) first = "";
  event.preventDefault();
  action.run();
});

/** Says what keys do while a component is shown. */
export function useKeys(actions: readonly KeyAction[]): void {
  useEffect(() => {
    keyActions.value = [...keyActions.peek(), ...actions];
    return () => {
      keyActions.value = keyActions.peek().filter((action) => !actions.includes(action));
    };
  });
}

/** A key as people read it. */
export function keyName(key: string): string {
  const mod = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";
  return key.replace(/^mod\+(.*)$/, (_, rest: string) => `${mod} ${rest.toUpperCase()}`).replace("shift+", "Shift ");
}
