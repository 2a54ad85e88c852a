// Runs that were deleted a moment ago, each with a button that brings it back. They stay until they are put away.

/** @import { DeletedRun } from "../../types/page.d.ts" */

import { button, make } from "../../dom/elements.js";
import { remembered } from "../../lib/remember.js";

/**
 * Wires the region; the returned function shows the deleted runs.
 *
 * @param {HTMLElement} region
 * @param {{ onUndo(run: DeletedRun): void, onDismiss(run: DeletedRun): void }} handlers
 * @returns {(deleted: DeletedRun[]) => void}
 */
export function createUndo(region, { onUndo, onDismiss }) {
  /** @param {DeletedRun} run */
  const lineOf = (run) =>
    make(
      "p",
      { class: "notice undo" },
      `Run #${run.number} deleted. `,
      button("Undo", () => onUndo(run), { "data-key": `undo-${run.number}` }),
      button("Dismiss", () => onDismiss(run), {
        "aria-label": `Dismiss: run #${run.number} deleted`,
      }),
    );
  return remembered((deleted) => region.replaceChildren(...deleted.map(lineOf)));
}
