// The help dialog, which every page has.

import { byId } from "../dom/elements.js";

export function createHelp() {
  byId("help-open").addEventListener("click", () => byId("help").showModal());
  byId("help-close").addEventListener("click", () => byId("help").close());
}
