// A run in a file of its own: the page's timeline over the marks that the file holds, without a server.

import { clock, unbroken } from "./describe.js";
import { byId, make, setText } from "./dom.js";
import { fold, PHASES } from "./fold.js";
import { createFrameLoop } from "./frameloop.js";
import { marksOf } from "./frames.js";
import { gaugesOf } from "./gauges.js";
import { createLegend } from "./legend.js";
import { ORDERS } from "./order.js";
import { readPalette } from "./palette.js";
import { createPainter } from "./picture.js";
import { drawReadout } from "./readout.js";
import { createStore } from "./store.js";
import { createTheme } from "./theme.js";
import { createTimeline } from "./timeline.js";
import { createTwin } from "./twin.js";

const record = JSON.parse(byId("record").textContent);
const rows = fold([], marksOf(record.frame, PHASES));
const store = createStore({ order: "service", selected: null, pinned: false, hoverTime: null, view: null });

const gauges = gaugesOf(record.state.settings, record.state.target, rows, record.gauges.samples);

const slider = byId("timeline");
const paint = createPainter();
const legend = createLegend(byId("legend"));
const twin = createTwin(byId("twin"));
const timeline = createTimeline(slider, {
  onSelect: (selected, { pinned }) => store.set({ selected, pinned }),
  onTime: (hoverTime) => store.set({ hoverTime }),
  onView: (view) => store.set({ view }),
});

const orders = byId("order");
orders.replaceChildren(...Object.entries(ORDERS).map(([value, { title }]) => make("option", { value }, title)));
orders.addEventListener("change", () => store.set({ order: orders.value, view: null }));

// Read again only when the theme changes, as on the page.
let palette = null;

function draw() {
  const { state: run, summary } = record;
  const picture = paint({
    ...store.get(),
    status: ["done", "cancelled", "failed"].includes(run.status) ? run.status : "failed",
    rows,
    requests: summary.requests,
    forecast: run.forecast,
    summary,
    now: null,
    isGreenlets: run.target.worker_class === "gevent",
    other: null,
  });
  setText(byId("sentence"), unbroken(summary.sentence));
  setText(byId("clock"), clock(summary.total_seconds));
  legend(summary.counts);
  palette ??= readPalette(slider);
  timeline.draw(picture, gauges, palette);
  drawReadout(byId("readout"), slider, picture);
  twin.draw(picture);
  return false;
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
