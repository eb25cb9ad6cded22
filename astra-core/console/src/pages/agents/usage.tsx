// What an agent used of its quotas in this hour and this day.

import type { VNode } from "preact";
import { client } from "../../frame/client.ts";
import { href } from "../../frame/router.tsx";
import { Shown } from "../../parts/empty.tsx";
import { count, usd } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import { Time } from "../../parts/time.tsx";

export function Usage({ id }: { id: string }): VNode {
  const usage = useResource("agents.usage", { id }, (options) => client.agents.usage(id, options), {
    live: ["agent.completed", "agent.failed", "quota.exceeded"],
  });
  return (
    <Shown of={usage}>
      {(data) => (
        <>
          <div class="cards">
            <Quota title="Tokens this hour" of={data.tokens_per_hour} format={count} />
            <Quota title="Tokens today" of={data.tokens_per_day} format={count} />
            <Quota title="Cost today" of={data.cost_usd_per_day} format={usd} />
          </div>
          <p class="faint">
            The hour ends <Time of={data.hour_ends_at} />. <a href={href("usage", [], { agent_id: id })}>Use over time</a>
          </p>
        </>
      )}
    </Shown>
  );
}

interface QuotaProps {
  readonly title: string;
  readonly of: { readonly used: number; readonly limit?: number | null; readonly remaining?: number | null };
  readonly format: (value: number) => string;
}

function Quota({ title, of, format }: QuotaProps): VNode {
  const part = of.limit ? Math.min(1, of.used / of.limit) : 0;
  return (
    <section class="card" aria-label={title}>
      <h2>{title}</h2>
      <div class="figure">
        <strong>{format(of.used)}</strong>
        <span class="small faint">
          {of.limit == null ? "without a limit" : `of ${format(of.limit)}; ${format(of.remaining ?? 0)} are left`}
        </span>
      </div>
      {of.limit != null && (
        <div class="meter" aria-hidden="true">
          <span class={part > 0.9 ? "series-2" : "series-1"} style={{ width: `${part * 100}%` }} />
        </div>
      )}
    </section>
  );
}
