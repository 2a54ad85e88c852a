// The sentence that says what the picture shows, and the clock beside it.

/** @import { Panel, Scene, ShownState } from "../../types/page.d.ts" */

import { byId, setText } from "../../dom/elements.js";
import { isOver } from "../../model/run/status.js";
import {
  clock as clockWords,
  emptySentence,
  stepSentence,
  unbroken,
} from "../../model/words/describe.js";
import { stepSeconds } from "../../state/live.js";

/**
 * @param {ShownState} shown
 * @param {number} at
 */
function sentenceOf(shown, at) {
  const { run, summary, typed, options } = shown;
  if (run?.status === "starting") return stepSentence(run.step, stepSeconds(shown, at));
  if (run?.run && summary) return summary.sentence;
  if (run?.error) return "The run failed to start.";
  if (run?.run) return "";
  if (!typed) return "No runs yet.";
  const endpoint = options?.endpoints.find(({ name }) => name === typed.endpoint);
  const path = options?.asks || endpoint?.path || String(typed.endpoint);
  return emptySentence(typed, path, options?.kind);
}

/** @param {ShownState} shown */
function clockOf({ run, summary, now }) {
  if (now !== null) return clockWords(now);
  return isOver(run) && summary?.total_seconds ? clockWords(summary.total_seconds) : "";
}

/** @returns {Panel} */
export function createHeadline() {
  const sentence = byId("sentence");
  const clock = byId("clock");
  return {
    /** @param {Scene} scene */
    draw({ shown, at }) {
      setText(sentence, unbroken(sentenceOf(shown, at)));
      setText(clock, clockOf(shown));
    },
  };
}
