// A new schedule, and another one of an old: with a preview of its times while it is written.

import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { CreateSchedule, Schedule, UpdateSchedule } from "astra-client";
import createSchema from "../../../client/schemas/CreateSchedule.json";
import { client, PreconditionFailedError } from "../../frame/client.ts";
import { go, href } from "../../frame/router.tsx";
import { FormDialog } from "../../parts/formdialog.tsx";
import { patchFrom } from "../../parts/patch.ts";
import type { Schema } from "../../parts/schema.ts";
import { type Tagged, tagged } from "../../parts/tagged.ts";
import { When } from "../../parts/when.tsx";
import { About, type Value } from "./payload.tsx";
import { Preview } from "./preview.tsx";
import { ownZone, zones } from "./zone.ts";

const schema = createSchema as unknown as Schema;
const SETTLE_MS = 400;

const usual: readonly (readonly [expression: string, title: string])[] = [
  ["0 * * * *", "every hour"],
  ["0 9 * * *", "every day at 9:00"],
  ["0 9 * * MON-FRI", "every weekday at 9:00"],
  ["0 9 * * MON", "every Monday at 9:00"],
  ["0 0 1 * *", "at the beginning of each month"],
];

interface FieldsProps {
  readonly title: string;
  readonly op: "cron.create" | "cron.update";
  readonly action: string;
  readonly done: string;
  readonly value: Value;
  readonly onSend: (value: Value) => Promise<void>;
  readonly onClose: () => void;
}

function Fields({ title, op, action, done, value: first, onSend, onClose }: FieldsProps): VNode {
  const value = useSignal<Value>(first);
  const set = (name: string, inner: unknown): void => {
    const { [name]: _, ...rest } = value.peek();
    value.value = inner === undefined ? rest : { ...rest, [name]: inner };
  };
  const { expression, timezone, starts_at, ends_at } = value.value as Record<string, string | undefined>;
  const job = (value.value["job"] ?? {}) as Value;
  return (
    <FormDialog
      title={title}
      op={op}
      action={action}
      done={done}
      schema={schema}
      hidden={["job", "starts_at", "ends_at", ...(op === "cron.update" ? ["is_paused"] : [])]}
      choices={{ "/timezone": zones() }}
      value={value.value}
      before={
        <label class="field">
          <span>Often used</span>
          <select
            value={usual.some(([it]) => it === expression) ? expression : ""}
            onChange={(event) => set("expression", event.currentTarget.value || undefined)}
          >
            <option value="">an expression of one's own</option>
            {usual.map(([it, words]) => (
              <option key={it} value={it}>
                {words}
              </option>
            ))}
          </select>
        </label>
      }
      onChange={(next) => (value.value = next)}
      onSend={onSend}
      onClose={onClose}
    >
      <Coming expression={expression ?? ""} timezone={timezone ?? "UTC"} startsAt={starts_at} endsAt={ends_at} />
      <fieldset>
        <legend>Job</legend>
        <About
          type={String(job["type"] ?? "")}
          payload={(job["payload"] ?? {}) as Value}
          onChange={(type, payload) => set("job", { ...job, type, payload })}
        />
      </fieldset>
      <When title="Not before" hint="There is no run before this time." value={starts_at} onChange={(time) => set("starts_at", time)} />
      <When title="Not after" hint="There is no run after this time." value={ends_at} onChange={(time) => set("ends_at", time)} />
    </FormDialog>
  );
}

interface ComingProps {
  readonly expression: string;
  readonly timezone: string;
  readonly startsAt: string | undefined;
  readonly endsAt: string | undefined;
}

/** What the expression means, a moment after the last key. */
function Coming({ expression, timezone, startsAt, endsAt }: ComingProps): VNode {
  const settled = useSignal({ expression, timezone });
  useEffect(() => {
    const timer = setTimeout(() => (settled.value = { expression, timezone }), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [expression, timezone]);
  return (
    <section class="card" aria-label="Its next runs" aria-live="polite">
      <h3>Its next runs</h3>
      <Preview {...settled.value} startsAt={startsAt} endsAt={endsAt} />
    </section>
  );
}

export function NewSchedule({ onClose }: { onClose: () => void }): VNode {
  const send = async (body: Value): Promise<void> => {
    const made = await client.cron.create(body as unknown as CreateSchedule);
    go(href("jobs", ["schedules", made.id]));
  };
  return (
    <Fields
      title="New schedule"
      op="cron.create"
      action="Make the schedule"
      done="The schedule is on."
      value={{ expression: "0 9 * * MON-FRI", timezone: ownZone(), job: { type: "agent_run", payload: {} } }}
      onSend={send}
      onClose={onClose}
    />
  );
}

const settings = ["name", "expression", "timezone", "job", "on_missed", "on_overlap", "jitter_s", "starts_at", "ends_at"] as const;

interface EditProps {
  readonly of: Tagged<Schedule>;
  readonly onPut: (next: Tagged<Schedule>) => void;
  readonly onReload: () => void;
  readonly onClose: () => void;
}

export function EditSchedule({ of, onPut, onReload, onClose }: EditProps): VNode {
  // What the person began with: what others save meanwhile is refused, not overwritten.
  const begun = useSignal(of).value;
  const before: Value = Object.fromEntries(settings.map((name) => [name, begun.state[name]]).filter(([, value]) => value != null));
  const send = async (after: Value): Promise<void> => {
    const patch = patchFrom(before, after);
    if (Object.keys(patch).length === 0) return;
    try {
      onPut(await tagged(client.cron.update(begun.state.id, patch as UpdateSchedule, { ifMatch: begun.etag })));
    } catch (error) {
      if (error instanceof PreconditionFailedError) onReload();
      throw error;
    }
  };
  return (
    <Fields
      title="Edit the schedule"
      op="cron.update"
      action="Save"
      done="The schedule was saved."
      value={before}
      onSend={send}
      onClose={onClose}
    />
  );
}
