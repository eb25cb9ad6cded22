// Copies a text. Pages that came without TLS have no clipboard: there the text is selected in a hidden field.

import type { ComponentChildren, VNode } from "preact";
import { complain, say } from "../frame/notices.tsx";

export async function copy(text: string, what = "It"): Promise<void> {
  try {
    if (navigator.clipboard === undefined) copyByField(text);
    else await navigator.clipboard.writeText(text).catch(() => copyByField(text));
    say(`${what} was copied.`);
  } catch (error) {
    complain(error);
  }
}

function copyByField(text: string): void {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  field.setAttribute("aria-hidden", "true");
  // A modal dialog makes everything outside of it inert.
  const place = document.querySelector("dialog[open]") ?? document.body;
  const before = document.activeElement;
  place.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  if (!isCopied) throw new Error("The browser does not let the page copy: select the text and copy it yourself.");
}

export function Copy({ text, what, children }: { text: string; what?: string; children?: ComponentChildren }): VNode {
  return (
    <button type="button" class="plain copy" aria-label={what ? `Copy ${what}` : "Copy"} onClick={() => void copy(text)}>
      {children ?? "Copy"}
    </button>
  );
}

/** An id with its copy button. */
export function Id({ id }: { id: string }): VNode {
  return (
    <span class="id">
      <code>{id}</code>
      <Copy text={id} what={id} />
    </span>
  );
}
