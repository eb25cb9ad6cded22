// Which gateway begins the jobs of schedules, how late the last ones were, and what the gateway does by itself.

import type { VNode } from "preact";
import type { CronStatus } from "astra-client";
import { client } from "../../frame/client.ts";
import { Shown } from "../../parts/empty.tsx";
import { count } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import { Table } from "../../parts/table.tsx";
import { useTicking } from "../../parts/ticking.ts";
import { duration, Time } from "../../parts/time.tsx";

export function BuiltIn(): VNode {
  const status = useResource("cron.status", {}, (options) => client.cron.status(options));
  useTicking(status.reload, true);
  return (
    <Shown of={status}>
      {(data) => (
        <>
          <Facts of={data} />
          <h2>Periodic work</h2>
          <p class="hint">
            The leader alone does it, but for what each gateway does for itself. <code>cron.built_in</code> of the
            configuration moves and pauses it.
          </p>
          <Table
            title="Periodic work of the gateway"
            rows={data.built_in}
            id={({ name }) => name}
            columns={[
              { title: "Work", cell: ({ name }) => <code>{name}</code> },
              { title: "What it does", cell: ({ description }) => description, isWide: true },
              { title: "When", cell: ({ schedule }) => schedule },
              {
                title: "State",
                cell: ({ is_paused, has_failed }) =>
                  has_failed ? (
                    <span class="tag bad">failed</span>
                  ) : (
                    <span class={is_paused ? "tag warn" : "tag good"}>{is_paused ? "paused" : "on"}</span>
                  ),
              },
              {
                title: "Last",
                cell: ({ last_at, last_ms }) => (
                  <>
                    <Time of={last_at} />
                    {last_ms != null && <span class="faint"> took {duration(last_ms)}</span>}
                  </>
                ),
              },
              { title: "Next", cell: ({ next_at }) => (next_at == null ? <span class="faint">–</span> : <Time of={next_at} />) },
              { title: "Times", cell: ({ run_count }) => count(run_count), isNumber: true, isWide: true },
            ]}
          />
        </>
      )}
    </Shown>
  );
}

function Facts({ of: { leader, lateness } }: { of: CronStatus }): VNode {
  const ms = (value: number | null | undefined): string => (value == null ? "–" : duration(value));
  return (
    <dl class="facts">
      <dt>Leader</dt>
      <dd>
        {leader == null ? (
          <span class="warn">none for a moment: another gateway takes over</span>
        ) : (
          <>
            <code>{leader.instance_id}</code>
            {leader.is_self && ", the gateway that answers"}
            {leader.since != null && (
              <>
                , since <Time of={leader.since} />
              </>
            )}
          </>
        )}
      </dd>
      <dt>How late schedules were</dt>
      <dd>
        {lateness.slot_count === 0
          ? "no run yet"
          : `the last one by ${ms(lateness.last_ms)}, half of the last ${lateness.slot_count} by ${ms(lateness.p50_ms)} or less,
            the latest by ${ms(lateness.max_ms)}`}
      </dd>
    </dl>
  );
}
