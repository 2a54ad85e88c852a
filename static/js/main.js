// Wires the page: options from the server, messages into the store, the store into everything that draws.

import { api } from "./state/api.js";
import { createSideBySide } from "./panels/comparison/side-by-side.js";
import { createRunBelow } from "./panels/comparison/run-below.js";
import { createControls } from "./panels/controls.js";
import {
  clock as clockWords,
  emptySentence,
  stepSentence,
  targetWords,
  unbroken,
} from "./model/words/describe.js";
import { byId, make, setText } from "./dom/elements.js";
import { createDownloads } from "./panels/run/downloads.js";
import { countUnknown } from "./model/run/fold.js";
import { createFrameLoop } from "./dom/frame-loop.js";
import { createPoolGauge } from "./panels/run/pool-gauge.js";
import { gaugesOf, waitingGauge } from "./model/gauges/gauges.js";
import { createGaugeSwitch, gaugesAreShown } from "./panels/run/gauge-switch.js";
import { showGaugeWords } from "./timeline/tracks/gauge-tracks.js";
import { createRunNotice } from "./panels/run/run-notice.js";
import { createHelp } from "./panels/help.js";
import { createHistory } from "./panels/history/history.js";
import { createLegend } from "./timeline/legend.js";
import { isOver } from "./model/run/status.js";
import { stepSeconds } from "./state/live.js";
import { createNotices } from "./panels/run/notices.js";
import { createOpenedRun } from "./state/opened-run.js";
import { ORDERS } from "./model/picture/order.js";
import { readPalette } from "./timeline/palette.js";
import { createFilter, createPaths } from "./panels/run/paths.js";
import { createPainter } from "./model/picture/picture.js";
import { routeWords } from "./state/route.js";
import { createNavigation } from "./state/navigation.js";
import { drawReadout } from "./timeline/readout.js";
import { remembered, seldom } from "./lib/remember.js";
import { createReplayBar } from "./panels/run/replay-bar.js";
import { connect } from "./state/socket.js";
import { createAnnouncements } from "./panels/run/announcements.js";
import { createStore, FIRST_STATE } from "./state/store.js";
import { createTextPanel } from "./panels/run/text-panel.js";
import { createTheme } from "./panels/theme.js";
import { createTimeline } from "./timeline/timeline.js";
import { createRequestTable } from "./timeline/request-table.js";
import { peakUsage } from "./model/gauges/pool-usage.js";
import { createWhy } from "./panels/run/why.js";
import { createUserApp } from "./panels/run/user-app.js";

const pageSeconds = () => performance.now() / 1000;
const store = createStore(FIRST_STATE);
// For the tests, which read the state and break the link.
window.poolscope = { store };

const asFound = remembered((settings, pool) => (pool ? { ...settings, ...pool } : settings));

