// Two to four runs beside each other: waterfalls on one time axis, completions over each other, and tables.

/** @import { ComparedRun, ComparedRuns, Page, Panel } from "../../types/page.d.ts" */
/** @import { Comparison } from "../../types/api.d.ts" */
/** @import { Palette } from "../../types/picture.d.ts" */

import { byId, make, setText, tableHead } from "../../dom/elements.js";
import { makeSvg } from "../../dom/svg.js";
import { createPainter, lastMark, ROOM_AFTER_END } from "../../model/picture/picture.js";
import { runOfRecord } from "../../model/words/comparison.js";
import { unbroken } from "../../model/words/describe.js";
import { figureRows, runWords, settingRows } from "../../model/words/figures.js";
import { api } from "../../state/api.js";
import { createQuestion } from "../../state/question.js";
import { layOut } from "../../timeline/layout.js";
import { createTrack } from "../../timeline/track.js";
import { drawAxis } from "../../timeline/tracks/axis.js";
import { drawOverlaid, LINES } from "../../timeline/tracks/overlaid-steps.js";
import { createWaterfall } from "../../timeline/tracks/waterfall.js";

const LETTERS = "ABCD";
/** @type {Record<number, number>} pixels for the rows of each run, by how many there are */
const ROOM = { 2: 230, 3: 160, 4: 120 };

/** @typedef {{ label: string, cells: { text: string, ratio: string }[] }} TableRow */

/**
 * @param {string} caption
 * @param {TableRow[]} rows
 * @param {string[]} letters
 */
function tableOf(caption, rows, letters) {
  /** @param {TableRow["cells"][number]} cell */
  const cellOf = ({ text, ratio }) =>
    make("td", {}, text, ratio && make("span", { class: "figures-ratio" }, ratio));
  const lines = rows.map(({ label, cells }) =>
    make("tr", {}, make("th", { scope: "row" }, label), ...cells.map(cellOf))
  );
  return make(
    "table",
    { class: "figures" },
    make("caption", {}, caption),
    tableHead(letters, make("td")),
    make("tbody", {}, ...lines),
  );
}

/**
 * The kind of line that a run has among the completions.
 *
 * @param {number} k
 */
function lineKey(k) {
  const { color, dashes } = LINES[k];
  const kind = { "stroke-dasharray": dashes.join(" ") || "none" };
  return makeSvg(
    "svg",
    { class: `line-key line-${color}`, viewBox: "0 0 34 6", "aria-hidden": "true" },
    makeSvg("line", { x1: 0, x2: 34, y1: 3, y2: 3, ...kind }),
  );
}

/**
 * @param {ComparedRun} run
 * @param {Comparison["runs"][number]} reported
 * @param {number} k
 */
function headingOf(run, reported, k) {
  const name = run.number ? `#${run.number}` : run.run;
  const link = run.number
    ? make("a", { href: `/?run=${run.number}`, "data-route": "" }, name)
    : name;
  const label = reported.label && make("span", { class: "lane-label" }, reported.label);
  const words = unbroken(`${runWords(run)}: ${reported.sentence}`);
  return make(
    "h3",
    { class: "comparing-run" },
    make("b", {}, LETTERS[k]),
    lineKey(k),
    link,
    label,
    make("span", { class: "comparing-words" }, words),
  );
}

/**
 * Builds the plot of some runs in an element; the returned function draws it.
 *
 * @param {HTMLElement} plot
 * @param {ComparedRuns} compared
 * @returns {(palette: Palette) => void}
 */
function buildPlot(plot, { report, runs }) {
  plot.replaceChildren();
  /** @param {string} name */
  const hiddenTrack = (name) => {
    const track = createTrack(plot, name);
    track.element.setAttribute("aria-hidden", "true");
    return track;
  };
  const axis = hiddenTrack("comparing-axis");
  const lanes = runs.map((run, k) => {
    plot.append(headingOf(run, report.runs[k], k));
    return {
      run,
      drawRows: createWaterfall(hiddenTrack("comparing-rows")),
      paint: createPainter(),
    };
  });
  plot.append(make("h3", { class: "comparing-run" }, "Completions"));
  const steps = hiddenTrack("comparing-steps");
  const end = Math.max(0.001, ...runs.map(({ rows }) => lastMark(rows))) * ROOM_AFTER_END;

  return (palette) => {
    const width = plot.clientWidth;
    const drawn = lanes.map(({ run, drawRows, paint }) => {
      const picture = paint({
        status: run.status,
        rows: run.rows,
        order: "service",
        requests: Number(run.settings.requests),
        forecast: null,
        summary: run.summary,
        now: null,
        selected: null,
        pinned: false,
        whole: end,
      });
      const geometry = layOut(picture, width, ROOM[runs.length], palette);
      drawRows(picture, geometry);
      return { picture, geometry };
    });
    const [{ picture, geometry }] = drawn;
    drawAxis(axis, picture, geometry);
    const lines = drawn.map((each, k) => ({ ...each.picture, letter: LETTERS[k] }));
    drawOverlaid(steps, lines, geometry);
  };
}

/**
 * @param {Page} page
 * @returns {Panel}
 */
export function createSideBySide({ store, navigation, options }) {
  const section = byId("comparing");
  const plot = byId("comparing-plot");
  /** @type {ComparedRuns | null} what the plot was built for */
  let built = null;
  /** @type {(palette: Palette) => void} */
  let drawPlot = () => {};

  /** @param {string} key names of runs with commas between them */
  async function fetchAll(key) {
    const names = key.split(",");
    const [report, ...records] = await Promise.all([
      api.compare(names),
      ...names.map(api.recordOf),
    ]);
    return { report, runs: records.map((record) => runOfRecord(record, options.phases)) };
  }
  const fetchRuns = createQuestion(
    fetchAll,
    (compared, key) => store.set({ compared: { key, ...compared } }),
    (problem, key) => store.set({ compared: { key, problem: problem.message } }),
  );
  navigation.liveOnClick(byId("comparing-close"));

  /** @param {ComparedRuns} compared */
  function build(compared) {
    const { report, runs } = compared;
    drawPlot = buildPlot(plot, compared);
    const letters = [...LETTERS].slice(0, runs.length);
    const unlike = settingRows(report.settings);
    byId("comparing-tables").replaceChildren(
      unlike.length > 0
        ? tableOf("Settings that differ", unlike, letters)
        : make("p", { class: "comparing-same" }, "All runs use the same settings."),
      tableOf("Figures, with ratios to A", figureRows(report.figures), letters),
    );
  }

  return {
    draw({ live: { route, compared }, palette }) {
      const key = route.comparing.join(",") || null;
      fetchRuns(key);
      section.hidden = key === null;
      if (key === null) return;
      const answer = compared?.key === key ? compared : null;
      const sentence = answer ? answer.report?.sentence ?? "" : "Loading runs…";
      setText(byId("comparing-problem"), answer?.problem ?? "");
      setText(byId("comparing-sentence"), unbroken(sentence));
      byId("comparing-body").hidden = !answer?.report;
      if (!answer?.report) return;
      if (built !== answer) build(answer);
      built = answer;
      drawPlot(palette);
    },
  };
}
