// Wires the page: options from the server, messages into the store, the store into everything that draws.

import { api } from "./api.js";
import { createComparison } from "./comparison.js";
import { createControls } from "./controls.js";
import { clock as clockWords, emptySentence, stepSentence, targetWords, unbroken } from "./describe.js";
import { byId, make, setText } from "./dom.js";
import { countUnknown } from "./fold.js";
import { createFrameLoop } from "./frameloop.js";
import { createGauge } from "./gauge.js";
import { gaugesOf } from "./gauges.js";
import { createGaugeSwitch, gaugesAreShown } from "./gaugeswitch.js";
import { showGaugeWords } from "./gaugetracks.js";
import { createHelp } from "./help.js";
import { createLegend } from "./legend.js";
import { isOver, runningSeconds, stepSeconds } from "./live.js";
import { createNotices } from "./notices.js";
import { ORDERS } from "./order.js";
import { readPalette } from "./palette.js";
import { createPainter } from "./picture.js";
import { drawReadout } from "./readout.js";
import { remembered, seldom } from "./remember.js";
import { connect } from "./socket.js";
import { createSpeaker } from "./speaker.js";
import { createStore, FIRST_STATE } from "./store.js";
import { createTextPanel } from "./textpanel.js";
import { createTheme } from "./theme.js";
import { createTimeline } from "./timeline.js";
import { createTwin } from "./twin.js";
import { peakUse } from "./use.js";
import { createWhy } from "./why.js";

const pageSeconds = () => performance.now() / 1000;
const store = createStore(FIRST_STATE);
// For the tests, which read the state and break the link.
window.poolscope = { store };

/** What the picture is about: the run, or what the form promises while there is none. */
function subjectOf({ run, settings, typed, forecast }) {
  if (run?.run) return { settings: run.settings, forecast: run.forecast };
  return { settings: typed ?? settings, forecast };
}

function sentenceOf(state, at) {
  const { run, summary, typed, options } = state;
  if (run?.status === "starting") return stepSentence(run.step, stepSeconds(state, at));
  if (run?.run && summary) return summary.sentence;
  if (run?.error) return "The run could not start.";
  if (run?.run) return "";
  if (!typed) return "Nothing has run yet.";
  const endpoint = options.endpoints.find(({ name }) => name === typed.endpoint);
  return emptySentence(typed, endpoint?.path ?? typed.endpoint);
}

function clockOf({ run, summary }, now) {
  if (now !== null) return clockWords(now);
  return isOver(run) && summary?.total_seconds ? clockWords(summary.total_seconds) : "";
}

function drawHeader({ run, summary }) {
  const target = run?.target;
  setText(byId("target-words"), targetWords(target));
  byId("target").dataset.state = target?.state ?? "none";
  document.documentElement.dataset.runStatus = run?.status ?? "idle";
  const progress = run?.status === "running" && summary ? `${summary.done} of ${summary.requests} · ` : "";
  document.title = `${progress}Poolscope`;
}

function createOrderSwitch(select) {
  select.replaceChildren(...Object.entries(ORDERS).map(([value, { title }]) => make("option", { value }, title)));
  select.addEventListener("change", () => store.set({ order: select.value, view: null }));
}

async function start() {
  const options = await api.options();
  store.set({ options });
  setText(byId("version"), options.version);

  const controls = createControls(store);
  const comparison = createComparison(store);
  const gauge = createGauge(byId("gauge"));
  const legend = createLegend(byId("legend"));
  const notices = createNotices(byId("notices"), byId("notes"));
  const paint = createPainter();
  const peak = remembered(peakUse);
  const gaugesNow = seldom(gaugesOf);
  const unknownIn = seldom(countUnknown);
  const speak = createSpeaker(byId("spoken"));
  const slider = byId("timeline");
  const textPanel = createTextPanel(store);
  const timeline = createTimeline(slider, {
    onSelect: (selected, { pinned }) => store.set({ selected, pinned }),
    onTime: (hoverTime) => store.set({ hoverTime }),
    onView: (view) => store.set({ view }),
  });
  const twin = createTwin(byId("twin"));
  const why = createWhy(byId("why"), controls.launchWith);
  createOrderSwitch(byId("order"));
  byId("zoom-reset").addEventListener("click", () => {
    store.set({ view: null });
    slider.focus();
  });
  const gaugeSwitch = createGaugeSwitch(byId("gauges-switch"), store);

  // Read again only when the theme changes: reading makes the browser compute styles.
  let palette = null;

  function draw() {
    const state = store.get();
    const at = pageSeconds();
    const now = runningSeconds(state, at);
    const over = isOver(state.run);
    const { settings, forecast } = subjectOf(state);
    const { view, rows, samples, summary, order, selected, pinned, hoverTime, run } = state;
    const status = run?.status ?? "idle";
    const requests = summary?.requests ?? (Number(settings.requests) || 1);
    const picture = paint({
      status, rows, order, requests, forecast, summary, now, selected, pinned, hoverTime,
      isGreenlets: run?.target?.worker_class === "gevent",
      other: comparison.otherOf(state),
      view,
    });
    const gauges = gaugesNow(!run || over, settings, run?.target, rows, samples);

    drawHeader(state);
    setText(byId("sentence"), unbroken(sentenceOf(state, at)));
    setText(byId("clock"), clockOf(state, now));
    controls.draw(state);
    const unknown = unknownIn(over, rows);
    notices(state, unknown);
    legend(summary?.counts ?? null, unknown);
    gaugeSwitch(state);
    byId("zoom-reset").hidden = view === null;
    palette ??= readPalette(slider);
    timeline.draw(picture, gaugesAreShown(state) ? gauges : [], palette);
    showGaugeWords(byId("gauge-words"), rows.length > 0 ? gauges : []);
    drawReadout(byId("readout"), slider, picture);
    comparison.draw(state, picture, palette);
    gauge.draw({
      settings,
      target: run?.target,
      rows,
      now: now ?? picture.edge,
      hoverTime,
      isOver: over,
      peak: over ? peak(rows) : 0,
    });
    why(summary?.diagnosis ?? null);
    textPanel.draw(state);
    twin.draw(picture);
    speak(state, over);
    return status === "running" || status === "starting";
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
  window.poolscope.socket = connect(store, pageSeconds);
}

createHelp();

start().catch((error) => {
  setText(byId("sentence"), `The page could not start: ${error.message}`);
  throw error;
});
