// The help dialog, which every page has.

import { byId } from "../dom/dom.js";

export function createHelp() {
  byId("help-open").addEventListener("click", () => byId("help").showModal());
  byId("help-close").addEventListener("click", () => byId("help").close());
}
