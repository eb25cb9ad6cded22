import type { PageEntry } from "../../frame/pages.ts";

export const entry: PageEntry = {
  title: "Usage",
  key: "u",
  order: 90,
  icon: ["M4 20V4", "M4 20h16", "M8 16v-5", "M12 16V8", "M16 16v-3"],
  needs: ["inference.usage"],
  words: "tokens cost spend requests errors latency p50 p95 quotas csv",
};
