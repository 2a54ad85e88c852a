// The plain text of a run: what the original example's client prints, to copy or to download.

/** @import { Page, Panel } from "../../types/page.d.ts" */

import { byId, setText } from "../../dom/elements.js";
import { isOver } from "../../model/run/status.js";
import { api, textPath } from "../../state/api.js";
import { createQuestion } from "../../state/question.js";

const SAID_FOR = 1600; // milliseconds

/**
 * @param {Page} page
 * @returns {Panel}
 */
export function createTextPanel({ store }) {
  const output = byId("text-output");
  const copy = byId("text-copy", HTMLButtonElement);
  const download = byId("text-download", HTMLAnchorElement);

  /**
   * @param {string} run
   * @param {string} text
   */
  const keep = (run, text) => {
    if (store.get().run?.run === run) store.set({ text });
  };
  const fetchText = createQuestion(
    (/** @type {string} */ run) => api.text(run),
    (text, run) => keep(run, text),
    (problem, run) => keep(run, `(${problem.message})`),
  );

  async function copyText() {
    try {
      await navigator.clipboard.writeText(output.textContent);
      setText(copy, "Copied");
    } catch {
      // Without the right to the clipboard the text is selected, one key away from being copied.
      getSelection()?.selectAllChildren(output);
      setText(copy, "Selected");
    }
    setTimeout(() => setText(copy, "Copy"), SAID_FOR);
  }

  copy.addEventListener("click", copyText);

  return {
    draw({ shown: { run, text, isOpened, kept } }) {
      // The text of a run out of the history comes with it.
      fetchText(isOver(run) && !isOpened ? run?.run ?? null : null);
      setText(
        output,
        text ?? (run?.run ? "Available when the run finishes." : "No runs yet."),
      );
      copy.disabled = text === null;
      if (text === null) {
        download.removeAttribute("href");
      } else {
        const name = isOpened ? String(kept?.number) : run?.run ?? "";
        download.href = textPath(name);
        download.download = `poolscope-${name}.txt`;
      }
    },
  };
}
