import type { PageEntry } from "../../frame/pages.ts";

export const entry: PageEntry = {
  title: "Agents",
  key: "a",
  order: 20,
  icon: ["M5 9h14v10H5z", "M12 9V5", "M9 13v2", "M15 13v2"],
  needs: ["agents.list"],
  words: "definition prompt model version label rollback import export clone",
};
