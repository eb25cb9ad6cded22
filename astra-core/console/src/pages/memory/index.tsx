// Memory: what is remembered, by tier; one memory; the graph around an entity; and what can be measured and taken back.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { useKeys } from "../../frame/keyboard.ts";
import { place } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Tabs, useTab } from "../../parts/menu.tsx";
import { Evaluate } from "./evaluate.tsx";
import { Graph } from "./graph.tsx";
import { Known } from "./known.tsx";
import { List } from "./list.tsx";
import { Move } from "./move.tsx";
import { One } from "./one.tsx";
import { Profile } from "./profile.tsx";
import { Profiles } from "./profiles.tsx";
import { Search, SearchBox } from "./search.tsx";
import { TakeBack } from "./takeback.tsx";
import { Write } from "./write.tsx";

export const tiers = ["daily", "profile", "graph", "procedural", "session"] as const;

const tabs = [
  ["all", "All"],
  ["daily", "Daily notes"],
  ["profile", "Profile"],
  ["graph", "Graph"],
  ["procedural", "Procedures"],
  ["session", "Sessions"],
  ["rules", "Memory profiles"],
  ["evaluate", "Evaluate"],
  ["back", "Take back"],
  ["move", "Share and move"],
] as const;

export default function MemoryPage(): VNode {
  const [first, second] = place.value.parts;
  if (first === "profiles" && second !== undefined) return <Profile key={second} id={second} />;
  if (first !== undefined && first !== "profiles") return <One key={first} id={first} />;
  return <Whole isProfiles={first === "profiles"} />;
}

function Whole({ isProfiles }: { isProfiles: boolean }): VNode {
  const said = useTab(tabs);
  const tab = isProfiles ? "rules" : said;
  const tier = tiers.find((it) => it === tab);
  const isOfTiers = tab === "all" || tier !== undefined;
  const query = place.value.query["q"] ?? "";
  const isWriting = useSignal(false);
  useKeys([{ key: "n", title: "Write a memory", run: () => (isWriting.value = true), isAction: true }]);
  return (
    <>
      <div class="heading">
        <h1>Memory</h1>
        <span class="fill" />
        <Action op="memory.write" kind="primary" onPress={() => (isWriting.value = true)}>
          Write a memory
        </Action>
      </div>
      {isWriting.value && <Write tier={tier} onClose={() => (isWriting.value = false)} />}
      <Tabs label="Tiers and work" tabs={tabs} />
      {isOfTiers && <SearchBox tier={tier} />}
      {isOfTiers && query !== "" && <Search query={query} tier={tier} />}
      {isOfTiers && query === "" && <Tier tier={tier} />}
      {tab === "rules" && <Profiles />}
      {tab === "evaluate" && <Evaluate />}
      {tab === "back" && <TakeBack />}
      {tab === "move" && <Move />}
    </>
  );
}

function Tier({ tier }: { tier: (typeof tiers)[number] | undefined }): VNode {
  if (tier === "session") {
    return (
      <div class="empty">
        <p>
          What users have asked in sessions is found by the search, and stands in no list of its own:{" "}
          <a href="sessions">the sessions</a> have it in order.
        </p>
      </div>
    );
  }
  return (
    <>
      {tier === "graph" && <Graph />}
      {tier === "profile" && <Known />}
      {tier === "graph" && <h2>Memories that state relations</h2>}
      {tier === "profile" && <h2>Memories of the tier</h2>}
      <List tier={tier} />
    </>
  );
}
