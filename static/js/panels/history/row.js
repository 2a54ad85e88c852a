// One kept run as a row of the history's table.

import { count, plainSeconds, seconds, whenWords } from "../../model/words/describe.js";
import { make } from "../../dom/elements.js";
import { MOST } from "../../state/route.js";
import { tinyWaterfall } from "./tiny-waterfall.js";

export const NO_LIMIT = "no limit";

/** The columns: [what the API sorts by, heading, whether it holds numbers]. */
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

/** How a run ended, where that is not "all done". */
export function stateWords({ status, failed }) {
  if (status !== "done") return status;
  return failed > 0 ? `${count(failed, "request")} failed` : "";
}

function button(kind, number, words, name, onclick) {
  return make("button", {
    type: "button",
    class: "button",
    "data-key": `${kind}-${number}`,
    "aria-label": `${name} run #${number}`,
    onclick,
  }, words);
}

function nameCell(run, { isRenaming, isShown, onRename }) {
  const { number, label, pinned, started_at: startedAt } = run;
  const link = make("a", {
    href: `/?run=${number}`,
    "data-route": "",
    "data-key": `open-${number}`,
    "aria-current": isShown ? "true" : null,
    "aria-label": `Open run #${number}${label ? ` ${label}` : ""}`,
  }, `#${number}`);
  const name = isRenaming
    ? make("input", {
      class: "rename",
      value: label,
      maxlength: "100",
      "aria-label": `Label of run #${number}`,
      "data-key": `label-${number}`,
      onkeydown: (event) => {
        if (event.key !== "Enter" && event.key !== "Escape") return;
        event.preventDefault(); // Escape would cancel the run that is going
        onRename(event.key === "Enter" ? event.target.value.trim() : null, { byKey: true });
      },
      // Leaving the field keeps what was typed, unless a key has ended it already. By then the focus is where it goes.
      onblur: ({ target }) => setTimeout(() => onRename(target.value.trim(), { byKey: false })),
    })
    : label && make("span", { class: "history-label" }, label);
  const state = stateWords(run);
  return make(
    "th",
    { scope: "row", class: "history-name" },
    make(
      "span",
      { class: "history-number" },
      link,
      pinned && make("span", { class: "history-pin" }, "pinned"),
    ),
    name,
    state &&
      make("span", { class: run.status === "running" ? "history-going" : "history-state" }, state),
    make("time", { datetime: startedAt }, whenWords(startedAt)),
  );
}

function actionsOf(run, handlers) {
  const { number, pinned } = run;
  return make(
    "td",
    {},
    make(
      "div",
      { class: "history-actions" },
      button("load", number, "Load", "Load the settings of", () => handlers.onLoad(run)),
      run.status !== "running" &&
        button("rename", number, "Rename", "Rename", () => handlers.onStartRename(run)),
      run.status !== "running" && make("button", {
        type: "button",
        class: "button",
        "data-key": `pin-${number}`,
        "aria-pressed": String(pinned),
        "aria-label": `Pin run #${number}`,
        onclick: () => handlers.onPin(run),
      }, "Pin"),
      run.status !== "running" &&
        button("delete", number, "Delete", "Delete", () => handlers.onDelete(run)),
    ),
  );
}

/** run: as the API lists it; chosen: numbers; handlers: onChoose, onLoad, onStartRename, onRename, onPin, onDelete. */
export function historyRow(run, { chosen, renaming, opened, handlers }) {
  const { number } = run;
  const isChosen = chosen.includes(number);
  const check = make("input", {
    type: "checkbox",
    "data-key": `choose-${number}`,
    "aria-label": `Compare run #${number}`,
    disabled: run.status === "running" || (!isChosen && chosen.length >= MOST),
    onchange: () => handlers.onChoose(number),
  });
  check.checked = isChosen;
  const isWhole = run.status !== "running" && run.status !== "broken-off";
  const cell = (text, title = null) =>
    make("td", { class: title && "is-number", "data-title": title }, text);
  return make(
    "tr",
    { "data-number": number, class: opened === number ? "is-shown" : null },
    make("td", {}, check),
    nameCell(run, {
      isRenaming: renaming === number,
      isShown: opened === number,
      onRename: (label, how) => handlers.onRename(run, label, how),
    }),
    make("td", {}, run.waterfall?.length > 0 ? tinyWaterfall(run.waterfall, run.sentence) : ""),
    cell(run.mode),
    cell(run.endpoint),
    cell(run.requests.toLocaleString("en-US"), "requests"),
    cell(run.pool === null ? NO_LIMIT : run.pool.toLocaleString("en-US"), "pool"),
    cell(isWhole ? seconds(run.total_seconds, Math.max(run.total_seconds, 1)) : "–", "total"),
    cell(isWhole ? String(run.batches) : "–", "batches"),
    cell(run.limit && run.limit !== "unknown" ? run.limit : "–"),
    actionsOf(run, handlers),
  );
}

/** What the settings of a run say beyond the columns, for the message after they were loaded. */
export function loadedWords({ number, mode, requests, settings }) {
  return `The settings of #${number} are in the form: ${mode}, ${count(requests, "request")}, ` +
    `sleep ${plainSeconds(Number(settings.sleep_seconds))}.`;
}
