// A field for a time. The person writes it in the browser's own zone; what is sent is UTC.

import type { VNode } from "preact";
import { useId } from "preact/hooks";

interface WhenProps {
  readonly title: string;
  readonly hint?: string | undefined;
  readonly isRequired?: boolean | undefined;
  readonly value: string | null | undefined;
  readonly onChange: (value: string | undefined) => void;
}

export function localOf(value: string | null | undefined): string {
  const time = value == null ? NaN : Date.parse(value);
  if (Number.isNaN(time)) return "";
  return new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 19).replace(/:00$/, "");
}

export function When({ title, hint, isRequired, value, onChange }: WhenProps): VNode {
  const id = useId();
  const set = (text: string): void => onChange(text === "" ? undefined : new Date(text).toISOString());
  return (
    <div class="field">
      <label for={id}>
        {title}
        {isRequired && <span class="faint"> (required)</span>}
      </label>
      <input
        id={id}
        type="datetime-local"
        step={1}
        aria-describedby={hint && `${id}-hint`}
        value={localOf(value)}
        onChange={(event) => set(event.currentTarget.value)}
      />
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
