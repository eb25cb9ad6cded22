// What there is to know at a glance, each number a link to its list; and for a new workspace, what to do first.

import type { ComponentChildren, VNode } from "preact";
import type { Workspace } from "astra-client";
import { client, openClient } from "../../frame/client.ts";
import { may } from "../../frame/permissions.ts";
import { href } from "../../frame/router.tsx";
import { callerName, me, workspace } from "../../frame/session.ts";
import { count, usd } from "../../parts/number.ts";
import { type Resource, useResource } from "../../parts/resource.ts";
import { duration } from "../../parts/time.tsx";
import { First } from "./first.tsx";

export default function Home(): VNode {
  const name = (workspace.value as Workspace | undefined)?.name ?? me.value?.workspace_id;
  return (
    <>
      <h1>{name}</h1>
      <p class="faint">
        {callerName.value}, {me.value?.role}
      </p>
      <First />
      <div class="cards">
        <Health />
        <Turns />
        <Approvals />
        <Jobs />
        <Deliveries />
        <Schedules />
        <Spend />
      </div>
    </>
  );
}

interface CardProps<T> {
  readonly title: string;
  readonly link: string;
  readonly of: Resource<T>;
  readonly children: (data: T) => ComponentChildren;
}

/** A number with its list behind it; or why there is none. */
function Card<T>({ title, link, of, children }: CardProps<T>): VNode {
  return (
    <section class="card" aria-label={title}>
      <h2>
        <a href={link}>{title}</a>
      </h2>
      {of.refusal !== undefined ? (
        <p class="faint small">{of.refusal}</p>
      ) : of.error !== undefined ? (
        <p class="bad small">{of.error instanceof Error ? of.error.message : "It could not be read."}</p>
      ) : (
        <div class="figure">{of.data === undefined ? "…" : children(of.data)}</div>
      )}
    </section>
  );
}

function Health(): VNode {
  const health = useResource("health.get", {}, (options) => openClient.health.get(options), { live: [] });
  return (
    <Card title="Gateway" link={may("admin.stats").isAllowed ? href("admin") : "./"} of={health}>
      {({ status, version, uptime_s }) => (
        <>
          <strong class={status === "ok" ? "good" : "bad"}>{status}</strong>
          <span class="small faint">
            version {version}, up {duration(uptime_s * 1000)}
          </span>
        </>
      )}
    </Card>
  );
}

function Turns(): VNode {
  const turns = useResource("chat.presence", {}, (options) => client.chat.presence({ limit: 50, ...options }), {
    live: ["turn.started", "agent.completed", "agent.failed"],
  });
  return (
    <Card title="Running turns" link={href("sessions", [], { status: "active" })} of={turns}>
      {({ items, nextCursor }) => (
        <>
          <strong>
            {count(items.length)}
            {nextCursor && "+"}
          </strong>
          <ul class="small">
            {items.slice(0, 4).map((turn) => (
              <li key={turn.turn_id}>
                <a href={href("chat", [turn.session_id])}>{turn.agent_id}</a>{" "}
                <span class="faint">{turn.activity.replaceAll("_", " ")}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

function Approvals(): VNode {
  const approvals = useResource(
    "tools.list_approvals",
    { status: "pending" },
    (options) => client.tools.listApprovals({ status: "pending", limit: 50, ...options }),
    { live: ["approval.requested", "agent.completed", "agent.failed"] },
  );
  return (
    <Card title="Approvals waiting" link={href("tools", [], { tab: "approvals" })} of={approvals}>
      {({ items, nextCursor }) => (
        <strong class={items.length > 0 ? "warn" : undefined}>
          {count(items.length)}
          {nextCursor && "+"}
        </strong>
      )}
    </Card>
  );
}

function Jobs(): VNode {
  const jobs = useResource(
    "jobs.list",
    { count_by: "status" },
    (options) => client.jobs.list({ countBy: "status", limit: 1, ...options }),
    { live: ["job.succeeded", "job.failed"] },
  );
  return (
    <Card title="Failed jobs" link={href("jobs", [], { status: "failed" })} of={jobs}>
      {({ body }) => {
        const of = (status: string) => body.counts?.find((it) => it.status === status);
        const failed = of("failed");
        return (
          <>
            <strong class={failed && failed.count > 0 ? "bad" : undefined}>
              {count(failed?.count ?? 0)}
              {failed?.is_exact === false && "+"}
            </strong>
            <span class="small faint">
              {count(of("running")?.count ?? 0)} running, {count(of("pending")?.count ?? 0)} waiting
            </span>
          </>
        );
      }}
    </Card>
  );
}

function Deliveries(): VNode {
  const hooks = useResource("webhooks.list", {}, (options) => client.webhooks.list({ limit: 200, ...options }), {
    live: ["webhook.disabled"],
  });
  return (
    <Card title="Failing webhooks" link={href("hooks")} of={hooks}>
      {({ items }) => {
        const failing = items.filter((hook) => hook.failing_since != null || !hook.is_enabled);
        return (
          <>
            <strong class={failing.length > 0 ? "bad" : undefined}>{count(failing.length)}</strong>
            <span class="small faint">of {count(items.length)} webhooks</span>
          </>
        );
      }}
    </Card>
  );
}

function Schedules(): VNode {
  const cron = useResource("cron.status", {}, (options) => client.cron.status(options), { live: ["schedule.fired"] });
  return (
    <Card title="Schedules" link={href("jobs", [], { tab: "schedules" })} of={cron}>
      {({ next, lateness }) => (
        <>
          <strong>{count(next.length)}</strong>
          <span class="small faint">
            {next.length === 0 ? "no run is planned" : "runs are planned"}
            {lateness.max_ms != null && lateness.max_ms > 1000 && `; the latest was late by ${duration(lateness.max_ms)}`}
          </span>
        </>
      )}
    </Card>
  );
}

function Spend(): VNode {
  const id = me.value?.workspace_id ?? "";
  const quotas = useResource("workspaces.get_quotas", { id }, (options) => client.workspaces.getQuotas(id, options), {
    live: ["agent.completed", "quota.exceeded"],
  });
  return (
    <Card title="Spent today" link={href("usage")} of={quotas}>
      {({ used, cost_usd_per_day: limit, tokens_per_day: tokens }) => (
        <>
          <strong>{usd(used.cost_usd_per_day)}</strong>
          <span class="small faint">
            {limit === null ? "without a limit" : `of ${usd(limit)}`}; {count(used.tokens_per_day)} tokens
            {tokens !== null && ` of ${count(tokens)}`}
          </span>
        </>
      )}
    </Card>
  );
}
