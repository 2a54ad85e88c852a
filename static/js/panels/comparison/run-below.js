// COMPARE: another run below the shown one, small, on the same time axis; or the button that asks for it.

/** @import { ComparedRun, Page, Panel, Scene, ShownState } from "../../types/page.d.ts" */
/** @import { Run } from "../../types/run.d.ts" */

import { byId, setText } from "../../dom/elements.js";
import { createPainter } from "../../model/picture/picture.js";
import { isOver } from "../../model/run/status.js";
import {
  comparedRun,
  comparisonWords,
  loadedOther,
  runBefore,
  runOfRecord,
} from "../../model/words/comparison.js";
import { unbroken } from "../../model/words/describe.js";
import { api } from "../../state/api.js";
import { createQuestion } from "../../state/question.js";
import { queryOf } from "../../state/route.js";
import { layOut } from "../../timeline/layout.js";
import { createTrack } from "../../timeline/track.js";
import { drawAxis } from "../../timeline/tracks/axis.js";
import { createWaterfall } from "../../timeline/tracks/waterfall.js";

const ROOM = 150; // pixels for the rows of the other run

/**
 * A run out of the history is compared in a view of its own.
 *
 * @param {ShownState} shown
 */
const withoutOpened = (shown) => (shown.isOpened ? { ...shown, run: null, before: null } : shown);

/**
 * @param {Page} page
 * @returns {Panel}
 */
export function createRunBelow({ store, options }) {
  const section = byId("compare");
  const plot = byId("compare-plot");
  const offer = byId("compare-before");
  const figures = byId("compare-figures", HTMLAnchorElement);
  const axis = createTrack(plot, "other-axis");
  const rows = createTrack(plot, "other-rows");
  const drawWaterfall = createWaterfall(rows);
  const paint = createPainter();

  const fetchRecord = createQuestion(
    api.record,
    (record, run) => store.set({ other: { ...runOfRecord(record, options.phases), run } }),
    (problem, run) => store.set({ other: { run, problem: problem.message } }),
  );
  const fetchRuns = createQuestion(
    (/** @type {string} */ _run) => api.runs(),
    (runs, run) => store.set({ before: runBefore(runs, run) }),
    () => store.set({ before: null }),
  );

  /** @param {string | null} other */
  const choose = (other) =>
    store.set({ compareChoice: { run: store.get().run?.run ?? null, with: other } });
  offer.addEventListener("click", () => choose(store.get().before?.run ?? null));
  byId("compare-close").addEventListener("click", () => {
    choose(null);
    offer.focus();
  });

  /**
   * @param {Run} run
   * @param {ShownState["summary"]} summary
   * @param {ComparedRun} other
   */
  function drawWords(run, summary, other) {
    const own = { status: run.status, settings: run.settings, summary };
    const words = comparisonWords(options.fields, own, other);
    setText(byId("compare-a"), unbroken(words.a));
    setText(byId("compare-b"), unbroken(words.b));
    setText(byId("compare-ratio"), words.ratio);
    setText(byId("compare-sentence"), unbroken(other.summary.sentence));
    figures.hidden = !isOver(run) || !isOver(other);
    const comparing = [String(run.history_id ?? run.run), String(other.number ?? other.run)];
    figures.href = `/${queryOf({ opened: null, comparing })}`;
  }

  /**
   * @param {ComparedRun} other
   * @param {Pick<Scene, "picture" | "palette">} scene
   */
  function drawPlot({ rows: ordered, summary, settings }, { picture, palette }) {
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

  return {
    draw(scene) {
      const state = withoutOpened(scene.shown);
      const { run, other, before } = state;
      const wanted = comparedRun(state);
      fetchRecord(wanted);
      fetchRuns(isOver(run) && wanted === null ? run?.run ?? null : null);
      const loaded = loadedOther(state);
      const problem = other?.run === wanted ? other?.problem ?? "" : "";
      section.hidden = wanted === null || !(loaded || problem);
      offer.hidden = wanted !== null || !before || !isOver(run);
      setText(byId("compare-problem"), problem);
      byId("compare-body").hidden = !loaded;
      if (!run || !loaded) return;
      drawWords(run, state.summary, loaded);
      drawPlot(loaded, scene);
    },
  };
}
