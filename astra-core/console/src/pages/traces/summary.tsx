// How the turns of a period went, all of them: the gateway counts, not the page.

import type { VNode } from "preact";
import { client } from "../../frame/client.ts";
import { count, percent } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import { Problem } from "../../frame/notices.tsx";
import { exactMs } from "./spans.ts";

interface SummaryProps {
  readonly agentId: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** What the period is called. */
  readonly period: string | undefined;
}

export function Summary({ agentId, from, to, period }: SummaryProps): VNode | null {
  const summary = useResource(
    "traces.summary",
    { agentId, from, to },
    (options) => client.traces.summary({ agentId, from, to, groupBy: ["agent"], limit: 1, ...options }),
    { live: ["agent.completed", "agent.failed"] },
  );
  if (summary.refusal !== undefined) return null;
  if (summary.data === undefined) return <Problem error={summary.error} retry={summary.reload} />;
  const { total } = summary.data.body;
  const time = (ms: number | null | undefined): string => (ms == null ? "–" : exactMs(ms));
  const when = period ?? ((from ?? to) ? "the period" : "the last 30 days");
  return (
    <p class="summary">
      <strong>{count(total.turns)}</strong> {total.turns === 1 ? "turn" : "turns"} in {when}
      {agentId && <> of {agentId}</>}, <strong>{percent(total.error_rate)}</strong> failed or interrupted, half within{" "}
      <strong>{time(total.p50_ms)}</strong>, 95 % within <strong>{time(total.p95_ms)}</strong>
    </p>
  );
}
