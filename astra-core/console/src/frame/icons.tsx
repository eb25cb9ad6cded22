// Icons, drawn by lines; their meaning is always there as text too.

import type { VNode } from "preact";

export function Icon({ paths }: { paths: readonly string[] }): VNode {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
      {paths.map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  );
}

export const icons = {
  menu: ["M4 7h16", "M4 12h16", "M4 17h16"],
  search: ["M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14z", "M16 16l5 5"],
  person: ["M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z", "M4 21c0-4 4-6 8-6s8 2 8 6"],
  calls: ["M8 6l-5 6 5 6", "M16 6l5 6-5 6"],
};
