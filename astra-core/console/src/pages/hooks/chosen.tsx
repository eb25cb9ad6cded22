// Some of many: boxes to tick. None ticked stands for something of its own, which is said.

import type { VNode } from "preact";

interface ChosenProps {
  readonly title: string;
  /** What it means that none is chosen. */
  readonly none: string;
  readonly choices: readonly (readonly [value: string, description: string])[];
  readonly value: readonly string[];
  readonly onChange: (value: readonly string[]) => void;
}

export function Chosen({ title, none, choices, value, onChange }: ChosenProps): VNode {
  // What is chosen and not known here any more can be taken out still.
  const gone = value.filter((name) => !choices.some(([known]) => known === name)).map((name) => [name, ""] as const);
  const all = [...choices, ...gone];
  const turn = (name: string, isChosen: boolean): void =>
    onChange(isChosen ? [...value, name] : value.filter((it) => it !== name));
  return (
    <fieldset>
      <legend>{title}</legend>
      <p class="hint">{value.length === 0 ? `None is ticked: ${none}.` : `${value.length} of ${all.length} are ticked.`}</p>
      <div class="events">
        {all.map(([name, description]) => (
          <label class="check" key={name} title={description || undefined}>
            <input type="checkbox" checked={value.includes(name)} onChange={(event) => turn(name, event.currentTarget.checked)} />
            <code>{name}</code>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
