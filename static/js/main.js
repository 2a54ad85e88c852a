// Wires the page: options from the server, messages into the store, the store into everything that draws.
//
// A panel is one part of the page. `createX(page)` finds or builds its elements once and wires their events to what the
// page shares (store, navigation, ...); `draw(scene)` shows a scene, and touches only what has changed.

/** @import { Page, Panel } from "./types/page.d.ts" */

import { byId, setText } from "./dom/elements.js";
import { isRunning } from "./model/run/status.js";
import { createAnnouncements } from "./panels/announcements.js";
import { createRunBelow } from "./panels/comparison/run-below.js";
import { createSideBySide } from "./panels/comparison/side-by-side.js";
import { createControls } from "./panels/controls.js";
import { startDrawing } from "./panels/drawing.js";
import { createHeader } from "./panels/header.js";
import { createHelp } from "./panels/help.js";
import { createHistory } from "./panels/history/history.js";
import { createReplayBar } from "./panels/replay/bar.js";
import { createReplayControls } from "./panels/replay/controls.js";
import { createRunNotice } from "./panels/run-notice.js";
import { createDownloads } from "./panels/run/downloads.js";
import { createGaugeSwitch } from "./panels/run/gauge-switch.js";
import { createHeadline } from "./panels/run/headline.js";
import { createNotices } from "./panels/run/notices.js";
import { createOrderSwitch } from "./panels/run/order-switch.js";
import { createPaths } from "./panels/run/paths.js";
import { createPoolGauge } from "./panels/run/pool-gauge.js";
import { createTextPanel } from "./panels/run/text-panel.js";
import { createUserApp } from "./panels/run/user-app.js";
import { createWhy } from "./panels/run/why.js";
import { createZoomReset } from "./panels/run/zoom-reset.js";
import { api } from "./state/api.js";
import { createNavigation } from "./state/navigation.js";
import { createOpenedRun } from "./state/opened-run.js";
import { createScenes } from "./state/scene.js";
import { connect } from "./state/socket.js";
import { createStore, FIRST_STATE } from "./state/store.js";
import { createGaugeWords } from "./timeline/gauge-words.js";
import { createLegend } from "./timeline/legend.js";
import { createReadout } from "./timeline/readout.js";
import { createRequestTable } from "./timeline/request-table.js";
import { createTimeline } from "./timeline/timeline.js";

/** What is there whatever the page shows. @type {((page: Page) => Panel)[]} */
const AROUND = [
  createHeader,
  createRunNotice,
  createNotices,
  createAnnouncements,
  createSideBySide,
  createHistory,
];

/** The parts of the view of one run, from top to bottom. @type {((page: Page) => Panel)[]} */
const OF_A_RUN = [
  createReplayBar,
  createHeadline,
  createLegend,
  createZoomReset,
  createOrderSwitch,
  createReplayControls,
  createTimeline,
  createReadout,
  createGaugeSwitch,
  createRunBelow,
  createPaths,
  createPoolGauge,
  createWhy,
  createUserApp,
  createRequestTable,
  createGaugeWords,
  createDownloads,
  createTextPanel,
];

const clock = () => performance.now() / 1000;
const store = createStore(FIRST_STATE);
// For the tests, which read the state and break the link.
const opened = { store, socket: /** @type {unknown} */ (null) };
Object.assign(globalThis, { poolscope: opened });

async function start() {
  const options = await api.options();
  store.set({ options });
  const navigation = createNavigation({ store, options });
  const openedRun = createOpenedRun({ store, options });
  const controls = createControls({ store, options, navigation });
  /** @type {Page} */
  const page = { store, options, clock, navigation, openedRun, controls };
  const around = [controls, ...AROUND.map((create) => create(page))];
  const ofRun = OF_A_RUN.map((create) => create(page));
  const runView = byId("run-view");
  const sceneOf = createScenes();

  startDrawing(store, [byId("timeline"), byId("comparing-plot")], (palette) => {
    const live = store.get();
    const at = clock();
    const shown = openedRun.shown(live, at);
    const scene = { ...sceneOf(live, shown, at), palette };
    for (const panel of around) panel.draw(scene);
    runView.hidden = live.route.comparing.length > 0;
    if (runView.hidden) return false;
    for (const panel of ofRun) panel.draw(scene);
    return shown.isOpened ? live.replay.isPlaying : isRunning(shown.run);
  });
  opened.socket = connect(store, clock);
}

createHelp();

start().catch((error) => {
  setText(byId("sentence"), `The page failed to load: ${error.message}`);
  throw error;
});
