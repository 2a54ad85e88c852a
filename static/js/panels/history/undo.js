// Runs that were deleted a moment ago, each with a button that brings it back. They stay until they are put away.

import { make } from "../../dom/elements.js";

/** Wires the region; the returned function shows the deleted runs: [{number, undo}]. */
export function createUndo(region, { onUndo, onDismiss }) {
  let shown = [];
  return (deleted) => {
    if (deleted === shown) return;
    shown = deleted;
    region.replaceChildren(
      ...deleted.map((run) =>
        make(
          "p",
          { class: "notice undo" },
          `Run #${run.number} is deleted. `,
          make("button", {
            type: "button",
            class: "button",
            "data-key": `undo-${run.number}`,
            onclick: () => onUndo(run),
          }, "Undo"),
          make("button", {
            type: "button",
            class: "button",
            "aria-label": `Put away: run #${run.number} is deleted`,
            onclick: () => onDismiss(run),
          }, "Dismiss"),
        )
      ),
    );
  };
}
