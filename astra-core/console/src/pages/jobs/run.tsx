// A run by its id alone: no operation answers one, so the last runs of the schedules are looked through.

import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { client } from "../../frame/client.ts";
import { mayAll } from "../../frame/permissions.ts";
import { go, href } from "../../frame/router.tsx";
import { NotAllowed } from "../../parts/empty.tsx";
import { Lookup } from "../../parts/lookup.tsx";

async function find(id: string, isWanted: () => boolean): Promise<string | undefined> {
  for await (const schedule of client.cron.list({ limit: 200 })) {
    if (!isWanted()) return undefined;
    const runs = await client.cron.listRuns(schedule.id, { limit: 200 });
    if (runs.items.some((run) => run.id === id)) return schedule.id;
  }
  return undefined;
}

export function FoundRun({ id }: { id: string }): VNode {
  const permission = mayAll(["cron.list", "cron.list_runs"]);
  return (
    <>
      <h1>Run {id}</h1>
      {permission.isAllowed ? (
        <Lookup
          id={id}
          find={(isWanted) => find(id, isWanted)}
          missing={
            <p>
              It is not among the last 200 runs of each schedule. <a href={href("jobs", [], { tab: "schedules" })}>All schedules</a>
            </p>
          }
        >
          {(schedule) => <Go to={href("jobs", ["schedules", schedule], { run: id })} />}
        </Lookup>
      ) : (
        <NotAllowed reason={permission.reason} />
      )}
    </>
  );
}

function Go({ to }: { to: string }): VNode {
  useEffect(() => go(to, true), [to]);
  return (
    <p>
      <a href={to}>Its schedule</a>
    </p>
  );
}
