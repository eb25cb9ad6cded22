import type { PageEntry } from "../../frame/pages.ts";

export const entry: PageEntry = {
  title: "Tools",
  key: "o",
  order: 60,
  icon: ["M14 6a4 4 0 0 0 4.5 4L20 8.5V12l-3 3-3-1-7 7-3-3 7-7-1-3 3-3h3.5z"],
  needs: ["tools.list"],
  words: "mcp servers approvals approve deny policy connect try call inbox",
};
