// Chat: with an agent in a version of one's choice, or with two versions side by side.

import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { client } from "../../frame/client.ts";
import { may } from "../../frame/permissions.ts";
import { go, href, place } from "../../frame/router.tsx";
import { NotAllowed, Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { Talk } from "./talk.tsx";

export default function Chat(): VNode {
  const [first, second] = place.value.parts;
  const permission = may("chat.stream");
  if (!permission.isAllowed) {
    return (
      <>
        <h1>Chat</h1>
        <NotAllowed reason={permission.reason} />
      </>
    );
  }
  if (first === "turns" && second !== undefined) return <OfTurn id={second} />;
  return <Talk sessionId={first} besideId={place.value.query["beside"]} />;
}

/** The address of a turn leads to its session. */
function OfTurn({ id }: { id: string }): VNode {
  const turn = useResource("chat.get_turn", { id }, (options) => client.chat.getTurn(id, options));
  const sessionId = turn.data?.session_id;
  useEffect(() => {
    if (sessionId !== undefined) go(href("chat", [sessionId]), true);
  }, [sessionId]);
  return (
    <>
      <h1>Chat</h1>
      <Shown of={turn}>{() => null}</Shown>
    </>
  );
}
