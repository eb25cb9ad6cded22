// The list of jobs, with how many there are of each status.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { JobSummary } from "astra-client";
import { client } from "../../frame/client.ts";
import { href, place } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { NothingMatches, NothingYet, Shown } from "../../parts/empty.tsx";
import { Facets, facetsOf } from "../../parts/facets.tsx";
import { useResource } from "../../parts/resource.ts";
import { Filter, Filters, Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { useTicking } from "../../parts/ticking.ts";
import { Time } from "../../parts/time.tsx";
import { JobActions } from "./jobactions.tsx";
import { NewJob } from "./newjob.tsx";
import { attemptsOf, hasEnded, NextTry, Progress, Status, statuses } from "./status.tsx";

export function List(): VNode {
  const { type, user_id, status } = place.value.query;
  const cursor = useCursor();
  const filters = { status, type, user_id };
  const isAdding = useSignal(false);
  const jobs = useResource(
    "jobs.list",
    { ...filters, cursor },
    (options) => client.jobs.list({ status, type, userId: user_id, countBy: "status", cursor, limit: 50, ...options }),
    // Rows of an older page would move away while they are read.
    { live: cursor === undefined ? ["job.*", "schedule.fired"] : undefined },
  );
  // A job that is cancelled, or that begins, has no event.
  useTicking(jobs.reload, cursor === undefined && (jobs.data?.items.some((job) => !hasEnded(job)) ?? false));
  const facets = facetsOf(statuses, jobs.data?.body.counts, (it) => it.status);
  return (
    <>
      <div class="heading">
        <Facets name="status" title="Statuses" facets={[{ value: undefined, title: "all" }, ...facets]} />
        <span class="fill" />
        <Action op="jobs.enqueue" kind="primary" onPress={() => (isAdding.value = true)}>
          New job
        </Action>
      </div>
      <Filters names={["type", "user_id"]}>
        <Filter name="type" title="Type" />
        <Filter name="user_id" title="Account (id)" />
      </Filters>
      <Shown of={jobs}>
        {({ items, nextCursor }) => {
          if (items.length > 0) return <Rows jobs={items} next={nextCursor} onChange={jobs.reload} />;
          if (Object.values(filters).some(Boolean)) return <NothingMatches filters={filters} />;
          return (
            <NothingYet
              what="A job is work that goes on beside requests and survives a restart: an agent asked for later, a batch of questions, an export."
              command={`astra jobs run agent_run '{"agent_id": "assistant", "message": "Summarise the week."}'`}
            >
              <Action op="jobs.enqueue" onPress={() => (isAdding.value = true)}>
                Begin the first one
              </Action>
            </NothingYet>
          );
        }}
      </Shown>
      {isAdding.value && <NewJob onClose={() => (isAdding.value = false)} />}
    </>
  );
}

interface RowsProps {
  readonly jobs: readonly JobSummary[];
  readonly next: string | undefined;
  readonly onChange: () => void;
}

function Rows({ jobs, next, onChange }: RowsProps): VNode {
  return (
    <Table
      title="Jobs"
      rows={jobs}
      id={({ id }) => id}
      link={({ id }) => href("jobs", [id])}
      next={next}
      columns={[
        {
          title: "Job",
          cell: ({ type, id }) => (
            <>
              <Text>{type}</Text> <span class="faint small">{id}</span>
            </>
          ),
        },
        {
          title: "Status",
          cell: (job) => (
            <>
              <Status of={job.status} />
              {job.cancel_requested && !hasEnded(job) && <span class="small warn"> asked to stop</span>}
            </>
          ),
        },
        { title: "Progress", cell: (job) => <Progress of={job} />, isWide: true },
        { title: "Attempt", cell: attemptsOf, isNumber: true, isWide: true },
        { title: "Next run", cell: (job) => <NextTry of={job} />, isWide: true },
        { title: "Last error", cell: ({ error }) => (error ? <ShortError of={error} /> : <span class="faint">–</span>) },
        { title: "Made", cell: ({ created_at }) => <Time of={created_at} /> },
        {
          title: "Do",
          cell: (job) => (
            <div class="do">
              <JobActions job={job} isRow onChange={onChange} />
            </div>
          ),
        },
      ]}
    />
  );
}

const SHORT = 160;

function ShortError({ of }: { of: string }): VNode {
  return (
    <div class="cell-text small bad">
      <Text>{of.length > SHORT ? `${[...of].slice(0, SHORT).join("")} …` : of}</Text>
    </div>
  );
}
