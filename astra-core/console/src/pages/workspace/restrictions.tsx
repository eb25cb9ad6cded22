// Which providers and models the workspace may ask: all, or only those that are named.

import type { VNode } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { PutRestrictions, WorkspaceRestrictions } from "astra-client";
import schema from "../../../client/schemas/PutRestrictions.json";
import { client, PreconditionFailedError } from "../../frame/client.ts";
import { useKeys } from "../../frame/keyboard.ts";
import { may } from "../../frame/permissions.ts";
import { me } from "../../frame/session.ts";
import { Action } from "../../parts/action.tsx";
import { Shown } from "../../parts/empty.tsx";
import { FormDialog, type Value } from "../../parts/formdialog.tsx";
import { useResource } from "../../parts/resource.ts";
import type { Schema } from "../../parts/schema.ts";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";

interface Tagged {
  readonly state: WorkspaceRestrictions;
  readonly etag: string | undefined;
}

export function Restrictions(): VNode {
  const id = me.value?.workspace_id ?? "";
  const isEdited = useSignal(false);
  const of = useResource("workspaces.get_restrictions", { id }, async (options): Promise<Tagged> => {
    const { data, response } = await client.workspaces.getRestrictions(id, options).withResponse();
    return { state: data, etag: response.headers.get("etag") ?? undefined };
  });
  const edit = (): void =>
    void (isEdited.value = may("workspaces.put_restrictions").isAllowed && of.data !== undefined);
  useKeys([{ key: "e", title: "Change the restrictions", run: edit, isAction: true }]);
  return (
    <Shown of={of}>
      {(tagged) => (
        <>
          <dl class="facts">
            <dt>Providers</dt>
            <dd>
              <Names of={tagged.state.providers} what="provider" />
            </dd>
            <dt>Models</dt>
            <dd>
              <Names of={tagged.state.models} what="model" />
            </dd>
            <dt>Changed</dt>
            <dd>
              <Time of={tagged.state.updated_at} />
            </dd>
          </dl>
          <p class="small faint">
            They hold for all that asks a model for the workspace. An agent whose model is not allowed is refused when
            it is asked.
          </p>
          <div class="buttons">
            <Action op="workspaces.put_restrictions" onPress={edit}>
              Change
            </Action>
          </div>
          {isEdited.value && (
            <Edit of={tagged} onPut={of.put} onReload={of.reload} onClose={() => (isEdited.value = false)} />
          )}
        </>
      )}
    </Shown>
  );
}

function Names({ of, what }: { of: readonly string[] | null; what: string }): VNode {
  if (of === null) return <>all</>;
  if (of.length === 0) return <strong class="bad">none: no {what} may be asked</strong>;
  return (
    <ul>
      {of.map((name) => (
        <li key={name}>
          <Text>{name}</Text>
        </li>
      ))}
    </ul>
  );
}

interface EditProps {
  readonly of: Tagged;
  readonly onPut: (next: Tagged) => void;
  readonly onReload: () => void;
  readonly onClose: () => void;
}

/** Only the version that was shown when the dialog opened is changed. */
function Edit({ of, onPut, onReload, onClose }: EditProps): VNode {
  const begun = useSignal(of).value;
  const value = useSignal<Value>({ providers: begun.state.providers, models: begun.state.models });
  const providers = useResource("inference.list_providers", { limit: 200 }, (options) =>
    client.inference.listProviders({ limit: 200, ...options }),
  );
  const configured = providers.data?.items.filter(({ is_configured }) => is_configured).map(({ name }) => name) ?? [];
  const set = (name: string) => (next: readonly string[] | null) => {
    value.value = { ...value.peek(), [name]: next };
  };
  const send = async (body: Value): Promise<void> => {
    const id = me.peek()?.workspace_id ?? "";
    try {
      const options = { ifMatch: begun.etag };
      const { data, response } = await client.workspaces
        .putRestrictions(id, body as PutRestrictions, options)
        .withResponse();
      onPut({ state: data, etag: response.headers.get("etag") ?? undefined });
    } catch (error) {
      if (error instanceof PreconditionFailedError) onReload();
      throw error;
    }
  };
  return (
    <FormDialog
      title="Change the restrictions"
      op="workspaces.put_restrictions"
      action="Save"
      done="The restrictions were saved."
      schema={schema as unknown as Schema}
      hidden={Object.keys(schema.properties)}
      value={value.value}
      onChange={(next) => (value.value = next)}
      onSend={send}
      onClose={onClose}
    >
      <NamesField
        title="Providers"
        value={value.value["providers"] as readonly string[] | null}
        hint={
          configured.length === 0 ? "Their names, one a line." : `One a line. Configured are: ${configured.join(", ")}.`
        }
        onChange={set("providers")}
      />
      <NamesField
        title="Models"
        value={value.value["models"] as readonly string[] | null}
        hint="One a line. In a name * stands for any text: claude-*."
        onChange={set("models")}
      />
    </FormDialog>
  );
}

interface NamesFieldProps {
  readonly title: string;
  readonly hint: string;
  readonly value: readonly string[] | null;
  readonly onChange: (value: readonly string[] | null) => void;
}

function NamesField({ title, hint, value, onChange }: NamesFieldProps): VNode {
  const id = useId();
  const text = useSignal(value?.join("\n") ?? "");
  const names = (): string[] =>
    text
      .peek()
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
  return (
    <fieldset>
      <legend>{title}</legend>
      <label class="check">
        <input type="radio" name={id} checked={value === null} onChange={() => onChange(null)} />
        <span>all</span>
      </label>{" "}
      <label class="check">
        <input type="radio" name={id} checked={value !== null} onChange={() => onChange(names())} />
        <span>only these</span>
      </label>
      {value !== null && (
        <>
          <textarea
            aria-label={`${title} that may be asked`}
            aria-describedby={`${id}-hint`}
            rows={4}
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
              onChange(names());
            }}
          />
          <p class="hint" id={`${id}-hint`}>
            {hint}
          </p>
          {value.length === 0 && <p class="fault">With an empty list, none may be asked.</p>}
        </>
      )}
    </fieldset>
  );
}
