// The choice of a role, with what each one may do.

import type { VNode } from "preact";
import { useId } from "preact/hooks";
import { me } from "../../frame/session.ts";
import { givable, meanings, roles } from "./roles.ts";

export function RoleField({ value, onChange }: { value: string; onChange: (role: string) => void }): VNode {
  const name = useId();
  const allowed = givable(me.value?.role ?? "viewer");
  return (
    <fieldset>
      <legend>Role</legend>
      {roles.map((role) => (
        <div key={role}>
          <label class="check">
            <input
              type="radio"
              name={name}
              checked={value === role}
              disabled={!allowed.includes(role)}
              onChange={() => onChange(role)}
            />
            <span>
              {role} <span class="faint small">{meanings[role]}</span>
              {!allowed.includes(role) && <span class="faint small">; above your own role</span>}
            </span>
          </label>
        </div>
      ))}
    </fieldset>
  );
}
