// How well memory answers known questions, measured twice: with two profiles, or before and after a profile has changed.

import type { VNode } from "preact";
import { signal, useSignal } from "@preact/signals";
import type { EvaluatedMean, MemoryEvaluation, MemoryProfile } from "astra-client";
import { client } from "../../frame/client.ts";
import { href } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Problem } from "../../frame/notices.tsx";
import { NotAllowed } from "../../parts/empty.tsx";
import { may } from "../../frame/permissions.ts";
import { useResource } from "../../parts/resource.ts";
import { Table } from "../../parts/table.tsx";
import { firstPart, Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { questionLines, questionsOf } from "./questions.ts";

interface Run {
  readonly title: string;
  readonly at: string;
  readonly questions: readonly string[];
  readonly result: MemoryEvaluation;
}

/** The measurements of this tab, the latest last. */
const runs = signal<readonly Run[]>([]);

export function Evaluate(): VNode {
  const permission = may("memory.evaluate");
  if (!permission.isAllowed) return <NotAllowed reason={permission.reason} />;
  return <Allowed />;
}

function Allowed(): VNode {
  const profiles = useResource("memory-profiles.list", { limit: 200 }, (options) =>
    client.memoryProfiles.list({ limit: 200, ...options }),
  );
  const chosen = useSignal("");
  const k = useSignal("10");
  const { questions, fault } = questionsOf(questionLines.value);
  const run = async (): Promise<void> => {
    const id = chosen.peek();
    // The profile as it is now: it may have changed since the list was read.
    const profile = id === "" ? undefined : await client.memoryProfiles.get(id);
    const result = await client.memory.evaluate({ questions, profile_id: id === "" ? null : id, k: Number(k.peek()) });
    const title = profile === undefined ? "the built-in profile" : `${profile.name}, version ${profile.version}`;
    const made = { title, at: new Date().toISOString(), questions: questions.map((it) => it.question), result };
    runs.value = [...runs.peek().slice(-1), made];
  };
  const off =
    fault ??
    (questions.length === 0
      ? "There are no questions yet."
      : questions.length > 100
        ? "100 questions are the most."
        : undefined);
  return (
    <>
      <p class="hint">
        Searches for each question as a turn of yours would, and compares what is found with the memories that answer it.
        Measure, change the profile or choose another one, and measure again: both stand side by side.
      </p>
      <label class="field wide-field">
        <span>Questions, one a line</span>
        <textarea
          class="mono"
          rows={8}
          placeholder={'{"question": "When do we release?", "relevant": ["mem_…"]}'}
          value={questionLines.value}
          aria-describedby="questions-hint"
          onInput={(event) => (questionLines.value = event.currentTarget.value)}
        />
      </label>
      <p class={fault === undefined ? "hint" : "fault"} id="questions-hint">
        {fault ??
          `${questions.length} ${questions.length === 1 ? "question" : "questions"}. A hit of the search has a button that adds the question with this answer.`}
      </p>
      <Problem error={profiles.error} retry={profiles.reload} />
      <div class="filters">
        <label class="filter">
          <span>Memory profile</span>
          <select value={chosen.value} onChange={(event) => (chosen.value = event.currentTarget.value)}>
            <option value="">the built-in one</option>
            {profiles.data?.items.map((profile: MemoryProfile) => (
              <option key={profile.id} value={profile.id}>
                {profile.name}
              </option>
            ))}
          </select>
        </label>
        <label class="filter">
          <span>Places that count</span>
          <input type="number" min={1} max={100} value={k.value} onInput={(event) => (k.value = event.currentTarget.value)} />
        </label>
        <Action op="memory.evaluate" kind="primary" isOff={off} onPress={run}>
          Measure
        </Action>
        {chosen.value !== "" && <a href={href("memory", ["profiles", chosen.value])}>Change this profile</a>}
      </div>
      {runs.value.length > 0 && <Results of={runs.value} />}
    </>
  );
}

type Measure = "precision" | "recall" | "mrr" | "ndcg";

const measures: readonly (readonly [name: Measure, title: string, about: string])[] = [
  ["precision", "Precision", "the share of the places that hold what is relevant"],
  ["recall", "Recall", "the share of what is relevant that is found"],
  ["mrr", "MRR", "one divided by the first place with something relevant"],
  ["ndcg", "nDCG", "the order against the best one"],
];

const meanOf = ({ mean, low, high }: EvaluatedMean): VNode => (
  <>
    <strong>{mean.toFixed(3)}</strong>{" "}
    <span class="small faint">
      {low.toFixed(3)} to {high.toFixed(3)}
    </span>
  </>
);

function Results({ of }: { of: readonly Run[] }): VNode {
  const [one, other] = of;
  if (one === undefined) return <></>;
  const isSame = other !== undefined && JSON.stringify(one.questions) === JSON.stringify(other.questions);
  const title = (run: Run, name: string): string => (other === undefined ? run.title : `${name}: ${run.title}`);
  return (
    <section aria-labelledby="results-title">
      <h2 id="results-title">Results</h2>
      <p class="small faint">
        {of.map((run, index) => (
          <span key={run.at}>
            {index > 0 && "; "}
            {title(run, index === 0 ? "Before" : "After")}, {run.questions.length}{" "}
            {run.questions.length === 1 ? "question" : "questions"}, {run.result.k} places, <Time of={run.at} />
          </span>
        ))}
        . Intervals are those in which 95 of 100 such sets of questions have the mean.
      </p>
      <Table
        title="Measures"
        hasKeys={false}
        rows={measures}
        id={([name]) => name}
        columns={[
          {
            title: "Measure",
            cell: ([, name, about]) => (
              <>
                {name} <span class="small faint">{about}</span>
              </>
            ),
          },
          { title: other === undefined ? "Now" : "Before", cell: ([name]) => meanOf(one.result[name]) },
          ...(other === undefined
            ? []
            : [
                { title: "After", cell: ([name]: (typeof measures)[number]) => meanOf(other.result[name]) },
                {
                  title: "Difference",
                  cell: ([name]: (typeof measures)[number]) => (
                    <Change from={one.result[name].mean} to={other.result[name].mean} />
                  ),
                  isNumber: true,
                },
              ]),
        ]}
      />
      {other !== undefined && !isSame && (
        <p class="warn">Both were measured with different questions: their difference says little.</p>
      )}
      <Each one={one} other={isSame ? other : undefined} />
      <button type="button" onClick={() => (runs.value = [])}>
        Clear the results
      </button>
    </section>
  );
}

function Change({ from, to }: { from: number; to: number }): VNode {
  const by = to - from;
  const look = Math.abs(by) < 0.0005 ? "faint" : by > 0 ? "good" : "bad";
  return <span class={look}>{`${by > 0 ? "+" : by < 0 ? "−" : "±"}${Math.abs(by).toFixed(3)}`}</span>;
}

function Each({ one, other }: { one: Run; other: Run | undefined }): VNode {
  const last = other ?? one;
  const rank = (run: Run, index: number): string => {
    const first = run.result.questions[index]?.first_rank;
    return first == null ? "not found" : `#${first}`;
  };
  const rows = last.questions.map((question, index) => ({ question, index }));
  return (
    <Table
      title="Each question"
      hasKeys={false}
      rows={rows}
      id={({ index }) => String(index)}
      columns={[
        { title: "Question", cell: ({ question }) => <Text>{firstPart(question, 200)}</Text> },
        ...(other === undefined
          ? []
          : [{ title: "First answer before", cell: ({ index }: { index: number }) => rank(one, index) }]),
        { title: other === undefined ? "First answer at" : "First answer after", cell: ({ index }) => rank(last, index) },
        {
          title: "Missed",
          cell: ({ index }) =>
            (last.result.questions[index]?.missed ?? []).map((id, at) => (
              <span key={id}>
                {at > 0 && ", "}
                <a href={href("memory", [id])}>{id}</a>
              </span>
            )),
        },
      ]}
    />
  );
}
