// What a person has to know beside the picture: a lost link, a target that failed, failed requests, lost marks.

import { count, sentence } from "../../model/words/describe.js";
import { make } from "../../dom/elements.js";
import { isRunning } from "../../model/run/status.js";

function errorNotice({ cause, cure, stderr }) {
  const lastLines = {
    class: "stderr",
    tabindex: "0",
    "aria-label": "Last lines of the target's stderr",
  };
  return make(
    "div",
    { class: "notice notice-error", role: "alert" },
    make("p", { class: "notice-cause" }, sentence(cause)),
    cure ? make("p", {}, sentence(cure)) : null,
    stderr ? make("pre", lastLines, stderr) : null,
  );
}

function failureNotice(failures) {
  return make(
    "div",
    { class: "notice notice-failures" },
    ...failures.map(({ word, count: number, cause, cure }) => {
      const reason = [cause, cure].filter(Boolean).map(sentence).join(" ");
      return make("p", {}, make("b", {}, `${count(number, "request")} failed: ${word}. `), reason);
    }),
  );
}

/** Returns the notices of a state, most serious first. Pure but for making elements. */
function noticesOf({ link, run, summary }) {
  const notices = [];
  if (run?.error) notices.push(errorNotice(run.error));
  // That cancelled requests were cancelled is no news; the sentence says how many.
  const failures = (summary?.failures ?? []).filter(({ word }) => word !== "cancelled");
  if (failures.length > 0) notices.push(failureNotice(failures));
  if (link === "lost") {
    const goesOn = run?.status === "running"
      ? " The run goes on, and the gap is filled when the link is back."
      : "";
    notices.push(
      make(
        "p",
        { class: "notice notice-quiet" },
        `No link to the dashboard; trying again.${goesOn}`,
      ),
    );
  }
  return notices;
}

/** What is good to know, but changes nothing: shown below the picture, so that it moves nothing. */
function notesOf({ run }, unknown) {
  // Once a run is over, its own notes say what was lost and what was restored.
  const lost = isRunning(run) && run.marks_lost > 0
    ? [`${count(run.marks_lost, "mark")} did not arrive so far.`]
    : [];
  const dotted = unknown > 0
    ? [`What ${count(unknown, "request")} did is not known in part: there the bar is dotted.`]
    : [];
  return [...lost, ...dotted, ...(run?.notes ?? [])].map((note) => make("p", {}, note));
}

/**
 * Returns a function that shows a state's notices and notes; `unknown`: how many requests have an unknown phase. It
 * touches the page only when they changed.
 */
export function createNotices(element, notesElement) {
  let shown = "";
  return (state, unknown) => {
    const { link, run, summary } = state;
    const { status, error, marks_lost: lost, notes } = run ?? {};
    const key = JSON.stringify([
      link === "lost",
      status,
      error,
      lost,
      notes,
      unknown,
      summary?.failures,
    ]);
    if (key === shown) return;
    shown = key;
    element.replaceChildren(...noticesOf(state));
    notesElement.replaceChildren(...notesOf(state, unknown));
  };
}
