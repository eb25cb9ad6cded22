// A time in the address: in UTC there, in the person's own zone in the field.

import type { VNode } from "preact";
import { place, setQuery } from "../frame/router.tsx";

export function Moment({ name, title }: { name: string; title: string }): VNode {
  const said = place.value.query[name];
  const time = said === undefined ? NaN : Date.parse(said);
  const local = Number.isNaN(time)
    ? ""
    : new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  const set = (text: string): void => setQuery({ [name]: text === "" ? null : new Date(text).toISOString(), cursor: null });
  return (
    <label class="filter">
      <span>{title}</span>
      <input type="datetime-local" value={local} onChange={(event) => set(event.currentTarget.value)} />
    </label>
  );
}
