// How far jobs and runs are, and how much of one is done.

import type { VNode } from "preact";
import type { Job, JobSummary } from "astra-client";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";

const marks: Readonly<Record<string, string>> = {
  succeeded: "good",
  failed: "bad",
  unknown: "warn",
  cancelled: "",
  skipped: "warn",
};

export const ended: readonly string[] = ["succeeded", "failed", "cancelled", "unknown"];
export const statuses: readonly string[] = ["pending", "running", ...ended];

export const hasEnded = ({ finished_at }: Pick<JobSummary, "finished_at">): boolean => finished_at != null;

export function Status({ of }: { of: string }): VNode {
  return <span class={`tag ${marks[of] ?? ""}`}>{of}</span>;
}

export function Progress({ of }: { of: JobSummary | Job }): VNode | null {
  const isRunning = of.status === "running";
  if (!isRunning && of.progress === 0 && of.message == null) return null;
  return (
    <>
      {of.progress > 0 && (
        <span class="meter progress" role="img" aria-label={`${of.progress} per cent done`}>
          <span style={{ width: `${Math.min(100, of.progress)}%` }} />
        </span>
      )}
      <span class="small">
        {of.progress} %{of.message != null && <> · <Text>{of.message}</Text></>}
      </span>
    </>
  );
}

/** When it runs next, if it does. */
export function NextTry({ of }: { of: JobSummary | Job }): VNode {
  if (of.status !== "pending") return <span class="faint">–</span>;
  if (Date.parse(of.run_at) <= Date.now()) return <>waits for a worker</>;
  return <Time of={of.run_at} />;
}

/** `2 of 4`: attempts that were begun, of all that there may be. */
export const attemptsOf = (of: JobSummary | Job): string => `${of.attempts} of ${of.max_retries + 1}`;
