// Wheel, pinch and double-click on the timeline, as zooming and panning.

/** @import { Bounds, View } from "../types/picture.d.ts" */

import { panned, zoomed } from "../model/picture/view.js";

/**
 * What is under an event: seconds and row, null outside the rows.
 *
 * @typedef {{
 *   seconds: number,
 *   row: number | null,
 *   isAxis: boolean,
 *   view: View | null,
 *   bounds: Bounds,
 * }} Point
 */

const WHEEL_ZOOM = 0.0022; // per pixel of the wheel
const LINE = 16; // pixels of a wheel that counts lines
const PLOT = 400; // pixels of the wheel that pan by all that is shown

/** @param {WheelEvent} event */
function pixels(event) {
  const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
  return { x: event.deltaX * unit, y: event.deltaY * unit };
}

/**
 * Listens on an element. `where` says what is under an event; `onView` takes the new view.
 *
 * @param {HTMLElement} element
 * @param {(point: { clientX: number, clientY: number }) => Point | null} where
 * @param {(view: View | null) => void} onView
 */
export function createGestures(element, where, onView) {
  /** @type {Map<number, PointerEvent>} */
  const fingers = new Map();
  let apart = 0;

  element.addEventListener("wheel", (event) => {
    const point = where(event);
    if (!point) return;
    const { x, y } = pixels(event);
    const { view, bounds } = point;
    let next = view;
    if (event.ctrlKey || event.metaKey || point.isAxis) {
      next = zoomed(view, bounds, Math.exp(-y * WHEEL_ZOOM), point);
    } else if (event.shiftKey || Math.abs(x) > Math.abs(y)) {
      next = panned(view, bounds, { time: (x || y) / PLOT });
    } else next = panned(view, bounds, { rows: y / PLOT });
    // Where nothing moves, the wheel scrolls the page as ever.
    const same = next === view ||
      (next && view && next.first === view.first && next.from === view.from && next.to === view.to);
    if (same && !event.ctrlKey && !event.metaKey && !point.isAxis) return;
    event.preventDefault();
    onView(next);
  }, { passive: false });

  const distance = () => {
    const [a, b] = [...fingers.values()];
    return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  };

  element.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch") return;
    fingers.set(event.pointerId, event);
    if (fingers.size === 2) apart = distance();
  });
  element.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, event);
    if (fingers.size !== 2) return;
    const [a, b] = [...fingers.values()];
    const middle = { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 };
    const point = where(middle);
    const now = distance();
    if (point && now > 0 && apart > 0) onView(zoomed(point.view, point.bounds, now / apart, point));
    apart = now;
  });
  for (const name of /** @type {const} */ (["pointerup", "pointercancel", "pointerleave"])) {
    element.addEventListener(name, (event) => fingers.delete(event.pointerId));
  }
  element.addEventListener("dblclick", () => onView(null));
}
