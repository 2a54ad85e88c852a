// A run in a file of its own: the page's timeline over the marks that the file holds, without a server.

import { clock, unbroken } from "./model/words/describe.js";
import { byId, make, setText } from "./dom/elements.js";
import { countUnknown, fold, PHASES } from "./model/run/fold.js";
import { createFrameLoop } from "./dom/frame-loop.js";
import { marksOf } from "./model/run/frames.js";
import { gaugesOf, waitingGauge } from "./model/gauges/gauges.js";
import { createLegend } from "./timeline/legend.js";
import { createMoment, endOf } from "./model/run/moment.js";
import { ORDERS } from "./model/picture/order.js";
import { readPalette } from "./timeline/palette.js";
import { createPainter } from "./model/picture/picture.js";
import { drawReadout } from "./timeline/readout.js";
import { remembered, seldom } from "./lib/remember.js";
import { AT_END, momentOf } from "./model/run/replay.js";
import { createReplayControls } from "./panels/run/replay-controls.js";
import { createStore } from "./state/store.js";
import { createTheme } from "./panels/theme.js";
import { createTimeline } from "./timeline/timeline.js";
import { createRequestTable } from "./timeline/request-table.js";

const record = JSON.parse(byId("record").textContent);
const rows = fold([], marksOf(record.frame, PHASES));
const { state: run, gauges: { samples }, summary } = record;
const kept = { run, rows, samples, summary, end: endOf({ rows, summary }) };
const store = createStore({
  order: "service",
  selected: null,
  pinned: false,
  hoverTime: null,
  view: null,
  replay: AT_END,
});
const pageSeconds = () => performance.now() / 1000;
const then = createMoment();
const drawReplay = createReplayControls(store, () => kept.end, pageSeconds);
const unknown = remembered(countUnknown);

const gaugesThen = seldom((known, taken) => [
  ...(summary.picture === "waiting" ? [waitingGauge(known)] : []),
  ...gaugesOf(run.settings, run.target, known, taken),
]);

const slider = byId("timeline");
const paint = createPainter();
const legend = createLegend(byId("legend"));
const requestTable = createRequestTable(byId("request-table"));
const timeline = createTimeline(slider, {
  onSelect: (selected, { pinned }) => store.set({ selected, pinned }),
  onTime: (hoverTime) => store.set({ hoverTime }),
  onView: (view) => store.set({ view }),
});

const orders = byId("order");
orders.replaceChildren(
  ...Object.entries(ORDERS).map(([value, { title }]) => make("option", { value }, title)),
);
orders.addEventListener("change", () => store.set({ order: orders.value, view: null }));

// Read again only when the theme changes, as on the page.
let palette = null;

function draw() {
  const state = store.get();
  const at = momentOf(state.replay, kept.end, pageSeconds());
  const moment = then(kept, at);
  const picture = paint({
    ...state,
    status: moment.run.status,
    rows: moment.rows,
    requests: summary.requests,
    forecast: run.forecast,
    summary: moment.summary,
    now: moment.now,
    whole: moment.whole,
    isGreenlets: run.target.worker_class === "gevent",
    other: null,
  });
  setText(byId("sentence"), unbroken(moment.summary.sentence));
  setText(byId("clock"), clock(moment.now ?? summary.total_seconds));
  legend(moment.summary.counts, unknown(moment.rows));
  drawReplay(at, moment.summary);
  palette ??= readPalette(slider);
  timeline.draw(picture, gaugesThen(!state.replay.isPlaying, moment.rows, moment.samples), palette);
  drawReadout(byId("readout"), slider, picture);
  requestTable.draw(picture);
  return state.replay.isPlaying;
}

const loop = createFrameLoop(draw);
createTheme(byId("theme"), (how) => {
  palette = null;
  if (how?.atOnce) loop.now();
  else loop.request();
});
store.subscribe(loop.request);
new ResizeObserver(loop.request).observe(slider);
window.addEventListener("resize", loop.request);
loop.request();
