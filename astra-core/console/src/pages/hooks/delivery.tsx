// One delivery: what is sent, and what came of each attempt.

import type { VNode } from "preact";
import type { DeliveryAttempt, DeliveryDetails } from "astra-client";
import { client } from "../../frame/client.ts";
import { href } from "../../frame/router.tsx";
import { Code } from "../../parts/code.tsx";
import { Id } from "../../parts/copy.tsx";
import { Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { Text } from "../../parts/text.tsx";
import { useTicking } from "../../parts/ticking.ts";
import { duration, Time } from "../../parts/time.tsx";
import { Redeliver } from "./redeliver.tsx";
import { DeliveryStatus, isOnItsWay } from "./state.tsx";

export function Delivery({ webhookId, id }: { webhookId: string; id: string }): VNode {
  const delivery = useResource("webhooks.get_delivery", { webhookId, id }, (options) => client.webhooks.getDelivery(webhookId, id, options));
  const { data } = delivery;
  useTicking(delivery.reload, data !== undefined && isOnItsWay(data.status), data?.attempt_count === 0 ? 1_000 : 5_000);
  return (
    <>
      <p>
        <a href={href("hooks", [webhookId])}>The webhook and its deliveries</a>
      </p>
      <Shown of={delivery}>{(of) => <Whole of={of} onReload={delivery.reload} />}</Shown>
    </>
  );
}

function Whole({ of, onReload }: { of: DeliveryDetails; onReload: () => void }): VNode {
  return (
    <>
      <div class="heading">
        <h1>{of.event}</h1>
        <DeliveryStatus of={of.status} />
        {of.is_test && <span class="tag">test</span>}
        <span class="fill" />
        <Redeliver of={of} onDone={onReload} />
      </div>
      <dl class="facts">
        <dt>Id</dt>
        <dd>
          <Id id={of.id} /> <span class="faint">
            the header <code>webhook-id</code> of each attempt
          </span>
        </dd>
        <dt>Event</dt>
        <dd>
          <code>{of.event_id}</code>
        </dd>
        <dt>Made</dt>
        <dd>
          <Time of={of.created_at} isExact />
        </dd>
        {of.finished_at !== null && (
          <>
            <dt>Over</dt>
            <dd>
              <Time of={of.finished_at} isExact />
            </dd>
          </>
        )}
        {isOnItsWay(of.status) && (
          <>
            <dt>Next try</dt>
            <dd>{of.next_attempt_at === null ? "is being sent" : <Time of={of.next_attempt_at} />}</dd>
          </>
        )}
        {of.last_error !== null && (
          <>
            <dt>{of.status === "failed" ? "Why it failed" : "Last error"}</dt>
            <dd class={of.status === "failed" ? "bad" : undefined}>
              <Text>{of.last_error}</Text>
            </dd>
          </>
        )}
      </dl>
      <h2>Attempts</h2>
      {of.attempts.length === 0 ? <p class="faint">None yet.</p> : of.attempts.map((it) => <Attempt key={it.number} of={it} />)}
      {of.attempt_count > of.attempts.length && (
        <p class="hint">It was sent {of.attempt_count} times; the last {of.attempts.length} whose end is known are shown.</p>
      )}
      <h2>What is sent</h2>
      <Code text={of.body} language="json, byte by byte" />
    </>
  );
}

function Attempt({ of: { number, at, latency_ms, status, error, answer } }: { of: DeliveryAttempt }): VNode {
  return (
    <section aria-label={`Attempt ${number}`}>
      <h3>
        Attempt {number} <span class={error == null ? "tag good" : "tag bad"}>{status ?? "no answer"}</span>
      </h3>
      <p class="small">
        <Time of={at} isExact />, took {duration(latency_ms)}
        {error != null && (
          <span class="bad">
            : <Text>{error}</Text>
          </span>
        )}
      </p>
      {answer != null && answer !== "" && <Code text={answer} language={`the first KiB of answer ${number}`} />}
    </section>
  );
}
