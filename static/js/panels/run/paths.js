// Results by path: a table beside the timeline, whose rows filter it.

/** @import { Page, Panel } from "../../types/page.d.ts" */
/** @import { PathRow } from "../../types/run.d.ts" */

import { button, byId, make, tableHead } from "../../dom/elements.js";
import { whenChanged } from "../../lib/remember.js";
import { spell } from "../../model/words/describe.js";

const HEADS = ["Request", "Count", "Median", "p95", "Max", "Errors", "Pool wait", "Answers"];

/** @param {number | null} value */
const seconds = (value) => (value === null ? "–" : spell(value));
/** @param {number} value */
const share = (value) => `${Math.round(value * 100)} %`;

/**
 * The server's own metrics in words: "db 53 ms".
 *
 * @param {Record<string, number>} metrics
 */
export function metricWords(metrics) {
  return Object.entries(metrics).map(([name, value]) =>
    `${name} ${Number(value.toPrecision(3))} ms`
  ).join(", ");
}

/** @param {Record<string, number>} statuses */
function statusWords(statuses) {
  return Object.entries(statuses).map(([status, count]) => `${count} × ${status}`).join(", ");
}

/**
 * @param {PathRow} row
 * @param {string | null} chosen
 * @param {(name: string | null) => void} onChoose
 */
function line(row, chosen, onChoose) {
  const isChosen = row.name === chosen;
  const name = button(row.name, () => onChoose(isChosen ? null : row.name), {
    class: "path-name",
    "aria-pressed": String(isChosen),
    "data-path": row.name,
  });
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
    make("th", { scope: "row" }, name),
    ...figures.map((text) => make("td", {}, text)),
    make(
      "td",
      { class: "path-answers" },
      [statusWords(row.statuses), metricWords(row.metrics)].filter(Boolean).join(" · "),
    ),
  );
}

/**
 * @param {Page} page
 * @returns {Panel}
 */
export function createPaths({ store }) {
  const element = byId("paths");
  /** @param {string | null} path */
  const choose = (path) => store.set({ path, view: null, selected: null, pinned: false });

  /**
   * @param {PathRow[]} paths
   * @param {string | null} chosen
   */
  function show(paths, chosen) {
    const [first] = paths;
    element.hidden = !first || (paths.length === 1 && metricWords(first.metrics) === "");
    if (element.hidden) return;
    const focused = document.activeElement instanceof HTMLElement &&
        element.contains(document.activeElement)
      ? document.activeElement.dataset.path
      : undefined;
    element.replaceChildren(
      make("span", { class: "part-title" }, "Paths"),
      make(
        "div",
        { class: "paths-box", tabindex: "0", role: "region", "aria-label": "Results by path" },
        make(
          "table",
          { class: "paths" },
          tableHead(HEADS),
          make("tbody", {}, ...paths.map((row) => line(row, chosen, choose))),
        ),
        chosen && make(
          "p",
          { class: "paths-filter", role: "status" },
          `The timeline shows only ${chosen}. `,
          button("Show all paths", () => choose(null), { "data-path": "" }),
        ),
      ),
    );
    if (focused === undefined) return;
    const buttons =
      /** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll("[data-path]"));
    [...buttons].find((other) => other.dataset.path === focused)?.focus();
  }

  const showChanged = whenChanged(show);
  return {
    draw({ live, shown }) {
      showChanged(shown.summary?.paths ?? [], live.path);
    },
  };
}
