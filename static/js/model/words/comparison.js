// Pure: two runs side by side. A is the run that is shown, B the other one.

/** @import { Field, Phase, RunRecord, Settings, Summary } from "../../types/run.d.ts" */
/** @import { ComparedRun, PageState } from "../../types/page.d.ts" */
/** @import { ListedRun } from "../../types/api.d.ts" */

import { count, seconds } from "./describe.js";
import { fold } from "../run/fold.js";
import { marksOf } from "../run/frames.js";

/** @typedef {{ status: string, settings: Settings, summary: Summary | null }} Compared */

const ALIKE = 1.05; // times nearer to each other than this are the same

/**
 * The run that is laid beside the shown one, or null: what a person has chosen for it, else what the run says.
 *
 * @param {Pick<PageState, "run" | "compareChoice">} state
 */
export function comparedRun({ run, compareChoice }) {
  if (!run?.run) return null;
  return compareChoice?.run === run.run ? compareChoice.with : run.compared_with ?? null;
}

/**
 * The run that is laid beside the shown one, once it is here.
 *
 * @param {PageState} state
 */
export function loadedOther(state) {
  const { other } = state;
  const wanted = comparedRun(state);
  if (wanted === null || other?.run !== wanted || other.problem !== undefined) return null;
  return other;
}

/**
 * A whole record of the API as the page draws it.
 *
 * @param {RunRecord} record
 * @param {Phase[]} phases
 * @returns {ComparedRun}
 */
export function runOfRecord({ state, frame, summary }, phases) {
  return {
    run: state.run,
    number: state.history_id ?? null,
    label: state.label ?? "",
    status: state.status,
    settings: state.settings,
    summary,
    rows: fold([], marksOf(frame, phases)),
  };
}

/**
 * The newest run before another one that has an end to compare with; `runs`: newest first.
 *
 * @param {ListedRun[]} runs
 * @param {string} run
 */
export function runBefore(runs, run) {
  const place = runs.findIndex((other) => other.run === run);
  return runs.slice(place + 1).find(({ status }) => status === "done") ?? null;
}

/**
 * The fields whose values differ between two settings.
 *
 * @param {Field[]} fields
 * @param {Settings} settings
 * @param {Settings} others
 */
export function differing(fields, settings, others) {
  return fields.filter(({ name }) => String(settings[name]) !== String(others[name]));
}

/**
 * @param {Settings} settings
 * @param {Field[]} fields
 */
function settingsWords(settings, fields) {
  const rest = fields.filter(({ name }) => name !== "mode")
    .map(({ name, unit }) => `${name} ${settings[name]}${unit ? ` ${unit}` : ""}`);
  return [settings.mode, ...rest].join(", ");
}

/**
 * @param {Compared} run
 * @param {number} span
 */
function timeWords({ status, summary }, span) {
  if (status === "starting" || status === "running") return status;
  if (status !== "done" || !summary) return status;
  const failed = summary.failed > 0 ? `, ${count(summary.failed, "request")} failed` : "";
  return seconds(summary.total_seconds, span) + failed;
}

/**
 * @param {Compared} a
 * @param {Compared} b
 */
function ratioWords(a, b) {
  const totals = [a, b].map(({ status, summary }) =>
    status === "done" ? summary?.total_seconds ?? 0 : 0
  );
  if (!totals[0] || !totals[1]) return "";
  if (a.summary?.failed || b.summary?.failed) {
    return "Requests failed, so the times are not comparable";
  }
  const ratio = totals[1] / totals[0];
  if (ratio > ALIKE) return `A is ${ratio.toFixed(1)} times as fast`;
  return ratio < 1 / ALIKE
    ? `A takes ${(1 / ratio).toFixed(1)} times as long`
    : "A and B take the same time";
}

/**
 * The two runs in words: {a, b, ratio}. fields: those of the options; a, b: {status, settings, summary}.
 *
 * @param {Field[]} fields
 * @param {Compared} a
 * @param {Compared} b
 */
export function comparisonWords(fields, a, b) {
  const unlike = differing(fields, a.settings, b.settings);
  const span = Math.max(a.summary?.total_seconds ?? 0, b.summary?.total_seconds ?? 0);
  /** @param {Compared} run */
  const words = (run) => `${settingsWords(run.settings, unlike)}: ${timeWords(run, span)}`;
  return { a: words(a), b: words(b), ratio: ratioWords(a, b) };
}
