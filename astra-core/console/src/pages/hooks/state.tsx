// How webhooks and deliveries are doing.

import type { VNode } from "preact";
import type { Webhook } from "astra-client";
import { Time } from "../../parts/time.tsx";

const reasons: Readonly<Record<string, string>> = {
  gone: "its endpoint answered 410: gone",
  failing: "all attempts have failed for five days",
};

export function HookState({ of }: { of: Webhook }): VNode {
  if (!of.is_enabled) return <span class={of.disabled_reason === null ? "tag warn" : "tag bad"}>off</span>;
  return of.failing_since === null ? <span class="tag good">on</span> : <span class="tag bad">failing</span>;
}

/** Why it is off, or since when it fails. */
export function WhyHook({ of }: { of: Webhook }): VNode | null {
  if (!of.is_enabled && of.disabled_reason !== null) {
    return (
      <span class="small bad">
        switched off by the gateway <Time of={of.disabled_at} />: {reasons[of.disabled_reason] ?? of.disabled_reason}
      </span>
    );
  }
  if (of.failing_since === null) return null;
  return (
    <span class="small bad">
      since <Time of={of.failing_since} />
    </span>
  );
}

const marks: Readonly<Record<string, string>> = { succeeded: "good", failed: "bad", pending: "warn" };

export const deliveryStatuses: readonly string[] = ["succeeded", "failed", "pending", "sending"];

export const isOnItsWay = (status: string): boolean => status === "pending" || status === "sending";

export function DeliveryStatus({ of }: { of: string }): VNode {
  return <span class={`tag ${marks[of] ?? ""}`}>{of}</span>;
}

/** The secret that signs alone when the others have ended. */
export const newestSecret = ({ secrets }: Webhook) => secrets.at(-1);
