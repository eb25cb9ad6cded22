// Fields of passwords: never shown, and known to the browser's own keeper of passwords.

import type { VNode } from "preact";
import { useId } from "preact/hooks";
import type { Value } from "../../parts/formdialog.tsx";
import { titleOf } from "../../parts/form.tsx";
import type { Schema } from "../../parts/schema.ts";

interface PasswordsProps {
  readonly schema: Schema;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

export function Passwords({ schema, value, onChange }: PasswordsProps): VNode {
  const id = useId();
  return (
    <>
      {Object.entries(schema.properties ?? {}).map(([name, property]) => (
        <div class="field" key={name}>
          <label for={`${id}-${name}`}>{titleOf(name)}</label>
          <input
            id={`${id}-${name}`}
            type="password"
            autocomplete={name === "new_password" ? "new-password" : "current-password"}
            aria-describedby={`${id}-${name}-hint`}
            value={String(value[name] ?? "")}
            onInput={(event) => onChange({ ...value, [name]: event.currentTarget.value })}
          />
          <p class="hint" id={`${id}-${name}-hint`}>
            {property.description}
          </p>
        </div>
      ))}
    </>
  );
}
