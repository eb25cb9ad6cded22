// Jobs: work that goes on beside requests, the schedules that begin it, and the gateway's own periodic work.

import type { VNode } from "preact";
import { place } from "../../frame/router.tsx";
import { Tabs, useTab } from "../../parts/menu.tsx";
import { BuiltIn } from "./builtin.tsx";
import { Job } from "./job.tsx";
import { List } from "./list.tsx";
import { FoundRun } from "./run.tsx";
import { Schedule } from "./schedule.tsx";
import { Schedules } from "./schedules.tsx";

const tabs = [
  ["jobs", "Jobs"],
  ["schedules", "Schedules"],
  ["gateway", "The gateway's own work"],
] as const;

const views: Readonly<Record<string, () => VNode>> = { jobs: List, schedules: Schedules, gateway: BuiltIn };

export default function Jobs(): VNode {
  const tab = useTab(tabs);
  const { parts, query } = place.value;
  const [id, inner] = parts;
  if (id === "schedules" && inner !== undefined) return <Schedule key={inner} id={inner} />;
  if (id !== undefined) return <Job key={id} id={id} />;
  const run = query["run"];
  if (run !== undefined) return <FoundRun key={run} id={run} />;
  const View = views[tab] ?? List;
  return (
    <>
      <div class="heading">
        <h1>Jobs</h1>
      </div>
      <Tabs label="Kinds of work" tabs={tabs} />
      <View />
    </>
  );
}
