// The versions of a memory, each against the one before it, and the way back to one.

import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import type { MemoryVersion } from "astra-client";
import { client, NotFoundError } from "../../frame/client.ts";
import { useKeys } from "../../frame/keyboard.ts";
import { href, place, setQuery } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Diff } from "../../parts/diff.tsx";
import { Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { Pages, useCursor } from "../../parts/table.tsx";
import { Time } from "../../parts/time.tsx";
import { textOfMemory } from "./textof.ts";

interface HistoryProps {
  readonly id: string;
  /** The present version; the history is read again when it changes. */
  readonly version: number | undefined;
  readonly onReverted: () => void;
}

export function History({ id, version, onReverted }: HistoryProps): VNode | null {
  const cursor = useCursor();
  const versions = useResource("memory.history", { id, cursor }, (options) =>
    client.memory.history(id, { cursor, limit: 50, ...options }),
  );
  const newest = versions.data?.items[0]?.version;
  useEffect(() => {
    // Another version than those that are known: by a change here.
    if (cursor === undefined && version !== undefined && newest !== undefined && version !== newest) versions.reload();
  }, [version]);
  if (versions.error instanceof NotFoundError) return <p class="faint">It has no history here.</p>;
  const revert = async (to: number): Promise<void> => {
    await client.memory.revert(id, { version: to });
    onReverted();
    versions.reload();
  };
  return (
    <section aria-labelledby="history-title">
      <h2 id="history-title">History</h2>
      <Shown of={versions}>
        {({ items, nextCursor }) => (
          <>
            <Versions items={items} onRevert={revert} />
            <Pages next={nextCursor} />
          </>
        )}
      </Shown>
    </section>
  );
}

const chosenIn = (items: readonly MemoryVersion[]): number => {
  const said = Number(place.value.query["version"]);
  return Math.max(
    0,
    items.findIndex(({ version }) => version === said),
  );
};

function Versions({
  items,
  onRevert,
}: {
  items: readonly MemoryVersion[];
  onRevert: (version: number) => Promise<void>;
}): VNode | null {
  const at = chosenIn(items);
  const version = items[at];
  const before = items[at + 1];
  const choose = (index: number): void => {
    const next = items[index];
    if (next !== undefined) setQuery({ version: next.version }, true);
  };
  useKeys([
    { key: "[", title: "Newer version", run: () => choose(at - 1) },
    { key: "]", title: "Older version", run: () => choose(at + 1) },
  ]);
  if (version === undefined) return <p class="faint">There is none.</p>;
  return (
    <div class="halves">
      <ol class="choose" aria-label="Versions, the newest first">
        {items.map((it, index) => (
          <li key={it.version}>
            <button type="button" class="plain" aria-pressed={index === at} onClick={() => choose(index)}>
              <span>
                Version {it.version} {it.reason}
              </span>
              <span class="faint">
                <Time of={it.created_at} />
              </span>
            </button>
          </li>
        ))}
      </ol>
      <div>
        <p>
          Version {version.version}, {version.reason} by <code>{version.author}</code>
          {version.turn_id != null && (
            <>
              {" "}
              in <a href={href("chat", ["turns", version.turn_id])}>a turn</a>
            </>
          )}
          {version.is_deleted && "; with it the memory is gone"}
        </p>
        <Diff
          before={before === undefined ? "" : textOfMemory(before.memory)}
          after={textOfMemory(version.memory)}
          label={`Version ${version.version} against the one before it`}
        />
        <Action
          op="memory.revert"
          isOff={
            at === 0 && !version.is_deleted
              ? "It is as in this version."
              : version.is_deleted && "With this version the memory is gone: take an older one."
          }
          done={`Version ${version.version} holds again, as a new version.`}
          onPress={() => onRevert(version.version)}
        >
          Revert to version {version.version}
        </Action>
      </div>
    </div>
  );
}
