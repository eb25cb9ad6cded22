// One job: how far it is, what it is about, what it came to, its log, and the answers to its questions.

import type { VNode } from "preact";
import type { Job as JobOf } from "astra-client";
import { client } from "../../frame/client.ts";
import { href } from "../../frame/router.tsx";
import { Json } from "../../parts/code.tsx";
import { Id } from "../../parts/copy.tsx";
import { Shown } from "../../parts/empty.tsx";
import { Markdown } from "../../parts/markdown.tsx";
import { Tabs, useTab } from "../../parts/menu.tsx";
import { useResource } from "../../parts/resource.ts";
import { Text } from "../../parts/text.tsx";
import { useTicking } from "../../parts/ticking.ts";
import { duration, Time } from "../../parts/time.tsx";
import { Answers } from "./answers.tsx";
import { JobActions } from "./jobactions.tsx";
import { Log } from "./log.tsx";
import { attemptsOf, hasEnded, NextTry, Progress, Status } from "./status.tsx";

const tabs = [
  ["about", "About"],
  ["log", "Log"],
] as const;
const asking = [...tabs, ["answers", "Answers"]] as const;

export function Job({ id }: { id: string }): VNode {
  const job = useResource("jobs.get", { id }, (options) => client.jobs.get(id, options), { live: ["job.*"] });
  const isOpen = job.data !== undefined && !hasEnded(job.data);
  useTicking(job.reload, isOpen, job.data?.cancel_requested ? 1_000 : 5_000);
  return (
    <>
      <p>
        <a href={href("jobs")}>All jobs</a>
      </p>
      <Shown of={job}>{(data) => <Whole job={data} onChange={job.put} />}</Shown>
    </>
  );
}

function Whole({ job, onChange }: { job: JobOf; onChange: (job: JobOf) => void }): VNode {
  const asks = job.type === "agent_run" || job.type === "batch_chat";
  const tab = useTab(asks ? asking : tabs);
  return (
    <>
      <div class="heading">
        <h1>
          <Text>{job.type}</Text>
        </h1>
        <Status of={job.status} />
        {job.cancel_requested && !hasEnded(job) && <span class="warn">asked to stop</span>}
        <Progress of={job} />
      </div>
      <div class="buttons">
        <JobActions job={job} onChange={onChange} />
      </div>
      <Tabs label="Parts of the job" tabs={asks ? asking : tabs} />
      {tab === "log" ? (
        <Log id={job.id} isOpen={!hasEnded(job)} />
      ) : tab === "answers" ? (
        <Answers id={job.id} isOpen={!hasEnded(job)} />
      ) : (
        <AboutIt job={job} />
      )}
    </>
  );
}

function AboutIt({ job }: { job: JobOf }): VNode {
  return (
    <>
      {job.error !== null && (
        <div class="problem">
          <p>
            <strong>{job.status === "failed" ? "It failed." : "The last attempt failed."}</strong> <Text>{job.error}</Text>
          </p>
        </div>
      )}
      {job.status === "unknown" && (
        <p class="warn">
          It was broken off in the middle of a step that must not run twice, so it is not tried again by itself. Look what
          was done, and run it again if that is right.
        </p>
      )}
      <Facts job={job} />
      {job.status === "succeeded" && <Result of={job} />}
      <h2>What it is about</h2>
      <Json value={job.payload} label="payload" />
    </>
  );
}

function Facts({ job }: { job: JobOf }): VNode {
  const took = job.started_at !== null && job.finished_at !== null ? Date.parse(job.finished_at) - Date.parse(job.started_at) : undefined;
  return (
    <dl class="facts">
      <dt>Id</dt>
      <dd>
        <Id id={job.id} />
      </dd>
      <dt>Account</dt>
      <dd>{job.user_id === null ? "the gateway itself" : <code>{job.user_id}</code>}</dd>
      <dt>Attempts</dt>
      <dd>
        {attemptsOf(job)}
        {job.timeout_s !== null && `, each for up to ${duration(job.timeout_s * 1000)}`}
      </dd>
      <dt>Priority</dt>
      <dd>{job.priority} of 9</dd>
      {job.status === "pending" && (
        <>
          <dt>Next run</dt>
          <dd>
            <NextTry of={job} />
          </dd>
        </>
      )}
      <dt>Made</dt>
      <dd>
        <Time of={job.created_at} isExact />
      </dd>
      <dt>First begun</dt>
      <dd>
        <Time of={job.started_at} isExact />
      </dd>
      {job.finished_at !== null && (
        <>
          <dt>Ended</dt>
          <dd>
            <Time of={job.finished_at} isExact />
            {took !== undefined && `, ${duration(took)} after it was begun`}
          </dd>
        </>
      )}
      {job.origin_id !== null && (
        <>
          <dt>Does again</dt>
          <dd>
            <a href={href("jobs", [job.origin_id])}>{job.origin_id}</a>
          </dd>
        </>
      )}
      {job.dedupe_key !== null && (
        <>
          <dt>Key</dt>
          <dd>
            <code>
              <Text>{job.dedupe_key}</Text>
            </code>
          </dd>
        </>
      )}
    </dl>
  );
}

/** An agent's answer is read as one; all else is shown as it is. */
function Result({ of: { type, result } }: { of: JobOf }): VNode {
  const fields = (typeof result === "object" && result !== null ? result : {}) as Record<string, unknown>;
  const { answer, session_id, turn_id } = fields;
  return (
    <section aria-labelledby="result-title">
      <h2 id="result-title">What it came to</h2>
      {type === "agent_run" && typeof answer === "string" ? (
        <>
          <div class="card">
            <Markdown text={answer} />
            {fields["is_answer_cut"] === true && <p class="warn">The answer is longer: the turn has all of it.</p>}
          </div>
          <p>
            {typeof session_id === "string" && <a href={href("sessions", [session_id])}>Its session</a>}{" "}
            {typeof turn_id === "string" && <a href={href("chat", ["turns", turn_id])}>Its turn</a>}
          </p>
        </>
      ) : (
        <Json value={result} label="result" />
      )}
    </section>
  );
}
