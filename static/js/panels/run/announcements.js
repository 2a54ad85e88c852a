// The live region: says each batch of a run once, politely, and how the run ended.

import { batchSpoken } from "../../model/words/describe.js";
import { setText } from "../../dom/elements.js";

// Milliseconds between a batch's first completion and the words about it: by then the batch is whole. Batches that come
// faster than this are spoken of together.
const PAUSE = 1500;

/** Returns a function to call with every state; it speaks in the region. */
export function createAnnouncements(region) {
  let run = null;
  let spoken = 0; // batches
  let isEndSpoken = false;
  let timer = 0;
  let latest = null;

  function speak() {
    timer = 0;
    const { summary, isOver } = latest;
    if (summary.batches.length === 0 && !isOver) return; // another run has begun since
    setText(
      region,
      isOver
        ? summary.sentence
        : batchSpoken(summary.batches.at(-1), summary.batches.length, summary),
    );
    spoken = summary.batches.length;
    isEndSpoken = isOver;
  }

  return ({ run: state, summary }, isOver) => {
    if (!state || !summary) return;
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
  };
}
