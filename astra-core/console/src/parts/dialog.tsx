// Dialogs: the browser's own, which keep the focus and close by Escape.

import type { ComponentChildren, VNode } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { attempt } from "../frame/notices.tsx";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly isWide?: boolean;
}

export function Dialog({ title, onClose, children, isWide }: DialogProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} class={isWide ? "broad" : undefined} aria-labelledby={id} onClose={onClose}>
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" class="plain" aria-label="Close" onClick={() => dialog.current?.close()}>
          ×
        </button>
      </header>
      {children}
    </dialog>
  );
}

interface ConfirmProps {
  readonly title: string;
  /** What will happen. */
  readonly children: ComponentChildren;
  /** What the button says: `Delete the agent`. */
  readonly action: string;
  /** What the person has to type first, for what cannot be taken back. */
  readonly typed?: string | undefined;
  readonly done?: string | undefined;
  readonly onConfirm: () => PromiseLike<unknown>;
  readonly onClose: () => void;
}

/** Asks before something is done that takes away. */
export function Confirm({ title, children, action, typed, done, onConfirm, onClose }: ConfirmProps): VNode {
  const text = useSignal("");
  const isBusy = useSignal(false);
  const isReady = typed === undefined || text.value === typed;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!isReady || isBusy.peek()) return;
    isBusy.value = true;
    const isDone = await attempt(onConfirm, done);
    isBusy.value = false;
    if (isDone) onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        {children}
        {typed !== undefined && (
          <label class="field">
            <span>
              Type <code>{typed}</code> to confirm
            </span>
            <input autocomplete="off" value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
          </label>
        )}
        <div class="buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="danger" disabled={!isReady || isBusy.value}>
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
