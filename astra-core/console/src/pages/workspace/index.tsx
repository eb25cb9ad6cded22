// The workspace: who belongs to it, which programs may call it, what it may ask, and what it lends to others.

import type { VNode } from "preact";
import { place } from "../../frame/router.tsx";
import { workspace } from "../../frame/session.ts";
import { Id } from "../../parts/copy.tsx";
import { Tabs, useTab } from "../../parts/menu.tsx";
import { Text } from "../../parts/text.tsx";
import { Account } from "./account.tsx";
import { Accounts } from "./accounts.tsx";
import { Grants } from "./grants.tsx";
import { Invitations } from "./invitations.tsx";
import { Members } from "./members.tsx";
import { Restrictions } from "./restrictions.tsx";
import { Settings } from "./settings.tsx";
import { You } from "./you.tsx";

const tabs = [
  ["members", "Members"],
  ["invitations", "Invitations"],
  ["accounts", "Service accounts"],
  ["grants", "Grants"],
  ["restrictions", "Restrictions"],
  ["settings", "Settings"],
  ["you", "You"],
] as const;

const views: Readonly<Record<string, () => VNode>> = {
  members: Members,
  invitations: Invitations,
  accounts: Accounts,
  grants: Grants,
  restrictions: Restrictions,
  settings: Settings,
  you: You,
};

export default function WorkspacePage(): VNode {
  const tab = useTab(tabs);
  const [kind, id] = place.value.parts;
  if (kind === "accounts" && id !== undefined) return <Account key={id} id={id} />;
  const View = views[tab] ?? Members;
  const current = workspace.value;
  return (
    <>
      <div class="heading">
        <h1>{current ? <Text>{current.name}</Text> : "Workspace"}</h1>
        {current && <Id id={current.id} />}
      </div>
      <Tabs label="Parts of the workspace" tabs={tabs} />
      <View />
    </>
  );
}
