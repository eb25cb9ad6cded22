// Names with secret values, such as headers and variables. Values that are set are never shown: they stay, go, or are
// written anew.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";

export type Pairs = Readonly<Record<string, string | null>>;

interface PairsProps {
  readonly title: string;
  readonly hint?: string | undefined;
  /** What one of them is called: `header`. */
  readonly one: string;
  /** Names that are set already. */
  readonly kept?: readonly string[] | undefined;
  /** Those that are written; null for one that is to go. */
  readonly value: Pairs;
  readonly onChange: (value: Pairs) => void;
}

interface Row {
  readonly name: string;
  readonly value: string;
}

export function PairsField({ title, hint, one, kept = [], value, onChange }: PairsProps): VNode {
  const rows = useSignal<readonly Row[]>(
    Object.entries(value).flatMap(([name, text]) => (text === null ? [] : [{ name, value: text }])),
  );
  const gone = kept.filter((name) => value[name] === null);
  const tell = (next: readonly Row[], without: readonly string[]): void => {
    rows.value = next;
    const written = next.filter(({ name }) => name.trim() !== "").map((row) => [row.name.trim(), row.value] as const);
    onChange(Object.fromEntries([...without.map((name) => [name, null] as const), ...written]));
  };
  const change = (at: number, row: Row): void => tell(rows.peek().map((it, index) => (index === at ? row : it)), gone);
  return (
    <fieldset>
      <legend>{title}</legend>
      {hint && <p class="hint">{hint}</p>}
      {kept.map((name) => {
        const isGone = gone.includes(name);
        const without = isGone ? gone.filter((it) => it !== name) : [...gone, name];
        return (
          <p key={name}>
            <code>{name}</code> <span class="faint">{isGone ? "will be removed" : "is set; its value is not shown"}</span>{" "}
            <button type="button" class="plain" onClick={() => tell(rows.peek(), without)}>
              {isGone ? `Keep ${name}` : `Remove ${name}`}
            </button>
          </p>
        );
      })}
      {rows.value.map((row, index) => (
        <div class="pair" key={index}>
          <input
            type="text"
            autocomplete="off"
            aria-label={`Name of the ${one} ${index + 1}`}
            placeholder="name"
            value={row.name}
            onInput={(event) => change(index, { ...row, name: event.currentTarget.value })}
          />
          <input
            type="password"
            autocomplete="off"
            aria-label={`Value of the ${one} ${index + 1}`}
            placeholder="value"
            value={row.value}
            onInput={(event) => change(index, { ...row, value: event.currentTarget.value })}
          />
          <button
            type="button"
            class="plain"
            aria-label={`Drop the ${one} ${index + 1}`}
            onClick={() => tell(rows.peek().filter((_, at) => at !== index), gone)}
          >
            ×
          </button>
        </div>
      ))}
      <button type="button" onClick={() => (rows.value = [...rows.peek(), { name: "", value: "" }])}>
        Add a {one}
      </button>
    </fieldset>
  );
}
