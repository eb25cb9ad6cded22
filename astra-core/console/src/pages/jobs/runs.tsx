// The runs of a schedule: one for each of its times and each trigger.

import type { VNode } from "preact";
import type { ScheduleRun } from "astra-client";
import { client } from "../../frame/client.ts";
import { href, place } from "../../frame/router.tsx";
import { NothingYet, Shown } from "../../parts/empty.tsx";
import { count } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import { Table, useCursor } from "../../parts/table.tsx";
import { useTicking } from "../../parts/ticking.ts";
import { duration, Time } from "../../parts/time.tsx";
import { Status } from "./status.tsx";
import { inZone } from "./zone.ts";

const reasons: Readonly<Record<string, string>> = {
  missed: "no gateway was there at the time",
  overlap: "the job before had not ended",
  queue_full: "too many runs waited already",
  invalid_job: "this gateway does not take such a job",
  unreadable: "the schedule could not be read",
  deleted: "the schedule was deleted",
};

const open: readonly string[] = ["waiting", "pending", "running"];

export function Runs({ id, turn, zone }: { id: string; turn: number; zone: string }): VNode {
  const cursor = useCursor();
  const runs = useResource(
    "cron.list_runs",
    { id, cursor, turn },
    (options) => client.cron.listRuns(id, { cursor, limit: 25, ...options }),
    { live: cursor === undefined ? ["schedule.fired", "job.succeeded", "job.failed"] : undefined },
  );
  useTicking(runs.reload, runs.data?.items.some(({ status }) => open.includes(status)) ?? false);
  return (
    <section aria-labelledby="runs-title">
      <h2 id="runs-title">Last runs</h2>
      <Shown of={runs}>
        {({ items, nextCursor }) =>
          items.length === 0 && cursor === undefined ? (
            <NothingYet what="It has not run yet. Each of its times, and each “Run now”, will stand here with its job." />
          ) : (
            <Table
              title="Runs"
              rows={items}
              id={(run) => run.id}
              next={nextCursor}
              columns={[
                { title: "Run", cell: (run) => <Slot of={run} zone={zone} /> },
                {
                  title: "Status",
                  cell: ({ status, skip_reason }) => (
                    <>
                      <Status of={status} />
                      {skip_reason != null && <span class="small"> {reasons[skip_reason] ?? skip_reason}</span>}
                    </>
                  ),
                },
                {
                  title: "Job",
                  cell: ({ job_id }) => (job_id == null ? <span class="faint">none</span> : <a href={href("jobs", [job_id])}>{job_id}</a>),
                },
                { title: "Late by", cell: ({ late_ms }) => duration(late_ms), isNumber: true },
                {
                  title: "Missed before",
                  cell: ({ missed_count }) => (missed_count >= 1000 ? "1,000 or more" : count(missed_count)),
                  isNumber: true,
                  isWide: true,
                },
              ]}
            />
          )
        }
      </Shown>
    </section>
  );
}

function Slot({ of, zone }: { of: ScheduleRun; zone: string }): VNode {
  const isAsked = place.value.query["run"] === of.id;
  return (
    <>
      {isAsked && <span class="tag warn">this one</span>}{" "}
      {of.slot_at == null ? (
        <>
          begun by <code>{of.triggered_by}</code>, <Time of={of.created_at} />
        </>
      ) : (
        <>
          {inZone(of.slot_at, zone)} <span class="small faint">(<Time of={of.slot_at} />)</span>
        </>
      )}
    </>
  );
}
