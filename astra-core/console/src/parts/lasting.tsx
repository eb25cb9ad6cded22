// How long something lasts: a few usual lengths, or a number of days or hours of one's own.

import type { VNode } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

interface LastingProps {
  readonly title: string;
  /** Seconds; nothing while what is written is no number. */
  readonly value: number | undefined;
  readonly onChange: (seconds: number | undefined) => void;
  readonly choices: readonly number[];
  readonly hint?: string | undefined;
}

const units = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
] as const;

/** `7 days`, `1 hour` */
export function lasting(seconds: number): string {
  if (seconds === 0) return "not at all";
  const [size, unit] = units.find(([it]) => seconds % it === 0) ?? [1, "second"];
  return `${(seconds / size).toLocaleString("en")} ${unit}${seconds === size ? "" : "s"}`;
}

export function Lasting({ title, value, onChange, choices, hint }: LastingProps): VNode {
  const id = useId();
  const isOwn = useSignal(value !== undefined && !choices.includes(value));
  const unit = useSignal<number>(value !== undefined && value % 86_400 === 0 ? 86_400 : 3_600);
  const choose = (text: string): void => {
    isOwn.value = text === "own";
    if (text !== "own") onChange(Number(text));
  };
  const write = (text: string, size: number): void => {
    unit.value = size;
    const number = Number(text);
    onChange(text.trim() === "" || !Number.isFinite(number) ? undefined : Math.round(number * size));
  };
  const own = value === undefined ? "" : String(value / unit.value);
  return (
    <div class="field">
      <label for={id}>{title}</label>
      <select id={id} aria-describedby={hint && `${id}-hint`} onChange={(event) => choose(event.currentTarget.value)}>
        {choices.map((seconds) => (
          <option key={seconds} value={seconds} selected={!isOwn.value && seconds === value}>
            {lasting(seconds)}
          </option>
        ))}
        <option value="own" selected={isOwn.value}>
          another length
        </option>
      </select>
      {isOwn.value && (
        <div class="choices">
          <input
            style={{ width: "8rem" }}
            type="number"
            min={0}
            step="any"
            aria-label={`${title}, how many`}
            value={own}
            onInput={(event) => write(event.currentTarget.value, unit.value)}
          />
          <select
            style={{ width: "8rem" }}
            aria-label={`${title}, of what`}
            value={unit.value}
            onChange={(event) => write(own, Number(event.currentTarget.value))}
          >
            {units.slice(0, 3).map(([size, name]) => (
              <option key={size} value={size}>
                {name}s
              </option>
            ))}
          </select>
        </div>
      )}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
