// The matrix as a table: how each worker class fares with each driver, in words and as the shape that its bars have.

/** @import { MatrixCell, Survey } from "../types/api.d.ts" */

import { make, tableHead } from "../dom/elements.js";
import { makeSvg } from "../dom/svg.js";
import { seconds } from "../model/words/describe.js";

const BARS = 5; // the requests of one cell
const HEIGHT = 3; // of a bar; a bar is as long as its sleep, 6 units
const SLEEP = 6;

/**
 * How many sleeps late each of five bars begins, as a run of that verdict draws them; null: no bars.
 *
 * @param {string} verdict
 */
export function startsOf(verdict) {
  switch (verdict) {
    case "together":
      return [0, 0, 0, 0, 0];
    case "one at a time":
      return [0, 1, 2, 3, 4];
    case "mixed":
      return [0, 0, 1, 1, 2];
    default:
      return null;
  }
}

/** @param {string} verdict */
function shapeOf(verdict) {
  const bars = startsOf(verdict)?.map((start, k) => {
    const place = { x: start * SLEEP, y: k * (HEIGHT + 1) };
    return makeSvg("rect", { ...place, width: SLEEP, height: HEIGHT });
  }) ?? [];
  const cross = makeSvg("path", { class: "shape-failed", d: "M8 3 L22 17 M22 3 L8 17" });
  return makeSvg("svg", {
    class: "shape",
    viewBox: `0 0 ${BARS * SLEEP} ${BARS * (HEIGHT + 1)}`,
    "aria-hidden": "true",
  }, ...(verdict === "failed" ? [cross] : bars));
}

/**
 * What stands where no cell is.
 *
 * @param {Survey} survey
 */
export function missing({ going, cells }) {
  if (going) return "pending";
  return cells.length > 0 ? "not applicable" : "not measured";
}

/**
 * @param {MatrixCell | undefined} cell
 * @param {Survey} survey
 */
function cellOf(cell, survey) {
  const verdict = cell?.verdict ?? missing(survey);
  const time = typeof cell?.seconds === "number" &&
    make("span", { class: "matrix-time" }, seconds(cell.seconds, 5));
  return make(
    "td",
    { class: "matrix-cell", "data-verdict": verdict },
    make("div", {}, shapeOf(verdict), make("span", {}, verdict), time),
  );
}

/**
 * The reasons of what failed or was not run, each once.
 *
 * @param {MatrixCell[]} cells
 */
export function reasonsOf(cells) {
  const reasons = cells.filter(({ reason }) => reason)
    .map(({ driver, reason }) => `${driver}: ${reason}`);
  return [...new Set(reasons)];
}

/**
 * Fills a table with a survey.
 *
 * @param {HTMLElement} table
 * @param {Survey} survey
 */
export function showMatrix(table, survey) {
  const cells = new Map(survey.cells.map((cell) => [`${cell.worker_class} ${cell.driver}`, cell]));
  const lines = survey.rows.map(([driver, database]) =>
    make(
      "tr",
      {},
      make("td", { class: "matrix-database" }, database),
      make("th", { scope: "row" }, driver),
      ...survey.worker_classes.map((name) => cellOf(cells.get(`${name} ${driver}`), survey)),
    )
  );
  table.replaceChildren(
    tableHead(["database", "driver", ...survey.worker_classes]),
    make("tbody", {}, ...lines),
  );
}
