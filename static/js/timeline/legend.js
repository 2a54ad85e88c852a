// The legend: what each kind of line means, and how many requests are in that phase.

import { make, setText } from "../dom/elements.js";

const ENTRIES = [
  { swatch: "queued", words: "queued", phases: ["queued"] },
  { swatch: "handling", words: "in Python", phases: ["handling", "responding"] },
  { swatch: "waiting", words: "waiting for pool", phases: ["waiting"] },
  { swatch: "connecting", words: "connecting", phases: ["connecting"] },
  { swatch: "executing", words: "executing", phases: ["executing"] },
  { swatch: "holding", words: "holding", phases: ["holding"] },
  { swatch: "failed", words: "failed", phases: ["failed"] },
  { swatch: "unknown", words: "unknown", phases: [], isRare: true },
  { swatch: "forecast", words: "forecast", phases: [] },
];

/** Builds the legend; the returned function shows the counts of a run, or none. */
export function createLegend(element) {
  const numbers = ENTRIES.map(() => make("b", { class: "legend-count" }));
  element.replaceChildren(
    ...ENTRIES.map(({ swatch, words }, k) =>
      make("li", {}, make("span", { class: `swatch swatch-${swatch}` }), words, numbers[k])
    ),
  );
  /** unknown: how many requests have an unknown phase; without any there is nothing to explain. */
  return (counts, unknown) =>
    ENTRIES.forEach(({ phases, isRare }, k) => {
      if (isRare) element.children[k].hidden = unknown === 0;
      const number = counts ? phases.reduce((sum, phase) => sum + (counts[phase] ?? 0), 0) : 0;
      setText(numbers[k], number > 0 ? number.toLocaleString("en-US") : "");
    });
}
