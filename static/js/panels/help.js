// The help dialog, which every page has.

import { byId } from "../dom/elements.js";

export function createHelp() {
  const dialog = byId("help", HTMLDialogElement);
  byId("help-open").addEventListener("click", () => dialog.showModal());
  byId("help-close").addEventListener("click", () => dialog.close());
}
