// The choice of scopes: all that there are by default, or only some.

import type { VNode } from "preact";
import { useId } from "preact/hooks";

interface ScopesProps {
  readonly title: string;
  /** What "all" is: `all that its role can use`. */
  readonly all: string;
  /** Those to choose from. */
  readonly from: readonly string[];
  /** Nothing for all. */
  readonly value: readonly string[] | undefined;
  readonly onChange: (value: readonly string[] | undefined) => void;
  /** Whether "all" may be chosen: it may not where a list is replaced by another one. */
  readonly hasAll?: boolean;
}

export function Scopes({ title, all, from, value, onChange, hasAll = true }: ScopesProps): VNode {
  const id = useId();
  const groups = [...new Set(from.map((scope) => scope.split(":")[0] ?? scope))];
  const toggle = (scope: string, isOn: boolean): void => {
    const others = (value ?? []).filter((it) => it !== scope);
    onChange(isOn ? [...others, scope] : others);
  };
  return (
    <fieldset>
      <legend>{title}</legend>
      {hasAll && (
        <>
          <label class="check">
            <input type="radio" name={id} checked={value === undefined} onChange={() => onChange(undefined)} />
            <span>{all}</span>
          </label>{" "}
          <label class="check">
            <input type="radio" name={id} checked={value !== undefined} onChange={() => onChange([])} />
            <span>only these</span>
          </label>
        </>
      )}
      {value !== undefined && (
        <div class="scopes">
          {groups.map((group) => (
            <div key={group} role="group" aria-label={group}>
              {from
                .filter((scope) => scope.split(":")[0] === group)
                .map((scope) => (
                  <label class="check" key={scope}>
                    <input
                      type="checkbox"
                      checked={value.includes(scope)}
                      onChange={(event) => toggle(scope, event.currentTarget.checked)}
                    />
                    <span>{scope}</span>
                  </label>
                ))}
            </div>
          ))}
        </div>
      )}
    </fieldset>
  );
}

/** Some scopes as tags; all of them behind a summary. */
export function ScopeList({ of }: { of: readonly string[] }): VNode {
  return (
    <details>
      <summary>
        {of.length} {of.length === 1 ? "scope" : "scopes"}
      </summary>
      <p class="small">
        {of.map((scope) => (
          <span key={scope}>
            <span class="tag">{scope}</span>{" "}
          </span>
        ))}
      </p>
    </details>
  );
}
