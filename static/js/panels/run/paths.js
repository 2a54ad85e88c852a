// What each path did: a table beside the timeline, whose rows filter it.

import { spell } from "../../model/words/describe.js";
import { make } from "../../dom/elements.js";
import { namesOf, rowsOf } from "../../model/run/mix.js";
import { remembered } from "../../lib/remember.js";

const HEADS = ["Request", "Count", "Median", "p95", "Max", "Errors", "Pool wait", "Answers"];

const seconds = (value) => (value === null ? "–" : spell(value));
const share = (value) => `${Math.round(value * 100)} %`;

/** The server's own metrics in words: "db 53 ms". */
export function metricWords(metrics) {
  return Object.entries(metrics).map(([name, value]) =>
    `${name} ${Number(value.toPrecision(3))} ms`
  ).join(", ");
}

function statusWords(statuses) {
  return Object.entries(statuses).map(([status, count]) => `${count} × ${status}`).join(", ");
}

function line(row, chosen, onChoose) {
  const isChosen = row.name === chosen;
  const button = make("button", {
    type: "button",
    class: "path-name",
    "aria-pressed": String(isChosen),
    "data-path": row.name,
    onclick: () => onChoose(isChosen ? null : row.name),
  }, row.name);
  const figures = [
    row.count.toLocaleString("en-US"),
    seconds(row.median),
    seconds(row.p95),
    seconds(row.longest),
    row.errors.toLocaleString("en-US"),
    share(row.pool_wait_share),
  ];
  return make(
    "tr",
    { class: isChosen ? "is-chosen" : null },
    make("th", { scope: "row" }, button),
    ...figures.map((text) => make("td", {}, text)),
    make(
      "td",
      { class: "path-answers" },
      [statusWords(row.statuses), metricWords(row.metrics)].filter(Boolean).join(" · "),
    ),
  );
}

/** Builds the table in an element; onChoose(name | null). The returned function shows the rows of a summary. */
export function createPaths(element, onChoose) {
  let shown;
  return (paths, chosen) => {
    const key = JSON.stringify([paths, chosen]);
    if (key === shown) return;
    shown = key;
    element.hidden = !paths || paths.length === 0 ||
      (paths.length === 1 && metricWords(paths[0].metrics) === "");
    if (element.hidden) return;
    const focused = element.contains(document.activeElement)
      ? document.activeElement.dataset.path
      : null;
    element.replaceChildren(
      make("span", { class: "part-title" }, "Paths"),
      make(
        "div",
        { class: "paths-box", tabindex: "0", role: "region", "aria-label": "What each path did" },
        make(
          "table",
          { class: "paths" },
          make(
            "thead",
            {},
            make("tr", {}, ...HEADS.map((head) => make("th", { scope: "col" }, head))),
          ),
          make("tbody", {}, ...paths.map((row) => line(row, chosen, onChoose))),
        ),
        chosen &&
          make(
            "p",
            { class: "paths-filter", role: "status" },
            `The timeline shows ${chosen} alone. `,
            make("button", {
              type: "button",
              class: "button",
              "data-path": "",
              onclick: () => onChoose(null),
            }, "Show all paths"),
          ),
      ),
    );
    if (focused !== null) {
      [...element.querySelectorAll("[data-path]")].find((each) => each.dataset.path === focused)
        ?.focus();
    }
  };
}

/** Returns a function that narrows what is painted to the rows of the chosen path, where there is one. */
export function createFilter() {
  const named = remembered(namesOf);
  const narrowed = remembered(rowsOf);
  const summarised = remembered((summary) => summary && { ...summary, batches: [] });
  return ({ rows, summary, forecast, requests, path, asks }) => {
    const known = path !== null && asks?.some(({ name }) => name === path);
    if (!known) return { rows, summary, forecast, requests };
    const own = narrowed(rows, named(asks, requests), path);
    return {
      rows: own,
      summary: summarised(summary),
      forecast: null,
      requests: Math.max(1, own.length),
    };
  };
}
