// Hooks: what the gateway sends to others. A tab for each kind of it.

import type { VNode } from "preact";
import { place } from "../../frame/router.tsx";
import { Tabs, useTab } from "../../parts/menu.tsx";
import { Delivery } from "./delivery.tsx";
import { Events } from "./events.tsx";
import { FoundDelivery } from "./found.tsx";
import { List } from "./list.tsx";
import { Webhook } from "./webhook.tsx";

const tabs = [
  ["webhooks", "Webhooks"],
  ["events", "Events that are sent"],
] as const;

const views: Readonly<Record<string, () => VNode>> = { webhooks: List, events: Events };

export default function Hooks(): VNode {
  const tab = useTab(tabs);
  const { parts, query } = place.value;
  const [id, inner, last] = parts;
  if (id !== undefined && inner === "deliveries" && last !== undefined) return <Delivery key={last} webhookId={id} id={last} />;
  if (id !== undefined) return <Webhook key={id} id={id} />;
  const delivery = query["delivery"];
  if (delivery !== undefined) return <FoundDelivery key={delivery} id={delivery} />;
  const View = views[tab] ?? List;
  return (
    <>
      <div class="heading">
        <h1>Hooks</h1>
      </div>
      <Tabs label="Kinds of hooks" tabs={tabs} />
      <View />
    </>
  );
}
