// The header: the target, and how far the run is in the title of the window.

/** @import { Page, Panel } from "../types/page.d.ts" */

import { byId, setText } from "../dom/elements.js";
import { targetWords } from "../model/words/describe.js";
import { routeWords } from "../state/route.js";

/**
 * @param {Page} page
 * @returns {Panel}
 */
export function createHeader({ store }) {
  const target = byId("target");
  const words = byId("target-words");
  setText(byId("version"), store.get().options?.version ?? "");
  return {
    draw({ live: { run, summary, route } }) {
      setText(words, targetWords(run?.target));
      target.dataset.state = run?.target?.state ?? "none";
      document.documentElement.dataset.runStatus = run?.status ?? "idle";
      const progress = run?.status === "running" && summary
        ? `${summary.done} of ${summary.requests} · `
        : "";
      document.title = `${progress}${routeWords(route)}Poolscope`;
    },
  };
}
