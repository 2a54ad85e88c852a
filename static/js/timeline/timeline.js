// The timeline: stacked tracks on one time scale, one focus stop for the keyboard, and the pointer.

/** @import { Panel, Stage } from "../types/page.d.ts" */
/** @import { Geometry, Picture, View } from "../types/picture.d.ts" */

import { drawAxis } from "./tracks/axis.js";
import { byId, make } from "../dom/elements.js";
import { gaugesAreShown } from "../state/scene.js";
import { eventsOf } from "../model/run/events.js";
import { createEventLines } from "./tracks/event-lines.js";
import { createGaugeTracks, GAUGE_HEIGHT } from "./tracks/gauge-tracks.js";
import { layOut, PAD } from "./layout.js";
import { drawSteps } from "./tracks/steps.js";
import { createWaterfall } from "./tracks/waterfall.js";
import { moved } from "../model/picture/cursor.js";
import { createGestures } from "./gestures.js";
import { inLaneAt } from "../model/picture/lanes.js";
import { lineAt } from "../model/picture/order.js";
import { createTrack } from "./track.js";
import { revealing, viewAfterKey } from "../model/picture/view.js";

const TALLEST = 600;
const SHORTEST = 400;
const AROUND = 330; // what else of the page should stay in sight above and below the rows

/**
 * The height that the rows may take in this window.
 *
 * @param {number} below pixels of gauges under them
 */
function roomForRows(below) {
  return Math.max(SHORTEST, Math.min(TALLEST, window.innerHeight - AROUND - below));
}

/**
 * What Page Up and Page Down lead through: the batches, or the workers.
 *
 * @param {Picture} picture
 */
function partsOf({ batches, groups }) {
  return groups.length > 0 ? groups.map(({ first }) => ({ from: first })) : batches;
}

/** @param {Picture} picture */
const boundsOf = ({ end, rowCount }) => ({ end, rows: rowCount });

/**
 * What the keys zoom around: the chosen request, else the middle.
 *
 * @param {Picture} picture
 */
function centerOf(picture) {
  const row = picture.ordered[picture.selected];
  return row
    ? { seconds: row.executingAt ?? row.end, row: lineAt(picture, picture.selected) + 0.5 }
    : {};
}

/**
 * A line through all tracks under the pointer: an element of its own, so that nothing is drawn anew for it.
 *
 * @param {HTMLElement} line
 * @param {Picture} picture
 * @param {Geometry} geometry
 */
function showHover(line, { hoverTime }, { scale }) {
  line.hidden = hoverTime === null;
  if (hoverTime !== null) {
    line.style.transform = `translateX(${Math.round(scale.clampedX(hoverTime))}px)`;
  }
}

/**
 * Builds the timeline.
 *
 * The element is a slider to assistive software: a value among the requests that the arrow keys change.
 *
 * @param {Stage} page
 * @returns {Panel}
 */
