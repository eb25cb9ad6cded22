// Cancel, and run again.

import type { VNode } from "preact";
import type { Job, JobSummary } from "astra-client";
import { client } from "../../frame/client.ts";
import { say } from "../../frame/notices.tsx";
import { go, href } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { hasEnded } from "./status.tsx";

interface JobActionsProps {
  readonly job: JobSummary | Job;
  readonly onChange: (job: Job) => void;
  /** In a row only what can be done now is there. */
  readonly isRow?: boolean;
}

export function JobActions({ job, onChange, isRow = false }: JobActionsProps): VNode {
  const isOver = hasEnded(job);
  const again = async (): Promise<void> => {
    const made = await client.jobs.retry(job.id);
    say("A new job does it again.");
    go(href("jobs", [made.id]));
  };
  const cancel = async (): Promise<void> => {
    const now = await client.jobs.cancel(job.id);
    say(hasEnded(now) ? "The job was cancelled." : "The job is asked to stop.");
    onChange(now);
  };
  return (
    <>
      {(!isRow || !isOver) && (
        <Action
          op="jobs.cancel"
          kind="danger"
          label={isRow ? `Cancel ${job.id}` : undefined}
          isOff={isOver ? "It has ended." : job.cancel_requested && "It is asked to stop already."}
          onPress={cancel}
        >
          Cancel
        </Action>
      )}{" "}
      {(!isRow || isOver) && (
        <Action
          op="jobs.retry"
          label={isRow ? `Run again ${job.id}` : undefined}
          isOff={!isOver && "Only a job that has ended can be run again."}
          onPress={again}
        >
          Run again
        </Action>
      )}
    </>
  );
}
