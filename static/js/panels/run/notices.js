// What a person has to know beside the picture: a lost link, a target that failed, failed requests, lost marks.

/** @import { PageState, Panel } from "../../types/page.d.ts" */
/** @import { Failure, Run, RunError } from "../../types/run.d.ts" */

import { byId, make } from "../../dom/elements.js";
import { whenChanged } from "../../lib/remember.js";
import { isRunning } from "../../model/run/status.js";
import { count, sentence } from "../../model/words/describe.js";

/** @param {RunError} error */
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
    cure && make("p", {}, sentence(cure)),
    stderr && make("pre", lastLines, stderr),
  );
}

/** @param {Failure[]} failures */
function failureNotice(failures) {
  const lines = failures.map(({ word, count: number, cause, cure }) => {
    const reason = [cause, cure].filter(Boolean).map(sentence).join(" ");
    return make("p", {}, make("b", {}, `${count(number, "request")} failed: ${word}. `), reason);
  });
  return make("div", { class: "notice notice-failures" }, ...lines);
}

/**
 * The notices, most serious first.
 *
 * @param {PageState["link"]} link
 * @param {Pick<Run, "status" | "error"> | null} run
 * @param {Failure[]} failures
 */
function noticesOf(link, run, failures) {
  const notices = [];
  if (run?.error) notices.push(errorNotice(run.error));
  if (failures.length > 0) notices.push(failureNotice(failures));
  if (link === "lost") {
    const goesOn = run?.status === "running"
      ? " The run continues; the gap will be filled in once reconnected."
      : "";
    const words = `Disconnected from the dashboard; reconnecting.${goesOn}`;
    notices.push(make("p", { class: "notice notice-quiet" }, words));
  }
  return notices;
}

/**
 * What is good to know, but changes nothing: shown below the picture, so that it moves nothing.
 *
 * @param {Pick<Run, "status" | "marks_lost" | "notes"> | null} run
 * @param {number} unknown
 */
function notesOf(run, unknown) {
  // Once a run is over, its own notes say what was lost and what was restored.
  const lost = run && isRunning(run) && run.marks_lost > 0
    ? [`${count(run.marks_lost, "mark")} not received yet.`]
    : [];
  const dotted = unknown > 0
    ? [`Phases partly unknown for ${count(unknown, "request")} (dotted bars).`]
    : [];
  return [...lost, ...dotted, ...(run?.notes ?? [])].map((note) => make("p", {}, note));
}

/** @returns {Panel} */
export function createNotices() {
  const element = byId("notices");
  const notesElement = byId("notes");
  /** @param {Parameters<typeof noticesOf>} what */
  const showNotices = (...what) => element.replaceChildren(...noticesOf(...what));
  /** @param {Parameters<typeof notesOf>} what */
  const showNotes = (...what) => notesElement.replaceChildren(...notesOf(...what));
  const showChangedNotices = whenChanged(showNotices);
  const showChangedNotes = whenChanged(showNotes);

  return {
    draw({ live, shown, unknown }) {
      // Where runs stand beside each other, only the link concerns all of them.
      const run = live.route.comparing.length > 0 ? null : shown.run;
      const failures = run ? shown.summary?.failures ?? [] : [];
      showChangedNotices(
        live.link === "lost" ? "lost" : "up",
        run && { status: run.status, error: run.error },
        // That cancelled requests were cancelled is no news; the sentence says how many.
        failures.filter(({ word }) => word !== "cancelled"),
      );
      showChangedNotes(
        run && { status: run.status, marks_lost: run.marks_lost, notes: run.notes },
        run ? unknown : 0,
      );
    },
  };
}
