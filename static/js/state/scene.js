// Everything that one drawing of the page shows, derived from the state.

/** @import { Settings } from "../types/run.d.ts" */
/** @import { PageState, Scene, ShownState } from "../types/page.d.ts" */

import { remembered, seldom } from "../lib/remember.js";
import { gaugesOf, waitingGauge } from "../model/gauges/gauges.js";
import { createPathFilter } from "../model/picture/path-filter.js";
import { createPainter } from "../model/picture/picture.js";
import { countWith } from "../model/run/fold.js";
import { isOver } from "../model/run/status.js";
import { loadedOther } from "../model/words/comparison.js";

/**
 * Whether the gauges show below the bars: as soon as there is a run, unless a person has said otherwise.
 *
 * @param {Pick<PageState, "gaugesShown" | "run">} state
 */
export function gaugesAreShown({ gaugesShown, run }) {
  return gaugesShown ?? Boolean(run?.run);
}

/**
 * @param {Settings} settings
 * @param {Settings | undefined} pool
 */
const withPool = (settings, pool) => (pool ? { ...settings, ...pool } : settings);

/**
 * Returns a function that makes scenes, but for their palette, and keeps what did not change since the last one.
 *
 * live: the store's state; shown: what of it is on view; at: seconds of this page's clock.
 *
 * @returns {(live: Readonly<PageState>, shown: ShownState, at: number) => Omit<Scene, "palette">}
 */
export function createScenes() {
  const paint = createPainter();
  const filter = createPathFilter();
  const gaugesNow = seldom(gaugesOf);
  const waitingNow = seldom(waitingGauge);
  const unknownIn = seldom(countWith);
  const threadQueuedIn = seldom(countWith);
  const asFound = remembered(withPool);

  return (live, shown, at) => {
    const { run, summary, rows, samples, order, selected, pinned, hoverTime, view, isOpened } =
      shown;
    // Without a run the picture is of what the form promises.
    const forecast = run?.run ? run.forecast : shown.forecast;
    // The pool of an app is as it was found, whatever the form says.
    const settings = run?.run
      ? asFound(run.settings, summary?.app?.pool)
      : shown.typed ?? shown.settings;
    const isStill = isOver(run) || (isOpened && !live.replay.isPlaying);
    const isExact = !run || isStill;
    const requests = summary?.requests ?? (Number(settings.requests) || 1);
    const specs = run?.asks;
    const threadQueued = threadQueuedIn(isStill, rows, "thread-queued");
    const picture = paint({
      status: run?.status ?? "idle",
      order,
      now: shown.now,
      ...filter({ rows, summary, forecast, requests, path: live.path, specs }),
      selected,
      pinned,
      hoverTime,
      // A loop's requests run beside each other; those that threads took have a thread each.
      isGreenlets: run?.target?.worker_class === "gevent" ||
        (run?.target?.worker_class === "asgi" && threadQueued === 0),
      other: isOpened ? null : loadedOther(shown),
      whole: shown.whole,
      view,
    });
    const gauges = [
      ...(summary?.picture === "waiting" ? [waitingNow(isExact, rows)] : []),
      ...gaugesNow(isExact, settings, run?.target, rows, samples),
    ];
    return {
      live,
      shown,
      at,
      isStill,
      settings,
      picture,
      gauges,
      unknown: unknownIn(isStill, rows, "unknown"),
      threadQueued,
    };
  };
}
