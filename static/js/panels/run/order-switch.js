// The choice of how the rows are ordered.

/** @import { PageState, Panel, Stage } from "../../types/page.d.ts" */

import { byId, offer } from "../../dom/elements.js";
import { ORDERS } from "../../model/picture/order.js";

/**
 * @param {Stage} page
 * @returns {Panel}
 */
export function createOrderSwitch({ store }) {
  const select = byId("order", HTMLSelectElement);
  offer(select, Object.entries(ORDERS).map(([value, { title }]) => [value, title]));
  select.addEventListener("change", () => {
    store.set({ order: /** @type {PageState["order"]} */ (select.value), view: null });
  });
  return {
    draw({ live: { order } }) {
      if (select.value !== order) select.value = order;
    },
  };
}
