// While another view is shown: that a run is going, and the button that leads to it.

import { byId, setText } from "../../dom/elements.js";
import { isRunning } from "../../model/run/status.js";
import { isLive } from "../../state/route.js";

/** Wires the notice; the returned function gets the live state and whether the live run is what the page shows. */
export function createRunNotice(navigation) {
  const notice = byId("run-notice");
  byId("run-notice-show").addEventListener("click", () => {
    navigation.live();
    byId("timeline").focus();
  });
  return ({ run, summary, route }, isShown) => {
    notice.hidden = isShown || isLive(route) || !isRunning(run);
    if (notice.hidden) return;
    const sentence = summary?.sentence || "it is starting";
    setText(byId("run-notice-words"), `A run is going: ${sentence}`);
  };
}
