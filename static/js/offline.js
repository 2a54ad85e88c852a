// A run in a file of its own: the page's timeline over the marks that the file holds, without a server.

/** @import { Panel, ShownState, Stage } from "./types/page.d.ts" */
/** @import { RunRecord } from "./types/run.d.ts" */

import { byId } from "./dom/elements.js";
import { fold, PHASES } from "./model/run/fold.js";
import { marksOf } from "./model/run/frames.js";
import { createMoment, endOf } from "./model/run/moment.js";
import { momentOf } from "./model/run/replay.js";
import { startDrawing } from "./panels/drawing.js";
import { createReplayControls } from "./panels/replay/controls.js";
import { createHeadline } from "./panels/run/headline.js";
import { createOrderSwitch } from "./panels/run/order-switch.js";
import { createScenes } from "./state/scene.js";
import { createStore, FIRST_STATE } from "./state/store.js";
import { createLegend } from "./timeline/legend.js";
import { createReadout } from "./timeline/readout.js";
import { createRequestTable } from "./timeline/request-table.js";
import { createTimeline } from "./timeline/timeline.js";

/** @type {((page: Stage) => Panel)[]} */
const PANELS = [
  createHeadline,
  createLegend,
  createOrderSwitch,
  createReplayControls,
  createTimeline,
  createReadout,
  createRequestTable,
];

/** @type {RunRecord} */
const record = JSON.parse(byId("record").textContent);
const { state: run, gauges: { samples }, summary } = record;
const rows = fold([], marksOf(record.frame, PHASES));
const end = endOf({ rows, summary });
const clock = () => performance.now() / 1000;
const store = createStore(FIRST_STATE);
const then = createMoment();
const sceneOf = createScenes();
const panels = PANELS.map((create) => create({ store, clock }));

startDrawing(store, [byId("timeline")], (palette) => {
  const live = store.get();
  const now = clock();
  const at = momentOf(live.replay, end, now);
  /** @type {ShownState} */
  const shown = {
    ...live,
    ...then({ run, rows, samples, summary, end }, at),
    moment: { at, end },
    isOpened: true,
  };
  const scene = { ...sceneOf(live, shown, now), palette };
  for (const panel of panels) panel.draw(scene);
  return live.replay.isPlaying;
});
