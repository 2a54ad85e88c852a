// Play, pause, speed and a scrubber for a finished run.

/** @import { Panel, Stage } from "../../types/page.d.ts" */

import { byId, offer, setText } from "../../dom/elements.js";
import { momentOf, momentWords, moved, NOTCHES, SPEEDS, toggled } from "../../model/run/replay.js";

/**
 * Wires the controls to the store's `replay`.
 *
 * @param {Stage} page
 * @returns {Panel}
 */
export function createReplayControls({ store, clock }) {
  const group = byId("replay");
  const play = byId("replay-play");
  const time = byId("replay-time", HTMLInputElement);
  const speed = byId("replay-speed", HTMLSelectElement);
  let end = 0; // seconds that the run has
  offer(speed, SPEEDS.map((factor) => [factor, `${factor} ×`]));
  speed.value = "1";
  time.max = String(NOTCHES);

  play.addEventListener("click", () => {
    store.set({ replay: toggled(store.get().replay, end, clock()) });
  });
  time.addEventListener("input", () => {
    const at = time.value === time.max ? Infinity : (Number(time.value) / NOTCHES) * end;
    store.set({ replay: moved(store.get().replay, at, clock()) });
  });
  speed.addEventListener("change", () => {
    const { replay } = store.get();
    const at = replay.isPlaying ? momentOf(replay, end, clock()) : replay.at;
    store.set({ replay: { ...moved(replay, at, clock()), speed: Number(speed.value) } });
  });

  return {
    draw({ live: { replay }, shown: { moment, summary } }) {
      end = moment?.end ?? 0;
      group.hidden = !moment || end === 0;
      if (!moment || !summary) return;
      const { at } = moment;
      play.setAttribute("aria-label", replay.isPlaying ? "Pause" : "Play");
      play.dataset.does = replay.isPlaying ? "pause" : "play";
      const notch = end > 0 ? Math.round((at / end) * NOTCHES) : NOTCHES;
      if (Number(time.value) !== notch) time.value = String(notch);
      if (Number(speed.value) !== replay.speed) speed.value = String(replay.speed);
      const words = momentWords(at, end, summary);
      if (time.getAttribute("aria-valuetext") !== words) time.setAttribute("aria-valuetext", words);
      setText(byId("replay-words"), `${at.toFixed(2)} s`);
      if (replay.isPlaying && at >= end) {
        // Not in the middle of a drawing, which the store would ask for again.
        queueMicrotask(() => {
          store.set({ replay: { ...store.get().replay, at: Infinity, isPlaying: false } });
        });
      }
    },
  };
}
