// Two to four runs beside each other: waterfalls on one time axis, completions over each other, and tables.

import { api } from "../../state/api.js";
import { drawAxis } from "../../timeline/tracks/axis.js";
import { runOfRecord } from "../../model/words/comparison.js";
import { unbroken } from "../../model/words/describe.js";
import { byId, make, setText } from "../../dom/elements.js";
import { figureRows, runWords, settingRows } from "../../model/words/figures.js";
import { layOut } from "../../timeline/layout.js";
import { drawOverlaid, LINES } from "../../timeline/tracks/overlaid-steps.js";
import { createPainter, lastMark, ROOM_AFTER_END } from "../../model/picture/picture.js";
import { createQuestion } from "../../state/question.js";
import { createTrack } from "../../timeline/track.js";
import { createWaterfall } from "../../timeline/tracks/waterfall.js";

const LETTERS = "ABCD";
const ROOM = { 2: 230, 3: 160, 4: 120 }; // pixels for the rows of each run

async function fetchAll(key, phases) {
  const names = key.split(",");
  const [report, ...records] = await Promise.all([api.compare(names), ...names.map(api.recordOf)]);
  return { report, runs: records.map((record) => runOfRecord(record, phases)) };
}

function tableOf(caption, rows, letters) {
  const head = make(
    "tr",
    {},
    make("td"),
    ...letters.map((letter) => make("th", { scope: "col" }, letter)),
  );
  return make(
    "table",
    { class: "figures" },
    make("caption", {}, caption),
    make("thead", {}, head),
    make(
      "tbody",
      {},
      ...rows.map(({ label, cells }) =>
        make(
          "tr",
          {},
          make("th", { scope: "row" }, label),
          ...cells.map(({ text, ratio }) =>
            make("td", {}, text, ratio ? make("span", { class: "figures-ratio" }, ratio) : "")
          ),
        )
      ),
    ),
  );
}

/** The kind of line that a run has among the completions. */
function lineKey(k) {
  const { color, dashes } = LINES[k];
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `line-key line-${color}`);
  svg.setAttribute("viewBox", "0 0 34 6");
  svg.setAttribute("aria-hidden", "true");
  const line = svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "line"));
  for (
    const [name, value] of Object.entries({
      x1: 0,
      x2: 34,
      y1: 3,
      y2: 3,
      "stroke-dasharray": dashes.join(" ") || "none",
    })
  ) {
    line.setAttribute(name, value);
  }
  return svg;
}

function headingOf(run, told, k) {
  const name = run.number ? `#${run.number}` : run.run;
  const link = run.number
    ? make("a", { href: `/?run=${run.number}`, "data-route": "" }, name)
    : name;
  const label = told.label ? make("span", { class: "lane-label" }, told.label) : "";
  return make(
    "h3",
    { class: "comparing-run" },
    make("b", {}, LETTERS[k]),
    lineKey(k),
    link,
    label,
    make("span", { class: "comparing-words" }, unbroken(`${runWords(run)}: ${told.sentence}`)),
  );
}

/** Wires the section; `draw` shows the runs that the URL names. */
export function createSideBySide(store, navigation) {
  const section = byId("comparing");
  const plot = byId("comparing-plot");
  let shown = null; // what the plot was built for
  let lanes = [];
  let axis = null;
  let steps = null;

  const fetchRuns = createQuestion(
    (key) => fetchAll(key, store.get().options.phases),
    (found, key) => store.set({ compared: { key, ...found } }),
    (problem, key) => store.set({ compared: { key, problem: problem.message } }),
  );

  byId("comparing-close").addEventListener("click", (event) => {
    event.preventDefault();
    navigation.live();
    byId("timeline").focus();
  });

  function build({ report, runs }) {
    plot.replaceChildren();
    axis = createTrack(plot, "comparing-axis");
    lanes = runs.map((run, k) => {
      plot.append(headingOf(run, report.runs[k], k));
      const track = createTrack(plot, "comparing-rows");
      track.element.setAttribute("aria-hidden", "true");
      return { run, drawRows: createWaterfall(track), paint: createPainter() };
    });
    plot.append(make("h3", { class: "comparing-run" }, "Completions"));
    steps = createTrack(plot, "comparing-steps");
    for (const { element } of [axis, steps]) element.setAttribute("aria-hidden", "true");
    const letters = [...LETTERS].slice(0, runs.length);
    const unlike = settingRows(report.settings);
    byId("comparing-tables").replaceChildren(
      unlike.length > 0
        ? tableOf("Settings that differ", unlike, letters)
        : make("p", { class: "comparing-same" }, "All settings are the same."),
      tableOf("Figures, with ratios to A", figureRows(report.figures), letters),
    );
  }

  function drawPlot({ runs }, palette) {
    const end = Math.max(0.001, ...runs.map(({ rows }) => lastMark(rows))) * ROOM_AFTER_END;
    const pictures = lanes.map(({ run, paint }) =>
      paint({
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
      })
    );
    const room = ROOM[runs.length];
    const width = plot.clientWidth;
    const geometries = pictures.map((picture) => layOut(picture, width, room, palette));
    drawAxis(axis, pictures[0], geometries[0]);
    lanes.forEach(({ drawRows }, k) => drawRows(pictures[k], geometries[k]));
    drawOverlaid(
      steps,
      pictures.map((picture, k) => ({ ...picture, letter: LETTERS[k] })),
      geometries[0],
    );
  }

  return {
    /** Whether the section stands in place of a run. */
    draw({ route, compared }, palette) {
      const key = route.comparing.join(",") || null;
      fetchRuns(key);
      section.hidden = key === null;
      if (key === null) return false;
      const found = compared?.key === key ? compared : null;
      setText(byId("comparing-problem"), found?.problem ?? "");
      setText(
        byId("comparing-sentence"),
        found?.report ? unbroken(found.report.sentence) : found ? "" : "Opening the runs…",
      );
      byId("comparing-body").hidden = !found?.report;
      if (!found?.report) return true;
      if (shown !== found) build(found);
      shown = found;
      drawPlot(found, palette);
      return true;
    },
  };
}