export function createTimeline({ store }) {
  const root = byId("timeline");
  const axis = createTrack(root, "axis");
  const rows = createTrack(root, "rows");
  const steps = createTrack(root, "steps");
  const drawWaterfall = createWaterfall(rows);
  const gaugeTracks = createGaugeTracks(root);
  const drawEvents = createEventLines(root);
  const hoverLine = root.appendChild(make("div", { class: "hover-line", hidden: true }));
  // Asked for only when it changes: the question makes the browser lay the page out.
  let width = root.clientWidth;
  new ResizeObserver(() => {
    width = root.clientWidth;
  }).observe(root);
  /** @type {{ picture: Picture, geometry: Geometry } | null} */
  let drawn = null;
  /** @type {View | null | undefined} the view that the next frame will draw: a second key may come before it */
  let asked;

  /** @param {Picture} picture */
  const viewNow = (picture) => (asked === undefined ? picture.view : asked);

  /** @param {View | null} view */
  function show(view) {
    asked = view;
    store.set({ view });
  }

  /**
   * @param {number | null} selected seq
   * @param {boolean} pinned
   */
  const select = (selected, pinned) => store.set({ selected, pinned });

  /** @param {MouseEvent} event */
  function seqAt({ clientX, clientY }) {
    if (!drawn) return null;
    const { picture, geometry: { scale, rowScale } } = drawn;
    const y = clientY - rows.element.getBoundingClientRect().top - PAD;
    if (y < 0 || y > rowScale.height) return null;
    const line = rowScale.position(y);
    if (!picture.lines) return picture.ordered[line]?.seq ?? null;
    const seconds = scale.seconds(clientX - root.getBoundingClientRect().left);
    return inLaneAt(picture.lines[line] ?? [], seconds)?.seq ?? null;
  }

  /** @param {MouseEvent} event */
  function secondsAt({ clientX }) {
    if (!drawn || drawn.picture.ordered.length === 0) return null;
    const { picture, geometry: { scale } } = drawn;
    const seconds = scale.seconds(clientX - root.getBoundingClientRect().left);
    return seconds >= 0 && seconds <= (picture.now ?? picture.edge) ? seconds : null;
  }

  /**
   * What zooming needs to know of a point in the window.
   *
   * @param {{ clientX: number, clientY: number }} point
   */
  function pointOf({ clientX, clientY }) {
    if (!drawn) return null;
    const { picture, geometry: { scale, rowScale } } = drawn;
    const box = rows.element.getBoundingClientRect();
    const y = clientY - box.top - PAD;
    const isInRows = y >= 0 && y <= rowScale.height;
    return {
      seconds: Math.min(scale.to, Math.max(scale.from, scale.seconds(clientX - box.left))),
      row: isInRows ? rowScale.position(y) + 0.5 : null,
      isAxis: clientY < box.top,
      view: viewNow(picture),
      bounds: boundsOf(picture),
    };
  }
  createGestures(root, pointOf, show);

  root.addEventListener("pointermove", (event) => {
    store.set({ hoverTime: secondsAt(event) });
    if (!drawn?.picture.pinned) select(seqAt(event), false);
  });
  root.addEventListener("pointerleave", () => {
    store.set({ hoverTime: null });
    if (!drawn?.picture.pinned) select(null, false);
  });
  root.addEventListener("click", (event) => {
    const seq = seqAt(event);
    const picture = drawn?.picture;
    const isSame = picture?.pinned && picture.ordered[picture.selected]?.seq === seq;
    select(seq, seq !== null && !isSame);
  });

  /**
   * Does what a key asks for; returns whether it means something here.
   *
   * @param {KeyboardEvent} event
   * @param {Picture} picture
   */
  function press(event, picture) {
    const bounds = boundsOf(picture);
    const zoom = viewAfterKey(event, viewNow(picture), bounds, centerOf(picture));
    const chosen = picture.ordered[picture.selected]?.seq ?? null;
    if (zoom) {
      show(zoom.view);
    } else if (event.key === "Enter" && chosen !== null) {
      select(chosen, !picture.pinned);
    } else if (event.key === "Escape" && chosen !== null) {
      select(null, false);
    } else {
      const { selected, ordered, pinned } = picture;
      const position = moved(event.key, selected, ordered.length, partsOf(picture));
      if (position === null) return false;
      select(ordered[position].seq, pinned);
      show(revealing(viewNow(picture), bounds, lineAt(picture, position)));
    }
    return true;
  }
  root.addEventListener("keydown", (event) => {
    if (!drawn || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!press(event, drawn.picture)) return;
    event.preventDefault();
    event.stopPropagation(); // Escape has let go of a request; it must not cancel the run as well
  });

  return {
    draw({ shown, picture, gauges: all, palette }) {
      asked = undefined;
      // How many wait is a gauge that unequal requests always need.
      const gauges = gaugesAreShown(shown) ? all : all.filter(({ isAlwaysShown }) => isAlwaysShown);
      const geometry = layOut(picture, width, roomForRows(gauges.length * GAUGE_HEIGHT), palette);
      drawn = { picture, geometry };
      root.dataset.batches = picture.batches.map((batch) => batch.count).join(" ");
      drawAxis(axis, picture, geometry);
      drawWaterfall(picture, geometry);
      drawSteps(steps, picture, geometry);
      gaugeTracks.draw(gauges, picture, geometry);
      drawEvents(eventsOf(shown.samples), picture, geometry);
      showHover(hoverLine, picture, geometry);
    },
  };
}