/** What the picture is about: the run, or what the form promises while there is none. */
function subjectOf({ run, summary, settings, typed, forecast }) {
  // The pool of an app is as it was found, whatever the form says.
  if (run?.run) {
    return { settings: asFound(run.settings, summary?.app?.pool), forecast: run.forecast };
  }
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

function drawHeader({ run, summary, route }) {
  const target = run?.target;
  setText(byId("target-words"), targetWords(target));
  byId("target").dataset.state = target?.state ?? "none";
  document.documentElement.dataset.runStatus = run?.status ?? "idle";
  const progress = run?.status === "running" && summary
    ? `${summary.done} of ${summary.requests} · `
    : "";
  document.title = `${progress}${routeWords(route)}Poolscope`;
}

/** A run out of the history is compared in a view of its own. */
const withoutLive = (state) => ({ ...state, run: null, before: null });

function createOrderSwitch(select) {
  select.replaceChildren(
    ...Object.entries(ORDERS).map(([value, { title }]) => make("option", { value }, title)),
  );
  select.addEventListener("change", () => store.set({ order: select.value, view: null }));
}

async function start() {
  const options = await api.options();
  store.set({ options });
  setText(byId("version"), options.version);

  const navigation = createNavigation(store);
  const controls = createControls(store, navigation);
  const opened = createOpenedRun(store);
  const replayBar = createReplayBar(store, navigation, pageSeconds);
  const comparing = createSideBySide(store, navigation);
  const going = createRunNotice(navigation);
  const downloads = createDownloads();
  createHistory(store, navigation, {
    onLoad: controls.take,
    onRenamed: (number, label) => opened.keep(number, { run: { ...store.get().kept?.run, label } }),
  });
  const comparison = createRunBelow(store);
  const gauge = createPoolGauge(byId("gauge"));
  const legend = createLegend(byId("legend"));
  const notices = createNotices(byId("notices"), byId("notes"));
  const paint = createPainter();
  const peak = remembered(peakUsage);
  const gaugesNow = seldom(gaugesOf);
  const waitingNow = seldom(waitingGauge);
  const filter = createFilter();
  const showPaths = createPaths(
    byId("paths"),
    (path) => store.set({ path, view: null, selected: null, pinned: false }),
  );
  const unknownIn = seldom(countUnknown);
  const speak = createAnnouncements(byId("spoken"));
  const slider = byId("timeline");
  const textPanel = createTextPanel(store);
  const timeline = createTimeline(slider, {
    onSelect: (selected, { pinned }) => store.set({ selected, pinned }),
    onTime: (hoverTime) => store.set({ hoverTime }),
    onView: (view) => store.set({ view }),
  });
  const requestTable = createRequestTable(byId("request-table"));
  const why = createWhy(byId("why"), controls.launchWith);
  const userApp = createUserApp(byId("user-app"));
  createOrderSwitch(byId("order"));
  byId("zoom-reset").addEventListener("click", () => {
    store.set({ view: null });
    slider.focus();
  });
  const gaugeSwitch = createGaugeSwitch(byId("gauges-switch"), store);

  // Read again only when the theme changes: reading makes the browser compute styles.
  let palette = null;

  function draw() {
    const live = store.get();
    const at = pageSeconds();
    const state = opened.shown(live, at);
    const { now, isOpened } = state;
    const over = isOver(state.run);
    const isStill = over || (isOpened && !live.replay.isPlaying); // nothing will be drawn after this by itself
    const { settings, forecast } = subjectOf(state);
    const { view, rows, samples, summary, order, selected, pinned, hoverTime, run } = state;
    const status = run?.status ?? "idle";
    const requests = summary?.requests ?? (Number(settings.requests) || 1);
    const isUnequal = summary?.picture === "waiting";
    const picture = paint({
      status,
      order,
      now,
      ...filter({ rows, summary, forecast, requests, path: live.path, asks: run?.asks }),
      selected,
      pinned,
      hoverTime,
      isGreenlets: run?.target?.worker_class === "gevent",
      other: isOpened ? null : comparison.otherOf(state),
      whole: state.whole,
      view,
    });
    const waiting = isUnequal ? [waitingNow(!run || isStill, rows)] : [];
    const gauges = gaugesNow(!run || isStill, settings, run?.target, rows, samples);

    drawHeader(live);
    controls.draw(live);
    going(live, !isOpened && live.route.comparing.length === 0);
    speak(live, isOver(live.run));
    palette ??= readPalette(slider);
    const isComparing = comparing.draw(live, palette);
    byId("run-view").hidden = isComparing;
    if (isComparing) {
      notices({ link: live.link }, 0);
      return false;
    }
    replayBar(state);
    downloads(state);
    setText(byId("sentence"), unbroken(sentenceOf(state, at)));
    setText(byId("clock"), clockOf(state, now));
    const unknown = unknownIn(isStill, rows);
    notices(state, unknown);
    legend(summary?.counts ?? null, unknown);
    gaugeSwitch(state);
    byId("zoom-reset").hidden = view === null;
    timeline.draw(picture, [...waiting, ...(gaugesAreShown(state) ? gauges : [])], palette);
    showGaugeWords(byId("gauge-words"), rows.length > 0 ? [...waiting, ...gauges] : []);
    showPaths(summary?.paths, live.path);
    drawReadout(byId("readout"), slider, picture);
    comparison.draw(isOpened ? withoutLive(state) : state, picture, palette);
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
    userApp(summary?.app ?? null);
    textPanel.draw(state);
    requestTable.draw(picture);
    return isOpened ? live.replay.isPlaying : status === "running" || status === "starting";
  }

  const loop = createFrameLoop(draw);
  createTheme(byId("theme"), (how) => {
    palette = null;
    if (how?.atOnce) loop.now();
    else loop.request();
  });
  store.subscribe(loop.request);
  const resized = new ResizeObserver(loop.request);
  for (const element of [slider, byId("comparing-plot")]) resized.observe(element);
  window.addEventListener("resize", loop.request);
  loop.request();
  window.poolscope.socket = connect(store, pageSeconds);
}

createHelp();

start().catch((error) => {
  setText(byId("sentence"), `The page could not start: ${error.message}`);
  throw error;
});
