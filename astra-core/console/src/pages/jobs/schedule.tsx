// One schedule: its next runs in its zone, its last runs, and what becomes of runs that were missed or that overlap.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Schedule as ScheduleOf } from "astra-client";
import { client } from "../../frame/client.ts";
import { useKeys } from "../../frame/keyboard.ts";
import { may } from "../../frame/permissions.ts";
import { go, href } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Json } from "../../parts/code.tsx";
import { Id } from "../../parts/copy.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { type Tagged, tagged } from "../../parts/tagged.ts";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { EditSchedule } from "./editschedule.tsx";
import { Preview } from "./preview.tsx";
import { Runs } from "./runs.tsx";
import { Pause, Trigger } from "./scheduleactions.tsx";
import { State } from "./schedules.tsx";

const missed: Readonly<Record<string, string>> = {
  skip: "nothing runs for times that no gateway was there for",
  once: "one job runs for all times that no gateway was there for",
  all: "a job runs for each time that no gateway was there for, of the last 100",
};
const overlaps: Readonly<Record<string, string>> = {
  skip: "while the job before has not ended, nothing runs",
  queue: "while the job before has not ended, the run waits for it",
  allow: "while the job before has not ended, both run",
};

export function Schedule({ id }: { id: string }): VNode {
  const turn = useSignal(0);
  const schedule = useResource("cron.get", { id }, (options) => tagged(client.cron.get(id, options)), { live: ["schedule.fired"] });
  return (
    <>
      <p>
        <a href={href("jobs", [], { tab: "schedules" })}>All schedules</a>
      </p>
      <Shown of={schedule}>
        {(of) => (
          <>
            <Head
              of={of}
              onPut={schedule.put}
              onReload={() => {
                turn.value += 1;
                schedule.reload();
              }}
            />
            <Facts of={of.state} />
            <div class="halves">
              <section aria-labelledby="next-title">
                <h2 id="next-title">Next five runs</h2>
                {of.state.is_paused && <p class="warn">It is paused: these would be its runs.</p>}
                <Preview
                  expression={of.state.expression}
                  timezone={of.state.timezone}
                  startsAt={of.state.starts_at}
                  endsAt={of.state.ends_at}
                  of={of.state.next_slot_at}
                />
              </section>
              <section aria-labelledby="job-title">
                <h2 id="job-title">Its job</h2>
                <p>
                  <Text>{of.state.job.type}</Text>, priority {of.state.job.priority ?? 5} of 9
                </p>
                <Json value={of.state.job.payload ?? {}} label="payload" />
              </section>
            </div>
            <Runs id={id} turn={turn.value} zone={of.state.timezone} />
          </>
        )}
      </Shown>
    </>
  );
}

interface HeadProps {
  readonly of: Tagged<ScheduleOf>;
  readonly onPut: (next: Tagged<ScheduleOf>) => void;
  readonly onReload: () => void;
}

function Head({ of, onPut, onReload }: HeadProps): VNode {
  const asked = useSignal<"edit" | "delete" | undefined>(undefined);
  const { state, etag } = of;
  const close = (): void => void (asked.value = undefined);
  const edit = (): void => {
    if (may("cron.update").isAllowed) asked.value = "edit";
  };
  useKeys([{ key: "e", title: "Edit the schedule", run: edit, isAction: true }]);
  return (
    <>
      <div class="heading">
        <h1>
          <Text>{state.name}</Text>
        </h1>
        <State of={state} isLate={false} />
      </div>
      <div class="buttons">
        <Trigger schedule={state} onDone={onReload} />
        <Pause schedule={state} onDone={onReload} />
        <Action op="cron.update" onPress={() => (asked.value = "edit")}>
          Edit
        </Action>
        <Action op="cron.delete" kind="danger" onPress={() => (asked.value = "delete")}>
          Delete
        </Action>
      </div>
      {asked.value === "edit" && <EditSchedule of={of} onPut={onPut} onReload={onReload} onClose={close} />}
      {asked.value === "delete" && (
        <Confirm
          title="Delete this schedule?"
          action="Delete the schedule"
          typed={state.name}
          done="The schedule was deleted."
          onClose={close}
          onConfirm={async () => {
            await client.cron.delete(state.id, { ifMatch: etag });
            go(href("jobs", [], { tab: "schedules" }), true);
          }}
        >
          <p>It has no more runs, and the list of its runs goes too. Jobs that it has begun go on to their end.</p>
        </Confirm>
      )}
    </>
  );
}

function Facts({ of }: { of: ScheduleOf }): VNode {
  return (
    <dl class="facts">
      <dt>Id</dt>
      <dd>
        <Id id={of.id} />
      </dd>
      <dt>When</dt>
      <dd>
        <code>{of.expression}</code> in {of.timezone}
        {of.jitter_s > 0 && `, up to ${of.jitter_s} s later`}
      </dd>
      {(of.starts_at !== null || of.ends_at !== null) && (
        <>
          <dt>Between</dt>
          <dd>
            {of.starts_at === null ? "now" : <Time of={of.starts_at} isExact />} and{" "}
            {of.ends_at === null ? "always" : <Time of={of.ends_at} isExact />}
          </dd>
        </>
      )}
      <dt>Missed</dt>
      <dd>
        {of.on_missed}: {missed[of.on_missed] ?? "as the gateway's documentation says"}
      </dd>
      <dt>Overlap</dt>
      <dd>
        {of.on_overlap}: {overlaps[of.on_overlap] ?? "as the gateway's documentation says"}
      </dd>
      <dt>Owner</dt>
      <dd>
        <code>{of.owner}</code>, whose jobs these are
      </dd>
      <dt>Changed</dt>
      <dd>
        <Time of={of.updated_at} />, version {of.version}; made <Time of={of.created_at} /> by <code>{of.created_by}</code>
      </dd>
    </dl>
  );
}
