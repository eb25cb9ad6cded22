// The next times of an expression, in its zone, and what daylight saving does to them.

import type { VNode } from "preact";
import type { PreviewSlot } from "astra-client";
import { client } from "../../frame/client.ts";
import { Problem } from "../../frame/notices.tsx";
import { Loading, NotAllowed } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { ago } from "../../parts/time.tsx";
import { inZone } from "./zone.ts";

const savings: Readonly<Record<string, string>> = {
  moved: "moved: that local time does not exist on this day",
  first_of_two: "the first of two: clocks are set back",
  second_of_two: "the second of two: clocks are set back",
};

interface PreviewProps {
  readonly expression: string;
  readonly timezone: string;
  readonly startsAt?: string | null | undefined;
  readonly endsAt?: string | null | undefined;
  /** Read again when this changes. */
  readonly of?: unknown;
}

/** Five fields are worth a question. */
const isWhole = (expression: string): boolean => expression.trim().split(/\s+/).length === 5;

export function Preview({ expression, timezone, startsAt, endsAt, of }: PreviewProps): VNode {
  const isWanted = isWhole(expression);
  // The slot at the beginning itself is one.
  const after = startsAt != null && Date.parse(startsAt) > Date.now() ? new Date(Date.parse(startsAt) - 1).toISOString() : undefined;
  const preview = useResource(
    "cron.preview",
    { expression, timezone, after, of },
    (options) => client.cron.preview({ expression, timezone, count: 5, ...(after === undefined ? {} : { after }) }, options),
    { isWanted },
  );
  if (!isWanted) return <p class="hint">An expression has five fields: minute, hour, day of the month, month, day of the week.</p>;
  if (preview.refusal !== undefined) return <NotAllowed reason={preview.refusal} />;
  if (preview.error !== undefined) return <Problem error={preview.error} />;
  if (preview.data === undefined) return <Loading />;
  const { description, slots } = preview.data;
  const held = endsAt == null ? slots : slots.filter(({ at }) => Date.parse(at) <= Date.parse(endsAt));
  return (
    <>
      <p>{description}</p>
      <ol class="slots">
        {held.map((slot) => (
          <Slot key={slot.at} of={slot} zone={timezone} />
        ))}
      </ol>
      {held.length < slots.length && <p class="hint">None after that: the schedule ends.</p>}
      {slots.length === 0 && <p class="warn">It never comes.</p>}
    </>
  );
}

function Slot({ of: { at, local, daylight_saving: saving }, zone }: { of: PreviewSlot; zone: string }): VNode {
  return (
    <li>
      <time dateTime={at} title={local}>
        {inZone(at, zone)}
      </time>{" "}
      <span class="small faint">{ago(at)}</span>
      {saving !== "unaffected" && <span class="small warn"> {savings[saving] ?? saving}</span>}
    </li>
  );
}
