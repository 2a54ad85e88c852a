// What the gauges show, in words: one line for each.

/** @import { Panel } from "../types/page.d.ts" */

import { byId, make, setText } from "../dom/elements.js";

/** @returns {Panel} */
export function createGaugeWords() {
  const list = byId("gauge-words");
  return {
    draw({ shown, gauges: all }) {
      const gauges = shown.rows.length > 0 ? all : [];
      while (list.children.length < gauges.length) list.append(make("li"));
      while (list.children.length > gauges.length) list.lastChild?.remove();
      gauges.forEach(({ sentence }, k) =>
        setText(list.children[k], sentence[0].toUpperCase() + sentence.slice(1))
      );
    },
  };
}
