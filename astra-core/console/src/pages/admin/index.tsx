// What owners see of the operation: statistics, configuration, audit, backups, and the keys that sign tokens.

import type { VNode } from "preact";
import { Tabs, useTab } from "../../parts/menu.tsx";
import { Audit } from "./audit.tsx";
import { Backups } from "./backups.tsx";
import { Configuration } from "./config.tsx";
import { Keys } from "./keys.tsx";
import { Statistics } from "./statistics.tsx";

const tabs = [
  ["statistics", "Statistics"],
  ["config", "Configuration"],
  ["audit", "Audit"],
  ["backups", "Backups"],
  ["keys", "Signing keys"],
] as const;

const views: Readonly<Record<string, () => VNode>> = {
  statistics: Statistics,
  config: Configuration,
  audit: Audit,
  backups: Backups,
  keys: Keys,
};

export default function Admin(): VNode {
  const View = views[useTab(tabs)] ?? Statistics;
  return (
    <>
      <h1>Admin</h1>
      <Tabs label="Parts of the administration" tabs={tabs} />
      <View />
    </>
  );
}
