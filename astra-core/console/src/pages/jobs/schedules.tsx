// The list of schedules, with what is late.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Schedule } from "astra-client";
import { client } from "../../frame/client.ts";
import { href } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { NothingYet, Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { NewSchedule } from "./editschedule.tsx";
import { Pause, Trigger } from "./scheduleactions.tsx";
import { inZone } from "./zone.ts";

export function Schedules(): VNode {
  const cursor = useCursor();
  const isAdding = useSignal(false);
  const live = ["schedule.fired"];
  const schedules = useResource("cron.list", { cursor }, (options) => client.cron.list({ cursor, limit: 50, ...options }), { live });
  const status = useResource("cron.status", {}, (options) => client.cron.status(options), { live });
  const late = new Set(status.data?.next.filter((slot) => slot.is_late).map((slot) => slot.schedule_id));
  const reload = (): void => {
    schedules.reload();
    status.reload();
  };
  return (
    <>
      <div class="heading">
        <p class="faint">
          {late.size > 0 && <span class="tag bad">{late.size} late</span>} A schedule begins a job at each time of its
          expression.
        </p>
        <span class="fill" />
        <Action op="cron.create" kind="primary" onPress={() => (isAdding.value = true)}>
          New schedule
        </Action>
      </div>
      <Shown of={schedules}>
        {({ items, nextCursor }) =>
          items.length > 0 ? (
            <Rows schedules={items} late={late} next={nextCursor} onChange={reload} />
          ) : (
            <NothingYet what="A schedule begins a job at the times that it says: every morning, each first of the month.">
              <Action op="cron.create" onPress={() => (isAdding.value = true)}>
                Make the first one
              </Action>
            </NothingYet>
          )
        }
      </Shown>
      {isAdding.value && <NewSchedule onClose={() => (isAdding.value = false)} />}
    </>
  );
}

interface RowsProps {
  readonly schedules: readonly Schedule[];
  readonly late: ReadonlySet<string>;
  readonly next: string | undefined;
  readonly onChange: () => void;
}

function Rows({ schedules, late, next, onChange }: RowsProps): VNode {
  return (
    <Table
      title="Schedules"
      rows={schedules}
      id={({ id }) => id}
      link={({ id }) => href("jobs", ["schedules", id])}
      next={next}
      columns={[
        { title: "Schedule", cell: ({ name }) => <Text>{name}</Text> },
        {
          title: "When",
          cell: ({ expression, timezone }) => (
            <>
              <code>{expression}</code> <span class="small faint">{timezone}</span>
            </>
          ),
        },
        { title: "Job", cell: ({ job }) => <Text>{job.type}</Text> },
        {
          title: "State",
          cell: (it) => <State of={it} isLate={late.has(it.id)} />,
        },
        {
          title: "Next run",
          cell: ({ next_slot_at, timezone }) =>
            next_slot_at === null ? (
              <span class="faint">none</span>
            ) : (
              <>
                {inZone(next_slot_at, timezone)} <span class="small faint">(<Time of={next_slot_at} />)</span>
              </>
            ),
        },
        { title: "Last run", cell: ({ last_slot_at }) => <Time of={last_slot_at} />, isWide: true },
        {
          title: "Missed, overlap",
          cell: ({ on_missed, on_overlap }) => (
            <span class="small">
              {on_missed}, {on_overlap}
            </span>
          ),
          isWide: true,
        },
        {
          title: "Do",
          cell: (it) => (
            <div class="do">
              <Trigger schedule={it} isRow onDone={onChange} /> <Pause schedule={it} isRow onDone={onChange} />
            </div>
          ),
        },
      ]}
    />
  );
}

export function State({ of, isLate }: { of: Schedule; isLate: boolean }): VNode {
  if (isLate) return <span class="tag bad">late</span>;
  if (of.is_paused) return <span class="tag warn">paused</span>;
  return of.next_slot_at === null ? <span class="tag">over</span> : <span class="tag good">on</span>;
}
