// Ctrl or Cmd and K: pages, actions of the page, and any id.

import type { VNode } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { client } from "./client.ts";
import { keyActions, keyName } from "./keyboard.ts";
import { addressOf, pages } from "./pages.ts";
import { may } from "./permissions.ts";
import { go, href } from "./router.tsx";
import { Dialog } from "../parts/dialog.tsx";

interface Found {
  readonly title: string;
  readonly note: string;
  readonly run: () => void;
}

const SHOWN_MAX = 12;

function matches(text: string, words: string): boolean {
  const low = words.toLowerCase();
  return text.toLowerCase().split(/\s+/).every((part) => low.includes(part));
}

function found(text: string, agents: readonly string[]): Found[] {
  const asked = text.trim();
  const results: Found[] = [];
  const address = addressOf(asked);
  if (address !== undefined) results.push({ title: `Open ${asked}`, note: "id", run: () => go(address) });
  for (const { title, name, words, key } of pages) {
    if (matches(asked, `${title} ${words}`)) results.push({ title, note: `g ${key}`, run: () => go(href(name)) });
  }
  for (const { title, key, run, isAction } of keyActions.peek()) {
    if (isAction && matches(asked, title)) results.push({ title, note: keyName(key), run });
  }
  for (const id of agents) {
    if (asked !== "" && matches(asked, `agent ${id}`)) {
      results.push({ title: `Agent ${id}`, note: "agent", run: () => go(href("agents", [id])) });
      results.push({ title: `Chat with ${id}`, note: "chat", run: () => go(href("chat", [], { agent: id })) });
    }
  }
  // A request id may have any form that the caller gave it.
  if (/^[\x21-\x7e]{8,128}$/.test(asked) && address === undefined) {
    const run = (): void => go(href("traces", [], { request_id: asked }));
    results.push({ title: `Find the trace of the request ${asked}`, note: "request", run });
  }
  return results.slice(0, SHOWN_MAX);
}

export function Palette({ onClose }: { onClose: () => void }): VNode {
  const id = useId();
  const text = useSignal("");
  const at = useSignal(0);
  const agents = useSignal<readonly string[]>([]);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.focus();
    if (!may("agents.list").isAllowed) return;
    client.agents.list({ limit: 200 }).then(
      ({ items }) => (agents.value = items.map((agent) => agent.id)),
      () => undefined,
    );
  }, []);
  const results = found(text.value, agents.value);
  const choose = (index: number): void => {
    const result = results[index];
    if (result === undefined) return;
    onClose();
    result.run();
  };
  const key = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (by !== 0) at.value = (at.peek() + by + results.length) % Math.max(1, results.length);
    else if (event.key === "Enter") choose(at.peek());
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Go to" onClose={onClose}>
      <input
        ref={input}
        type="text"
        role="combobox"
        list={undefined}
        aria-label="A page, an action, an agent or an id"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={results.length > 0 ? `${id}-${at.value}` : undefined}
        autocomplete="off"
        placeholder="a page, an action, or an id such as trc_…"
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          at.value = 0;
        }}
        onKeyDown={key}
      />
      <ul id={`${id}-list`} role="listbox" class="palette" aria-label="Where to go">
        {results.map((result, index) => (
          <li
            key={`${result.title} ${result.note}`}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at.value}
            onClick={() => choose(index)}
          >
            <span>{result.title}</span> <kbd>{result.note}</kbd>
          </li>
        ))}
      </ul>
      {results.length === 0 && <p class="faint">Nothing is called so.</p>}
    </Dialog>
  );
}

/** `?`: what keys do. */
export function Keys({ onClose }: { onClose: () => void }): VNode {
  const seen = new Set<string>();
  const actions = keyActions.value.toReversed().filter(({ key }) => !seen.has(key) && seen.add(key));
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl class="keys">
        {actions.map(({ key, title }) => (
          <div key={key}>
            <dt>
              <kbd>{keyName(key)}</kbd>
            </dt>
            <dd>{title}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
