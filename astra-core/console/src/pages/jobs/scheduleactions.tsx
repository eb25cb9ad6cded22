// Run now; pause and go on.

import type { VNode } from "preact";
import type { Schedule } from "astra-client";
import { client } from "../../frame/client.ts";
import { say } from "../../frame/notices.tsx";
import { Action } from "../../parts/action.tsx";

interface ScheduleActionProps {
  readonly schedule: Schedule;
  readonly isRow?: boolean;
  readonly onDone: () => void;
}

export function Trigger({ schedule: { id, name }, isRow = false, onDone }: ScheduleActionProps): VNode {
  const run = async (): Promise<void> => {
    const { job_id, status } = await client.cron.trigger(id);
    say(job_id == null ? `The run is ${status}.` : `Its job has begun: ${job_id}.`);
    onDone();
  };
  return (
    <Action op="cron.trigger" label={isRow ? `Run now: ${name}` : undefined} onPress={run}>
      Run now
    </Action>
  );
}

export function Pause({ schedule: { id, name, is_paused }, isRow = false, onDone }: ScheduleActionProps): VNode {
  const word = is_paused ? "Resume" : "Pause";
  const change = async (): Promise<void> => {
    await client.cron.update(id, { is_paused: !is_paused });
    say(is_paused ? "The schedule goes on: its times count from now." : "The schedule is paused, and misses nothing meanwhile.");
    onDone();
  };
  return (
    <Action op="cron.update" label={isRow ? `${word} ${name}` : undefined} onPress={change}>
      {word}
    </Action>
  );
}
