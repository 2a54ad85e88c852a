// The legend: what each kind of line means, and how many requests are in that phase.

/** @import { Panel } from "../types/page.d.ts" */
/** @import { Phase } from "../types/run.d.ts" */

import { byId, make, setText } from "../dom/elements.js";

/** @type {{ swatch: string, words: string, phases: Phase[], rarely?: "unknown" | "threadQueued" }[]} */
const ENTRIES = [
  { swatch: "queued", words: "queued", phases: ["queued"] },
  {
    swatch: "thread-queued",
    words: "waiting for thread",
    phases: ["thread-queued"],
    rarely: "threadQueued",
  },
  { swatch: "handling", words: "in Python", phases: ["handling", "responding"] },
  { swatch: "waiting", words: "waiting for pool", phases: ["waiting"] },
  { swatch: "connecting", words: "connecting", phases: ["connecting"] },
  { swatch: "executing", words: "executing", phases: ["executing"] },
  { swatch: "holding", words: "holding", phases: ["holding"] },
  { swatch: "failed", words: "failed", phases: ["failed"] },
  { swatch: "unknown", words: "unknown", phases: [], rarely: "unknown" },
  { swatch: "forecast", words: "forecast", phases: [] },
];

/** @returns {Panel} */
export function createLegend() {
  const element = byId("legend");
  const numbers = ENTRIES.map(() => make("b", { class: "legend-count" }));
  const items = ENTRIES.map(({ swatch, words }, k) =>
    make("li", {}, make("span", { class: `swatch swatch-${swatch}` }), words, numbers[k])
  );
  element.replaceChildren(...items);
  return {
    draw(scene) {
      const counts = scene.shown.summary?.counts ?? {};
      ENTRIES.forEach(({ phases, rarely }, k) => {
        // Without any request of such a phase there is nothing to explain.
        if (rarely) items[k].hidden = scene[rarely] === 0;
        const number = phases.reduce((sum, phase) => sum + (counts[phase] ?? 0), 0);
        setText(numbers[k], number > 0 ? number.toLocaleString("en-US") : "");
      });
    },
  };
}
