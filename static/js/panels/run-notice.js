// While another view is shown: that a run is going, and the button that leads to it.

/** @import { Page, Panel } from "../types/page.d.ts" */

import { byId, setText } from "../dom/elements.js";
import { isRunning } from "../model/run/status.js";
import { isLive } from "../state/route.js";

/**
 * @param {Page} page
 * @returns {Panel}
 */
export function createRunNotice({ navigation }) {
  const notice = byId("run-notice");
  navigation.liveOnClick(byId("run-notice-show"));
  return {
    draw({ live: { run, summary, route }, shown }) {
      // A kept run that still goes on is shown as the live one.
      const isShown = !shown.isOpened && route.comparing.length === 0;
      notice.hidden = isShown || isLive(route) || !isRunning(run);
      if (notice.hidden) return;
      const sentence = summary?.sentence || "starting";
      setText(byId("run-notice-words"), `A run is in progress: ${sentence}`);
    },
  };
}
