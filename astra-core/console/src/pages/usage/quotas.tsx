// The quotas of the workspace: what was used of each, when its period moves on, and a way to set them.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { PutQuotas, WorkspaceQuotaState } from "astra-client";
import schema from "../../../client/schemas/PutQuotas.json";
import { client, PreconditionFailedError } from "../../frame/client.ts";
import { useKeys } from "../../frame/keyboard.ts";
import { may } from "../../frame/permissions.ts";
import { me } from "../../frame/session.ts";
import { Action } from "../../parts/action.tsx";
import { Shown } from "../../parts/empty.tsx";
import { FormDialog, type Value } from "../../parts/formdialog.tsx";
import { count, percent, usd } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import type { Schema } from "../../parts/schema.ts";
import { Time } from "../../parts/time.tsx";

type Name = keyof WorkspaceQuotaState["used"];

const quotas: readonly (readonly [name: Name, title: string])[] = [
  ["tokens_per_hour", "Tokens, this hour"],
  ["tokens_per_day", "Tokens, 24 hours"],
  ["tokens_per_month", "Tokens, this month"],
  ["turns_per_day", "Turns, 24 hours"],
  ["cost_usd_per_day", "Cost, 24 hours"],
  ["cost_usd_per_month", "Cost, this month"],
];
const set = ["version", "used", "hour_ends_at", "month_ends_at", "updated_at"];

interface Tagged {
  readonly state: WorkspaceQuotaState;
  readonly etag: string | undefined;
}

export function Quotas(): VNode {
  const id = me.value?.workspace_id ?? "";
  const isEdited = useSignal(false);
  const of = useResource(
    "workspaces.get_quotas",
    { id, withTag: true },
    async (options): Promise<Tagged> => {
      const { data, response } = await client.workspaces.getQuotas(id, options).withResponse();
      return { state: data, etag: response.headers.get("etag") ?? undefined };
    },
    { live: ["agent.completed", "agent.failed", "quota.exceeded"] },
  );
  const edit = (): void => void (isEdited.value = may("workspaces.put_quotas").isAllowed && of.data !== undefined);
  useKeys([{ key: "e", title: "Set the quotas", run: edit, isAction: true }]);
  return (
    <section aria-labelledby="quotas-title">
      <div class="heading">
        <h2 id="quotas-title">Quotas</h2>
        <Action op="workspaces.put_quotas" onPress={edit}>
          Set the quotas
        </Action>
      </div>
      <Shown of={of}>
        {(tagged) => (
          <>
            <QuotaTable state={tagged.state} />
            {isEdited.value && (
              <Edit of={tagged} onPut={of.put} onReload={of.reload} onClose={() => (isEdited.value = false)} />
            )}
          </>
        )}
      </Shown>
    </section>
  );
}

function QuotaTable({ state }: { state: WorkspaceQuotaState }): VNode {
  return (
    <div class="scrolls" role="region" aria-label="Quotas of the workspace" tabIndex={0}>
      <table>
        <caption class="unseen">Quotas of the workspace</caption>
        <thead>
          <tr>
            <th scope="col">Quota</th>
            <th scope="col" class="number">
              Used
            </th>
            <th scope="col" class="number">
              Limit
            </th>
            <th scope="col" class="wide">
              Share
            </th>
            <th scope="col" class="wide">
              Moves on
            </th>
          </tr>
        </thead>
        <tbody>
          {quotas.map(([name, title]) => {
            const format = name.startsWith("cost") ? usd : count;
            const limit = state[name];
            const used = state.used[name];
            return (
              <tr key={name}>
                <th scope="row">{title}</th>
                <td class="number">{format(used)}</td>
                <td class="number">{limit === null ? <span class="faint">none</span> : format(limit)}</td>
                <td class="wide">{limit !== null && <Share part={used / limit} />}</td>
                <td class="wide">
                  <Time of={name.endsWith("month") ? state.month_ends_at : state.hour_ends_at} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Full at the limit, also when more was used: turns that ran at the same time may end above it. */
function Share({ part }: { part: number }): VNode {
  const kind = part >= 1 ? "bad" : part >= 0.8 ? "warn" : "good";
  return (
    <>
      <span class="meter" aria-hidden="true">
        <span class={`filled ${kind}`} style={{ width: `${Math.min(100, part * 100)}%` }} />
      </span>
      <span class={`small ${kind === "good" ? "faint" : kind}`}>
        {percent(part)}
        {part >= 1 && ", used up"}
      </span>
    </>
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
  const names = quotas.map(([name]) => name);
  const value = useSignal<Value>(
    Object.fromEntries(names.flatMap((name) => (begun.state[name] === null ? [] : [[name, begun.state[name]]]))),
  );
  const send = async (body: Value): Promise<void> => {
    const id = me.peek()?.workspace_id ?? "";
    try {
      const { data, response } = await client.workspaces
        .putQuotas(id, body as PutQuotas, { ifMatch: begun.etag })
        .withResponse();
      onPut({ state: data, etag: response.headers.get("etag") ?? undefined });
    } catch (error) {
      if (error instanceof PreconditionFailedError) onReload();
      throw error;
    }
  };
  return (
    <FormDialog
      title="Set the quotas"
      op="workspaces.put_quotas"
      action="Save"
      done="The quotas were saved."
      schema={schema as unknown as Schema}
      hidden={set}
      value={value.value}
      onChange={(next) => (value.value = next)}
      before={<p>They hold for all agents together, from the next request on. A field that is empty sets no limit.</p>}
      onSend={send}
      onClose={onClose}
    />
  );
}
