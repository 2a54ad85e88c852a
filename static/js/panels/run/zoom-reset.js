// The button that shows the whole run again.

/** @import { Page, Panel } from "../../types/page.d.ts" */

import { byId } from "../../dom/elements.js";

/**
 * @param {Page} page
 * @returns {Panel}
 */
export function createZoomReset({ store }) {
  const button = byId("zoom-reset");
  button.addEventListener("click", () => {
    store.set({ view: null });
    byId("timeline").focus();
  });
  return {
    draw({ shown }) {
      button.hidden = shown.view === null;
    },
  };
}
