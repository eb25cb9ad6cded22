// The editor of a definition, as a form and as YAML. Both change the same value; what one does not understand of the
// other is never lost.

import type { VNode } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { AgentDefinition } from "astra-client";
import { client } from "../../frame/client.ts";
import { Form } from "../../parts/form.tsx";
import { useResource } from "../../parts/resource.ts";
import { type Fault, faultsOf } from "../../parts/schema.ts";
import { definitionSchema, fromYaml, toYaml } from "./definition.ts";

interface EditorProps {
  readonly definition: AgentDefinition;
  readonly onChange: (definition: AgentDefinition) => void;
  readonly faults?: readonly Fault[] | undefined;
  readonly isOff?: boolean | undefined;
}

export function Editor({ definition, onChange, faults = [], isOff }: EditorProps): VNode {
  const isYaml = useSignal(false);
  const providers = useResource("inference.list_providers", {}, (options) => client.inference.listProviders({ limit: 200, ...options }));
  const models = useResource("inference.list_models", {}, (options) => client.inference.listModels({ limit: 200, ...options }));
  const choices = {
    "/model/provider": providers.data?.items.map(({ name }) => name) ?? [],
    "/model/model": models.data?.items.map(({ name }) => name) ?? [],
  };
  const found = [...faults, ...faultsOf(definition, definitionSchema)];
  return (
    <>
      <div class="choices" role="group" aria-label="How to edit">
        <button type="button" aria-pressed={!isYaml.value} onClick={() => (isYaml.value = false)}>
          Form
        </button>
        <button type="button" aria-pressed={isYaml.value} onClick={() => (isYaml.value = true)}>
          YAML
        </button>
      </div>
      {isYaml.value ? (
        <Yaml definition={definition} onChange={onChange} isOff={isOff} />
      ) : (
        <Form
          schema={definitionSchema}
          value={definition as Record<string, unknown>}
          faults={found}
          choices={choices}
          long={["system_prompt"]}
          isOff={isOff}
          onChange={(next) => onChange(next as AgentDefinition)}
        />
      )}
    </>
  );
}

function Yaml({ definition, onChange, isOff }: EditorProps): VNode {
  const id = useId();
  const text = useSignal(toYaml(definition));
  const faults = useSignal<readonly Fault[]>([]);
  const change = (next: string): void => {
    text.value = next;
    const read = fromYaml(next);
    if ("fault" in read) {
      faults.value = [read.fault];
      return;
    }
    faults.value = faultsOf(read.value, definitionSchema);
    if (typeof read.value === "object" && read.value !== null && !Array.isArray(read.value)) onChange(read.value as AgentDefinition);
  };
  return (
    <div class="field">
      <label for={id}>Definition</label>
      <textarea
        id={id}
        class="mono"
        rows={Math.min(40, Math.max(12, text.value.split("\n").length + 1))}
        spellcheck={false}
        value={text.value}
        disabled={isOff}
        aria-invalid={faults.value.length > 0}
        aria-describedby={`${id}-faults`}
        onInput={(event) => change(event.currentTarget.value)}
      />
      <ul id={`${id}-faults`} class="fault">
        {faults.value.map(({ pointer, detail }) => (
          <li key={pointer + detail}>
            <code>{pointer === "" ? "the text" : pointer}</code> {detail}
          </li>
        ))}
      </ul>
    </div>
  );
}
