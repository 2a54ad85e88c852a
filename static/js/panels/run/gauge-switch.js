// The switch that shows or hides the gauges below the bars.

/** @import { Page, Panel } from "../../types/page.d.ts" */

import { byId } from "../../dom/elements.js";
import { gaugesAreShown } from "../../state/scene.js";

/**
 * @param {Page} page
 * @returns {Panel}
 */
export function createGaugeSwitch({ store }) {
  const button = byId("gauges-switch");
  button.addEventListener("click", () => store.set({ gaugesShown: !gaugesAreShown(store.get()) }));
  return {
    draw({ shown }) {
      button.setAttribute("aria-expanded", String(gaugesAreShown(shown)));
    },
  };
}
