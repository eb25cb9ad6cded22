// Traces: where the time of turns went, and one turn step by step.

import type { VNode } from "preact";
import { place } from "../../frame/router.tsx";
import { List } from "./list.tsx";
import { One } from "./one.tsx";

export default function Traces(): VNode {
  const [id] = place.value.parts;
  return id === undefined ? <List /> : <One key={id} id={id} />;
}
