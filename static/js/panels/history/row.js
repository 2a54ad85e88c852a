// One kept run as a row of the history's table.

/** @import { KeptRun } from "../../types/api.d.ts" */
/** @import { Child } from "../../dom/elements.js" */
/** @import { Actions } from "./actions.js" */

import { count, plainSeconds, seconds, whenWords } from "../../model/words/describe.js";
import { button, make } from "../../dom/elements.js";
import { MOST } from "../../state/route.js";
import { tinyWaterfall } from "./tiny-waterfall.js";

export const NO_LIMIT = "no limit";

/**
 * The columns: what the API sorts by, the heading, and whether it holds numbers.
 *
 * @type {[string, string, boolean][]}
 */
export const COLUMNS = [
  ["number", "run", true],
  ["", "waterfall", false],
  ["mode", "mode", false],
  ["endpoint", "endpoint", false],
  ["requests", "requests", true],
  ["pool", "pool", true],
  ["total", "total", true],
  ["batches", "batches", true],
  ["limit", "limit", false],
];

/**
 * How a run ended, where that is not "all done".
 *
 * @param {KeptRun} run
 */
export function stateWords({ status, failed }) {
  if (status !== "done") return status;
  return failed > 0 ? `${count(failed, "request")} failed` : "";
}

/**
 * The field in which a run's label is typed.
 *
 * @param {KeptRun} run
 * @param {Actions} actions
 */
function labelField(run, actions) {
  const { number, label } = run;
  const input = make("input", {
    class: "rename",
    value: label,
    maxlength: "100",
    "aria-label": `Label of run #${number}`,
    "data-key": `label-${number}`,
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault(); // Escape would cancel the run that is going
    actions.rename(run, event.key === "Enter" ? input.value.trim() : null, { byKey: true });
  });
  // Leaving the field keeps what was typed, unless a key has ended it already. By then the focus is where it goes.
  input.addEventListener("blur", () => {
    setTimeout(() => actions.rename(run, input.value.trim(), { byKey: false }));
  });
  return input;
}

/**
 * @param {KeptRun} run
 * @param {boolean} isShown
 * @param {Child} name the label, or the field in which it is typed
 */
function nameCell(run, isShown, name) {
  const { number, label, pinned, started_at: startedAt } = run;
  const link = make("a", {
    href: `/?run=${number}`,
    "data-route": "",
    "data-key": `open-${number}`,
    "aria-current": isShown ? "true" : null,
    "aria-label": `Open run #${number}${label ? ` ${label}` : ""}`,
  }, `#${number}`);
  const state = stateWords(run);
  const pin = pinned && make("span", { class: "history-pin" }, "pinned");
  return make(
    "th",
    { scope: "row", class: "history-name" },
    make("span", { class: "history-number" }, link, pin),
    name,
    state &&
      make("span", { class: run.status === "running" ? "history-going" : "history-state" }, state),
    make("time", { datetime: startedAt }, whenWords(startedAt)),
  );
}

/**
 * @param {KeptRun} run
 * @param {Actions} actions
 */
function actionsCell(run, actions) {
  const { number, pinned } = run;
  /**
   * @param {string} kind
   * @param {string} words
   * @param {() => void} onclick
   * @param {string} what
   */
  const action = (kind, words, onclick, what = words, attributes = {}) =>
    button(words, onclick, {
      "data-key": `${kind}-${number}`,
      "aria-label": `${what} run #${number}`,
      ...attributes,
    });
  const ofEnded = () => [
    action("rename", "Rename", () => actions.startRename(run)),
    action("pin", "Pin", () => actions.pin(run), "Pin", { "aria-pressed": String(pinned) }),
    action("delete", "Delete", () => actions.remove(run)),
  ];
  return make(
    "td",
    {},
    make(
      "div",
      { class: "history-actions" },
      action("load", "Load", () => actions.load(run), "Load the settings of"),
      ...(run.status === "running" ? [] : ofEnded()),
    ),
  );
}

/**
 * @param {KeptRun} run
 * @param {{ chosen: number[], renaming: number | null, opened: number | null, actions: Actions }} list
 */
export function historyRow(run, { chosen, renaming, opened, actions }) {
  const { number, label } = run;
  const isShown = opened === number;
  const isChosen = chosen.includes(number);
  const check = make("input", {
    type: "checkbox",
    "data-key": `choose-${number}`,
    "aria-label": `Compare run #${number}`,
    disabled: run.status === "running" || (!isChosen && chosen.length >= MOST),
    onchange: () => actions.choose(run),
  });
  check.checked = isChosen;
  // What never began has neither a time nor batches.
  const isWhole = !["running", "broken-off"].includes(run.status) && run.done + run.failed > 0;
  /**
   * @param {string} text
   * @param {string | null} title of a column of numbers
   */
  const cell = (text, title = null) =>
    make("td", { class: title && "is-number", "data-title": title }, text);
  const name = renaming === number
    ? labelField(run, actions)
    : label && make("span", { class: "history-label" }, label);
  return make(
    "tr",
    { "data-number": number, class: isShown ? "is-shown" : null },
    make("td", {}, check),
    nameCell(run, isShown, name),
    make("td", {}, run.waterfall?.length ? tinyWaterfall(run.waterfall, run.sentence) : ""),
    cell(run.mode),
    cell(run.endpoint),
    cell(run.requests.toLocaleString("en-US"), "requests"),
    cell(run.pool === null ? NO_LIMIT : run.pool.toLocaleString("en-US"), "pool"),
    cell(isWhole ? seconds(run.total_seconds, Math.max(run.total_seconds, 1)) : "–", "total"),
    cell(isWhole && run.batches ? String(run.batches) : "–", "batches"),
    cell(run.limit && run.limit !== "unknown" ? run.limit : "–"),
    actionsCell(run, actions),
  );
}

/**
 * What the settings of a run say beyond the columns, for the message after they were loaded.
 *
 * @param {KeptRun} run
 */
export function loadedWords({ number, mode, requests, settings }) {
  return `Loaded settings of #${number} into the form: ${mode}, ${count(requests, "request")}, ` +
    `sleep ${plainSeconds(Number(settings.sleep_seconds))}.`;
}
