// The plain text of a run: what the original example's client prints, to copy or to download.

import { api, Problem, textPath } from "../../state/api.js";
import { byId, setText } from "../../dom/elements.js";
import { isOver } from "../../model/run/status.js";

const SAID_FOR = 1600; // milliseconds

export function createTextPanel(store) {
  const output = byId("text-output");
  const copy = byId("text-copy");
  const download = byId("text-download");
  let fetched = "";

  async function fetchText(run) {
    try {
      const text = await api.text(run);
      if (store.get().run?.run === run) store.set({ text });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (store.get().run?.run === run) store.set({ text: `(${error.message})` });
    }
  }

  async function copyText() {
    try {
      await navigator.clipboard.writeText(output.textContent);
      setText(copy, "Copied");
    } catch {
      // Without the right to the clipboard the text is selected, one key away from being copied.
      getSelection().selectAllChildren(output);
      setText(copy, "Selected");
    }
    setTimeout(() => setText(copy, "Copy"), SAID_FOR);
  }

  copy.addEventListener("click", copyText);

  return {
    /** Text of a run out of the history comes with it. */
    draw({ run, text, isOpened, kept }) {
      const key = isOver(run) && !isOpened ? `${run.run} ${run.status}` : "";
      if (key && key !== fetched) fetchText(run.run);
      fetched = key;
      setText(
        output,
        text ?? (run?.run ? "Comes when the run has ended." : "Nothing has run yet."),
      );
      copy.disabled = text === null;
      if (text === null) {
        download.removeAttribute("href");
      } else {
        const name = isOpened ? String(kept.number) : run.run;
        download.href = textPath(name);
        download.download = `poolscope-${name}.txt`;
      }
    },
  };
}
