// Play, pause, speed and a scrubber for a finished run.

import { byId, make, setText } from "../../dom/elements.js";
import { momentOf, momentWords, moved, NOTCHES, SPEEDS, toggled } from "../../model/run/replay.js";

/** Wires the controls to the store's `replay`; end: seconds that the run has; clock: seconds of this page. */
export function createReplayControls(store, end, clock) {
  const play = byId("replay-play");
  const time = byId("replay-time");
  const speed = byId("replay-speed");
  speed.replaceChildren(
    ...SPEEDS.map((factor) => make("option", { value: factor }, `${factor} ×`)),
  );
  speed.value = "1";
  time.max = String(NOTCHES);

  play.addEventListener(
    "click",
    () => store.set({ replay: toggled(store.get().replay, end(), clock()) }),
  );
  time.addEventListener("input", () => {
    const at = time.value === time.max ? Infinity : (Number(time.value) / NOTCHES) * end();
    store.set({ replay: moved(store.get().replay, at, clock()) });
  });
  speed.addEventListener("change", () => {
    const { replay } = store.get();
    const at = replay.isPlaying ? momentOf(replay, end(), clock()) : replay.at;
    store.set({ replay: { ...moved(replay, at, clock()), speed: Number(speed.value) } });
  });

  /** at: the moment, null while there is nothing to replay; summary: what it says of that moment. */
  return (at, summary) => {
    const { replay } = store.get();
    const last = end();
    byId("replay").hidden = at === null || last === 0;
    if (at === null) return;
    play.setAttribute("aria-label", replay.isPlaying ? "Pause" : "Play");
    play.dataset.does = replay.isPlaying ? "pause" : "play";
    const notch = last > 0 ? Math.round((at / last) * NOTCHES) : NOTCHES;
    if (Number(time.value) !== notch) time.value = String(notch);
    if (Number(speed.value) !== replay.speed) speed.value = String(replay.speed);
    const words = momentWords(at, last, summary);
    if (time.getAttribute("aria-valuetext") !== words) time.setAttribute("aria-valuetext", words);
    setText(byId("replay-words"), `${at.toFixed(2)} s`);
    if (replay.isPlaying && at >= last) {
      // Not in the middle of a drawing, which the store would ask for again.
      queueMicrotask(() =>
        store.set({ replay: { ...store.get().replay, at: Infinity, isPlaying: false } })
      );
    }
  };
}
