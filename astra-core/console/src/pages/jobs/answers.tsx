// What became of the questions that a job has asked.

import type { VNode } from "preact";
import { client } from "../../frame/client.ts";
import { href } from "../../frame/router.tsx";
import { NothingYet, Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { Table, useCursor } from "../../parts/table.tsx";
import { firstPart, Text } from "../../parts/text.tsx";
import { useTicking } from "../../parts/ticking.ts";

const marks: Readonly<Record<string, string>> = { answered: "good", failed: "bad" };
const SHOWN = 600;

export function Answers({ id, isOpen }: { id: string; isOpen: boolean }): VNode {
  const cursor = useCursor();
  const answers = useResource("jobs.list_results", { id, cursor, isOpen }, (options) =>
    client.jobs.listResults(id, { cursor, limit: 50, ...options }),
  );
  useTicking(answers.reload, isOpen);
  return (
    <Shown of={answers}>
      {({ items, nextCursor }) =>
        items.length === 0 && cursor === undefined ? (
          <NothingYet what="No question of this job was asked yet. Each that is asked stands here with its answer." />
        ) : (
          <Table
            title="Answers"
            rows={items}
            id={({ number }) => String(number)}
            next={nextCursor}
            columns={[
              {
                title: "Question",
                cell: ({ number, id: own }) => (
                  <>
                    {number + 1} {own != null && <Text>{own}</Text>}
                  </>
                ),
              },
              { title: "Status", cell: ({ status }) => <span class={`tag ${marks[status] ?? ""}`}>{status}</span> },
              {
                title: "Answer",
                cell: ({ answer, error, is_answer_cut }) => (
                  <div class="as-is">
                    {error != null && (
                      <span class="bad">
                        <code>{error.code}</code> <Text>{error.message}</Text>
                      </span>
                    )}
                    {answer != null && <Text>{firstPart(answer, SHOWN)}</Text>}
                    {answer != null && (is_answer_cut || answer.length > SHOWN) && <span class="faint"> … the turn has all of it</span>}
                  </div>
                ),
              },
              {
                title: "Turn",
                cell: ({ turn_id, session_id }) => (
                  <>
                    {turn_id != null && <a href={href("chat", ["turns", turn_id])}>turn</a>}{" "}
                    {session_id != null && <a href={href("sessions", [session_id])}>session</a>}
                  </>
                ),
              },
            ]}
          />
        )
      }
    </Shown>
  );
}
