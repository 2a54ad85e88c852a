// The live region: says each batch of a run once, politely, and how the run ended.

/** @import { Panel, Scene } from "../types/page.d.ts" */
/** @import { Summary } from "../types/run.d.ts" */

import { byId, setText } from "../dom/elements.js";
import { isOver as hasEnded } from "../model/run/status.js";
import { batchSpoken } from "../model/words/describe.js";

// Milliseconds between a batch's first completion and the words about it: by then the batch is whole. Batches that come
// faster than this are spoken of together.
const PAUSE = 1500;

/** @returns {Panel} */
export function createAnnouncements() {
  const region = byId("spoken");
  /** @type {string | null} */
  let run = null;
  let spoken = 0; // batches
  let isEndSpoken = false;
  let timer = 0;
  /** @type {{ summary: Summary, isOver: boolean } | null} */
  let latest = null;

  function speak() {
    timer = 0;
    if (!latest) return;
    const { summary, isOver } = latest;
    const { batches } = summary;
    const last = batches.at(-1);
    if (!last && !isOver) return; // another run has begun since
    setText(
      region,
      isOver || !last ? summary.sentence : batchSpoken(last, batches.length, summary),
    );
    spoken = batches.length;
    isEndSpoken = isOver;
  }

  return {
    /** @param {Pick<Scene, "live">} scene */
    draw({ live: { run: state, summary } }) {
      if (!state || !summary) return;
      const isOver = hasEnded(state);
      if (state.run !== run) {
        run = state.run;
        // What had happened before the page came is not news.
        spoken = isOver ? summary.batches.length : 0;
        isEndSpoken = isOver;
      }
      latest = { summary, isOver };
      if (summary.batches.length > spoken || (isOver && !isEndSpoken)) {
        timer ||= setTimeout(speak, PAUSE);
      }
    },
  };
}
