// The timeline: stacked tracks on one time scale, one focus stop for the keyboard, and the pointer.

import { drawAxis } from "./tracks/axis.js";
import { make } from "../dom/elements.js";
import { createGaugeTracks, GAUGE_HEIGHT } from "./tracks/gauge-tracks.js";
import { layOut } from "./layout.js";
import { drawSteps } from "./tracks/steps.js";
import { createWaterfall, PAD } from "./tracks/waterfall.js";
import { moved } from "../model/picture/cursor.js";
import { createGestures } from "./gestures.js";
import { inLaneAt } from "../model/picture/lanes.js";
import { lineAt } from "../model/picture/order.js";
import { createTrack } from "./track.js";
import { revealing, viewAfterKey } from "../model/picture/view.js";

const TALLEST = 600;
const SHORTEST = 400;
const AROUND = 330; // what else of the page should stay in sight above and below the rows

/** The height that the rows may take in this window, with `below` pixels of gauges under them. */
function roomForRows(below) {
  return Math.max(SHORTEST, Math.min(TALLEST, window.innerHeight - AROUND - below));
}

/** What Page Up and Page Down lead through: the batches, or the workers. */
function partsOf({ batches, groups }) {
  return groups.length > 0 ? groups.map(({ first }) => ({ from: first })) : batches;
}

const boundsOf = ({ end, rowCount }) => ({ end, rows: rowCount });

/** What the keys zoom around: the chosen request, else the middle. */
function centerOf(picture) {
  const row = picture.ordered[picture.selected];
  return row
    ? { seconds: row.executingAt ?? row.end, row: lineAt(picture, picture.selected) + 0.5 }
    : {};
}

/** A line through all tracks under the pointer: an element of its own, so that nothing is drawn anew for it. */
function showHover(line, { hoverTime }, { scale }) {
  line.hidden = hoverTime === null;
  if (hoverTime !== null) {
    line.style.transform = `translateX(${Math.round(scale.clampedX(hoverTime))}px)`;
  }
}

/**
 * Builds the timeline in an element. Handlers: onSelect(seq | null, {pinned}), onTime(seconds | null), onView(view | null).
 *
 * The element is a slider to assistive software: a value among the requests that the arrow keys change.
 */
export function createTimeline(root, { onSelect, onTime, onView }) {
  const axis = createTrack(root, "axis");
  const rows = createTrack(root, "rows");
  const steps = createTrack(root, "steps");
  const drawWaterfall = createWaterfall(rows);
  const gaugeTracks = createGaugeTracks(root);
  const hoverLine = root.appendChild(make("div", { class: "hover-line", hidden: true }));
  // Asked for only when it changes: the question makes the browser lay the page out.
  let width = root.clientWidth;
  new ResizeObserver(() => {
    width = root.clientWidth;
  }).observe(root);
  let picture = null;
  let asked; // the view that the next frame will draw: a second key may come before it
  let geometry = null;

  const viewNow = () => (asked === undefined ? picture.view : asked);

  function show(view) {
    asked = view;
    onView(view);
  }

  function seqAt(event) {
    const y = event.clientY - rows.element.getBoundingClientRect().top - PAD;
    if (!picture || y < 0 || y > geometry.rowScale.height) return null;
    const line = geometry.rowScale.position(y);
    if (!picture.lines) return picture.ordered[line]?.seq ?? null;
    const seconds = geometry.scale.seconds(event.clientX - root.getBoundingClientRect().left);
    return inLaneAt(picture.lines[line] ?? [], seconds)?.seq ?? null;
  }

  function secondsAt(event) {
    if (!picture || picture.ordered.length === 0) return null;
    const seconds = geometry.scale.seconds(event.clientX - root.getBoundingClientRect().left);
    return seconds >= 0 && seconds <= (picture.now ?? picture.edge) ? seconds : null;
  }

  /** What zooming needs to know of a place in the window. */
  function placeOf({ clientX, clientY }) {
    if (!picture) return null;
    const box = rows.element.getBoundingClientRect();
    const { scale, rowScale } = geometry;
    const y = clientY - box.top - PAD;
    const isInRows = y >= 0 && y <= rowScale.height;
    return {
      seconds: Math.min(scale.to, Math.max(scale.from, scale.seconds(clientX - box.left))),
      row: isInRows ? rowScale.position(y) + 0.5 : null,
      isAxis: clientY < box.top,
      view: viewNow(),
      bounds: boundsOf(picture),
    };
  }
  createGestures(root, placeOf, show);

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
    const zoom = viewAfterKey(event, viewNow(), boundsOf(picture), centerOf(picture));
    const chosen = picture.ordered[picture.selected]?.seq ?? null;
    if (zoom) {
      show(zoom.view);
    } else if (event.key === "Enter" && chosen !== null) {
      onSelect(chosen, { pinned: !picture.pinned });
    } else if (event.key === "Escape" && chosen !== null) {
      onSelect(null, { pinned: false });
    } else {
      const position = moved(event.key, picture.selected, picture.ordered.length, partsOf(picture));
      if (position === null) return;
      onSelect(picture.ordered[position].seq, { pinned: picture.pinned });
      show(revealing(viewNow(), boundsOf(picture), lineAt(picture, position)));
    }
    event.preventDefault();
    event.stopPropagation(); // Escape has let go of a request; it must not cancel the run as well
  });

  return {
    /** gauges: those to show below the bars, or none. */
    draw(next, gauges, palette) {
      picture = next;
      asked = undefined;
      const room = roomForRows(gauges.length * GAUGE_HEIGHT);
      geometry = layOut(picture, width, room, palette);
      root.dataset.batches = picture.batches.map((batch) => batch.count).join(" ");
      drawAxis(axis, picture, geometry);
      drawWaterfall(picture, geometry);
      drawSteps(steps, picture, geometry);
      gaugeTracks.draw(gauges, picture, geometry);
      showHover(hoverLine, picture, geometry);
    },
  };
}
