// The timeline: stacked tracks on one time scale, one focus stop for the keyboard, and the pointer.

import { drawSteps } from "./steps.js";
import { drawWaterfall, PAD } from "./waterfall.js";
import { moved } from "./cursor.js";
import { plainSeconds } from "./describe.js";
import { readPalette } from "./palette.js";
import { RowScale } from "./rowscale.js";
import { createTrack } from "./track.js";
import { TimeScale } from "./scale.js";

const AXIS_HEIGHT = 22;
const NARROW = 620; // pixels; below it the gutters give up their words
const TALLEST = 600;
const SHORTEST = 320;
const AROUND = 330; // what else of the page should stay in sight above and below the rows

/** The height that the rows may take in this window. */
function roomForRows() {
  return Math.max(SHORTEST, Math.min(TALLEST, window.innerHeight - AROUND));
}

/** Lays the picture out in `width` pixels: the scales that every track shares. */
export function layOut(picture, width, palette) {
  const isNarrow = width < NARROW;
  const scale = new TimeScale({ to: picture.end, left: 46, right: width - (isNarrow ? 100 : 158) });
  const rowScale = new RowScale({
    count: picture.rowCount, height: roomForRows(), breaks: picture.breaks, pixelRatio: window.devicePixelRatio,
  });
  return { scale, rowScale, width, height: Math.max(24, rowScale.height + 2 * PAD), palette, isNarrow };
}

function drawAxis(track, picture, { scale, width }) {
  track.fit(width, AXIS_HEIGHT);
  const now = picture.now === null ? null : scale.clampedX(picture.now);
  const ticks = scale.ticks().map((tick) => ({ text: plainSeconds(tick), x: scale.x(tick) }));
  const clear = ticks.filter(({ x }) => now === null || Math.abs(x - now) > 34);
  track.label([
    ...clear.map(({ text, x }) => ({ text, x, y: 2, kind: "axis", align: "middle" })),
    ...(now === null ? [] : [{ text: "now", x: now, y: 2, kind: "now", align: "middle" }]),
  ]);
}

/**
 * Builds the timeline in an element. Handlers: onSelect(seq | null, {pinned}) and onTime(seconds | null).
 *
 * The element is a slider to assistive software: a value among the requests that the arrow keys change.
 */
export function createTimeline(root, { onSelect, onTime }) {
  const axis = createTrack(root, "axis");
  const rows = createTrack(root, "rows");
  const steps = createTrack(root, "steps");
  let picture = null;
  let geometry = null;

  function seqAt(event) {
    const y = event.clientY - rows.element.getBoundingClientRect().top - PAD;
    if (!picture || y < 0 || y > geometry.rowScale.height) return null;
    return picture.ordered[geometry.rowScale.position(y)]?.seq ?? null;
  }

  function secondsAt(event) {
    if (!picture || picture.ordered.length === 0) return null;
    const seconds = geometry.scale.seconds(event.clientX - root.getBoundingClientRect().left);
    return seconds >= 0 && seconds <= (picture.now ?? picture.edge) ? seconds : null;
  }

  root.addEventListener("pointermove", (event) => {
    onTime(secondsAt(event));
    if (!picture?.pinned) onSelect(seqAt(event), { pinned: false });
  });
  root.addEventListener("pointerleave", () => {
    onTime(null);
    if (!picture?.pinned) onSelect(null, { pinned: false });
  });
  root.addEventListener("click", (event) => {
    const seq = seqAt(event);
    const isSame = picture?.pinned && picture.ordered[picture.selected]?.seq === seq;
    onSelect(seq, { pinned: seq !== null && !isSame });
  });
  root.addEventListener("keydown", (event) => {
    if (!picture || event.ctrlKey || event.metaKey || event.altKey) return;
    const chosen = picture.ordered[picture.selected]?.seq ?? null;
    if (event.key === "Enter" && chosen !== null) {
      onSelect(chosen, { pinned: !picture.pinned });
    } else if (event.key === "Escape" && chosen !== null) {
      onSelect(null, { pinned: false });
    } else {
      const position = moved(event.key, picture.selected, picture.ordered.length, picture.batches);
      if (position === null) return;
      onSelect(picture.ordered[position].seq, { pinned: picture.pinned });
    }
    event.preventDefault();
    event.stopPropagation(); // Escape has let go of a request; it must not cancel the run as well
  });

  return {
    draw(next) {
      picture = next;
      geometry = layOut(picture, root.clientWidth, readPalette(root));
      root.dataset.batches = picture.batches.map((batch) => batch.count).join(" ");
      drawAxis(axis, picture, geometry);
      drawWaterfall(rows, picture, geometry);
      drawSteps(steps, picture, geometry);
    },
  };
}
