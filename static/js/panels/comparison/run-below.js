// COMPARE: another run below the shown one, small, on the same time axis; or the button that asks for it.

import { api } from "../../state/api.js";
import { drawAxis } from "../../timeline/tracks/axis.js";
import {
  comparedRun,
  comparisonWords,
  runBefore,
  runOfRecord,
} from "../../model/words/comparison.js";
import { unbroken } from "../../model/words/describe.js";
import { byId, setText } from "../../dom/elements.js";
import { layOut } from "../../timeline/layout.js";
import { isOver } from "../../model/run/status.js";
import { createPainter } from "../../model/picture/picture.js";
import { queryOf } from "../../state/route.js";
import { createQuestion } from "../../state/question.js";
import { createTrack } from "../../timeline/track.js";
import { createWaterfall } from "../../timeline/tracks/waterfall.js";

const ROOM = 150; // pixels for the rows of the other run

/** Wires the section; `draw` shows a state below the picture of its run, which needs `otherOf` before. */
export function createRunBelow(store) {
  const section = byId("compare");
  const plot = byId("compare-plot");
  const offer = byId("compare-before");
  const axis = createTrack(plot, "other-axis");
  const rows = createTrack(plot, "other-rows");
  const drawWaterfall = createWaterfall(rows);
  const paint = createPainter();

  const fetchRecord = createQuestion(
    api.record,
    (record, run) =>
      store.set({ other: { run, ...runOfRecord(record, store.get().options.phases) } }),
    (problem, run) => store.set({ other: { run, problem: problem.message } }),
  );
  const fetchRuns = createQuestion(
    () => api.runs(),
    (runs, key) => store.set({ before: runBefore(runs, key) }),
    () => store.set({ before: null }),
  );

  const choose = (other) => store.set({ compareChoice: { run: store.get().run.run, with: other } });
  offer.addEventListener("click", () => choose(store.get().before.run));
  byId("compare-close").addEventListener("click", () => {
    choose(null);
    offer.focus();
  });

  function drawWords({ options, run, summary, other }) {
    const words = comparisonWords(options.fields, {
      status: run.status,
      settings: run.settings,
      summary,
    }, other);
    setText(byId("compare-a"), unbroken(words.a));
    setText(byId("compare-b"), unbroken(words.b));
    setText(byId("compare-ratio"), words.ratio);
    setText(byId("compare-sentence"), unbroken(other.summary.sentence));
    const figures = byId("compare-figures");
    figures.hidden = !isOver(run) || !isOver(other);
    figures.href = `/${
      queryOf({ opened: null, comparing: [run.history_id ?? run.run, other.number ?? other.run] })
    }`;
  }

  function drawPlot(other, picture, palette) {
    const { rows: ordered, summary, settings } = other;
    const own = paint({
      status: "done",
      rows: ordered,
      order: "service",
      requests: Number(settings.requests),
      forecast: null,
      summary,
      now: null,
      selected: null,
      pinned: false,
      end: picture.end,
      // The same time in sight as above, and always all of its rows.
      view: picture.view && { ...picture.view, first: 0, last: ordered.length },
    });
    const geometry = layOut(own, plot.clientWidth, ROOM, palette);
    drawAxis(axis, own, geometry);
    drawWaterfall(own, geometry);
  }

  /** The other run, once it is here: {rows, summary, settings, status}, or null. */
  function otherOf(state) {
    const wanted = comparedRun(state);
    return wanted !== null && state.other?.run === wanted && !state.other.problem
      ? state.other
      : null;
  }

  return {
    otherOf,

    draw(state, picture, palette) {
      const { run, other, before } = state;
      const wanted = comparedRun(state);
      fetchRecord(wanted);
      fetchRuns(isOver(run) && wanted === null ? run.run : null);
      const found = otherOf(state);
      const problem = other?.run === wanted ? other?.problem ?? "" : "";
      section.hidden = wanted === null || !(found || problem);
      offer.hidden = wanted !== null || !before || !isOver(run);
      setText(byId("compare-problem"), problem);
      byId("compare-body").hidden = !found;
      if (!found) return;
      drawWords(state);
      drawPlot(found, picture, palette);
    },
  };
}
