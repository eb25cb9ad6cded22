// What a job said while it ran, and why attempts of it failed.

import type { VNode } from "preact";
import { client } from "../../frame/client.ts";
import { NothingYet, Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { useTicking } from "../../parts/ticking.ts";
import { Time } from "../../parts/time.tsx";

export function Log({ id, isOpen }: { id: string; isOpen: boolean }): VNode {
  const cursor = useCursor();
  // Once more when the job has ended.
  const lines = useResource("jobs.list_logs", { id, cursor, isOpen }, (options) =>
    client.jobs.listLogs(id, { cursor, limit: 200, ...options }),
  );
  useTicking(lines.reload, isOpen);
  return (
    <Shown of={lines}>
      {({ items, nextCursor }) =>
        items.length === 0 && cursor === undefined ? (
          <NothingYet what="The job has said nothing. Its log has what a job says of its progress, and why attempts failed." />
        ) : (
          <Table
            title="Log"
            rows={items}
            id={({ number }) => String(number)}
            next={nextCursor}
            columns={[
              { title: "Line", cell: ({ number }) => number, isNumber: true },
              { title: "Time", cell: ({ at }) => <Time of={at} isExact /> },
              { title: "Attempt", cell: ({ attempt }) => attempt, isNumber: true },
              { title: "Said", cell: ({ message }) => <Text>{message}</Text> },
            ]}
          />
        )
      }
    </Shown>
  );
}
