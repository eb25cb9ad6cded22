// Where a message is written: Enter sends, Shift and Enter begins a line. Pictures go along as part of the message.

import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { MessageContent } from "astra-client";
import { attempt, complain } from "../../frame/notices.tsx";
import { nothingUnsaved, useUnsaved } from "../../frame/router.tsx";

interface ComposerProps {
  readonly isBusy: boolean;
  /** Why nothing can be sent. */
  readonly isOff: string | undefined;
  readonly onSend: (message: MessageContent) => Promise<void>;
  readonly onCancel: () => void;
}

interface Attached {
  readonly name: string;
  readonly url: string;
}

/** The gateway takes 1 MiB a request; base 64 needs a third more. */
const PICTURES_MAX = 700_000;

export function Composer({ isBusy, isOff, onSend, onCancel }: ComposerProps): VNode {
  const text = useSignal("");
  const pictures = useSignal<readonly Attached[]>([]);
  const file = useRef<HTMLInputElement>(null);
  useUnsaved(text.value.trim().length > 200 ? "The message is not sent yet. Leave it?" : undefined);
  const send = async (): Promise<void> => {
    const words = text.peek().trim();
    const attached = pictures.peek();
    if ((words === "" && attached.length === 0) || isOff !== undefined) return;
    text.value = "";
    pictures.value = [];
    nothingUnsaved();
    const parts = attached.map(({ url }) => ({ type: "image_url" as const, image_url: { url } }));
    const message = parts.length === 0 ? words : [{ type: "text" as const, text: words }, ...parts];
    const isSent = await attempt(() => onSend(message));
    if (isSent || text.peek() !== "") return;
    text.value = words;
    pictures.value = attached;
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void send();
  };
  const attach = async (files: FileList | null): Promise<void> => {
    for (const one of files ?? []) {
      const total = one.size + pictures.peek().reduce((sum, { url }) => sum + url.length * 0.75, 0);
      if (total > PICTURES_MAX) complain(new Error(`${one.name} is too large: a message takes 700 kB of pictures.`));
      else pictures.value = [...pictures.peek(), { name: one.name, url: await dataUrl(one) }];
    }
    if (file.current) file.current.value = "";
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {pictures.value.length > 0 && (
        <ul class="attached" aria-label="Pictures">
          {pictures.value.map((picture) => (
            <li key={picture.url}>
              <img src={picture.url} alt={picture.name} />
              <button
                type="button"
                class="plain"
                aria-label={`Leave ${picture.name} out`}
                onClick={() => (pictures.value = pictures.peek().filter((it) => it !== picture))}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      <label class="unseen" for="composer">
        Message
      </label>
      <textarea
        id="composer"
        rows={Math.min(10, Math.max(2, text.value.split("\n").length))}
        placeholder="Write a message"
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
        onKeyDown={key}
        aria-describedby="composer-hint"
      />
      <div class="buttons">
        <button type="submit" class="primary" aria-disabled={isOff !== undefined} title={isOff}>
          Send
        </button>
        <button type="button" aria-disabled={!isBusy} onClick={() => isBusy && onCancel()}>
          Cancel the turn
        </button>
        <button type="button" onClick={() => file.current?.click()}>
          Add a picture
        </button>
        <input
          ref={file}
          type="file"
          accept="image/png,image/jpeg,image/gif,image/webp"
          multiple
          hidden
          aria-label="Pictures to add"
          onChange={(event) => void attach(event.currentTarget.files)}
        />
        <span id="composer-hint" class="small faint">
          {isOff ?? "Enter sends, Shift and Enter begins a line."}
        </span>
      </div>
    </form>
  );
}

function dataUrl(file: File): Promise<string> {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => fail(new Error(`${file.name} cannot be read.`));
    reader.readAsDataURL(file);
  });
}
