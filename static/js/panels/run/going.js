// While another view is shown: that a run is going, and the button that leads to it.

import { byId, setText } from "../../dom/dom.js";
import { isGoing } from "../../state/live.js";
import { isLive } from "../../state/place.js";

/** Wires the notice; the returned function gets the live state and whether the live run is what the page shows. */
export function createGoing(places) {
  const notice = byId("going");
  byId("going-show").addEventListener("click", () => {
    places.live();
    byId("timeline").focus();
  });
  return ({ run, summary, place }, isShown) => {
    notice.hidden = isShown || isLive(place) || !isGoing(run);
    if (notice.hidden) return;
    const sentence = summary?.sentence || "it is starting";
    setText(byId("going-words"), `A run is going: ${sentence}`);
  };
}
