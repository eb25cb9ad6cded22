// A secret that the gateway shows once. Nothing closes it by mistake: the person says that it is kept.

import type { ComponentChildren, VNode } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Copy } from "./copy.tsx";

interface SecretProps {
  readonly title: string;
  /** Name and text of each; the first one is the secret itself. */
  readonly texts: readonly (readonly [name: string, text: string])[];
  readonly children?: ComponentChildren;
  readonly onClose: () => void;
}

export function Secret({ title, texts, children, onClose }: SecretProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={onClose}
      onKeyDown={(event) => {
        // The browser closes a dialog at the second Escape, even if the first one was refused.
        if (event.key === "Escape") event.preventDefault();
      }}
      onCancel={(event) => event.preventDefault()}
    >
      <header>
        <h2 id={id}>{title}</h2>
      </header>
      <p>
        <strong>It is shown only this once.</strong> The gateway does not store it and cannot show it again.
      </p>
      {texts.map(([name, text], index) => (
        <div class="field" key={name}>
          <label for={`${id}-${index}`}>{name}</label>
          <textarea
            id={`${id}-${index}`}
            class="mono"
            readOnly
            rows={Math.min(6, Math.ceil(text.length / 50))}
            value={text}
            onFocus={(event) => event.currentTarget.select()}
          />
          <Copy text={text} what={name} />
        </div>
      ))}
      {children}
      <div class="buttons">
        <button type="button" class="primary" onClick={() => dialog.current?.close()}>
          I have kept it
        </button>
      </div>
    </dialog>
  );
}
