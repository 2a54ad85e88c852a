// The matrix as a table: how each worker class fares with each driver, in words and as the shape that its bars have.

import { seconds } from "../model/words/describe.js";
import { make } from "../dom/elements.js";

const SVG = "http://www.w3.org/2000/svg";
const BARS = 5; // the requests of one cell
const HEIGHT = 3; // of a bar; a bar is as long as its sleep, 6 units
const SLEEP = 6;

/** How many sleeps late each of five bars begins, as a run of that verdict draws them; null: no bars. */
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

function shapeOf(verdict) {
  const starts = startsOf(verdict);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "shape");
  svg.setAttribute("viewBox", `0 0 ${BARS * SLEEP} ${BARS * (HEIGHT + 1)}`);
  svg.setAttribute("aria-hidden", "true");
  const draw = (name, attributes) => {
    const element = svg.appendChild(document.createElementNS(SVG, name));
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  };
  if (starts) {
    starts.forEach((start, k) =>
      draw("rect", { x: start * SLEEP, y: k * (HEIGHT + 1), width: SLEEP, height: HEIGHT })
    );
  } else if (verdict === "failed") {
    draw("path", { class: "shape-failed", d: "M8 3 L22 17 M22 3 L8 17" });
  }
  return svg;
}

/** What stands where no cell is: {verdict, words}. */
export function missing({ going, cells }) {
  if (going) return "to come";
  return cells.length > 0 ? "does not apply" : "not measured";
}

function cellOf(cell, survey) {
  const verdict = cell?.verdict ?? missing(survey);
  const time = typeof cell?.seconds === "number"
    ? make("span", { class: "matrix-time" }, seconds(cell.seconds, 5))
    : "";
  return make(
    "td",
    { class: "matrix-cell", "data-verdict": verdict },
    make("div", {}, shapeOf(verdict), make("span", {}, verdict), time),
  );
}

/** The reasons of what failed or was not run, each once: [text]. */
export function reasonsOf(cells) {
  return [
    ...new Set(
      cells.filter(({ reason }) => reason).map(({ driver, reason }) => `${driver}: ${reason}`),
    ),
  ];
}

/** Fills a table with a survey: {going, cells, rows: [[driver, database]], worker_classes}. */
export function showMatrix(table, survey) {
  const found = new Map(survey.cells.map((cell) => [`${cell.worker_class} ${cell.driver}`, cell]));
  const head = make(
    "tr",
    {},
    ...["database", "driver", ...survey.worker_classes].map((name) =>
      make("th", { scope: "col" }, name)
    ),
  );
  const lines = survey.rows.map(([driver, database]) =>
    make(
      "tr",
      {},
      make("td", { class: "matrix-database" }, database),
      make("th", { scope: "row" }, driver),
      ...survey.worker_classes.map((name) => cellOf(found.get(`${name} ${driver}`), survey)),
    )
  );
  table.replaceChildren(make("thead", {}, head), make("tbody", {}, ...lines));
}
