import type { PageEntry } from "../../frame/pages.ts";

export const entry: PageEntry = {
  title: "Traces",
  key: "t",
  order: 40,
  icon: ["M4 6h7", "M8 11h9", "M13 16h7"],
  needs: ["traces.list"],
  words: "turns spans latency slow errors request waterfall flame why",
};
