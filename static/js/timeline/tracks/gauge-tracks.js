// Draws the gauges as small tracks below the bars, on the same time scale.

/** @import { Gauge, Geometry, Picture } from "../../types/picture.d.ts" */

import { make } from "../../dom/elements.js";
import { axisLabel, drawHairlines, drawNow } from "./guides.js";
import { faded } from "../palette.js";
import { corners } from "../../model/gauges/series.js";
import { strokeSteps } from "./stroke.js";
import { createTrack } from "../track.js";

const HEAD = 16; // pixels; timeline.css says the same
const PLOT = 28;
const TOP = 3; // room above a full gauge
/** @typedef {NonNullable<Gauge["area"]>} Area */
export const GAUGE_HEIGHT = HEAD + PLOT;

/**
 * @param {number} value
 * @param {number} top
 */
const y = (value, top) => PLOT - (value / top) * (PLOT - TOP);

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Area} area
 * @param {Geometry} geometry
 * @param {number} until
 */
function drawArea(context, { series, top, color }, { scale, palette }, until) {
  const points = corners(series, scale, until);
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return;
  context.fillStyle = faded(palette[color], 0.45);
  context.beginPath();
  context.moveTo(first[0], PLOT);
  for (const [x, value] of points) context.lineTo(x, y(value, top));
  context.lineTo(last[0], PLOT);
  context.fill();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Area} area
 * @param {Geometry} geometry
 * @param {number} until
 * @param {number} width
 */
function drawLine(context, { series, top, color }, { scale, palette }, until, width) {
  const on = { scale, until, y: (/** @type {number} */ value) => y(value, top) };
  strokeSteps(context, series, { ...on, color: palette[color], width });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {NonNullable<Gauge["ramps"]>} ramps
 * @param {Geometry} geometry
 */
function drawRamps(context, { lates, top, color }, { scale, palette }) {
  context.fillStyle = palette[color];
  context.beginPath();
  for (const { from, to } of lates) {
    if (to < scale.from || from > scale.to) continue;
    // What began before the left edge enters the plot at its height there.
    const begin = Math.max(from, scale.from);
    const end = Math.min(to, scale.to);
    context.moveTo(scale.x(begin), PLOT);
    context.lineTo(scale.x(begin), y(begin - from, top));
    context.lineTo(scale.x(end), y(end - from, top));
    context.lineTo(scale.x(end), PLOT);
  }
  context.fill();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Gauge} gauge
 * @param {Geometry} geometry
 */
function drawLimits(context, { limits, area }, { scale, palette }) {
  if (!area) return;
  for (const { value, isMinor } of limits) {
    const at = Math.round(y(value, area.top)) - 0.5;
    context.strokeStyle = isMinor ? palette.muted : palette.ink;
    context.lineWidth = 1;
    context.setLineDash(isMinor ? [1, 3] : [6, 3]);
    context.beginPath();
    context.moveTo(scale.left, at);
    context.lineTo(scale.right, at);
    context.stroke();
  }
  context.setLineDash([]);
}

/**
 * The words of a gauge's head: its title, and what each kind of drawing in it means.
 *
 * @param {Gauge} gauge
 */
function headOf({ title, area, line, ramps, limits, note }) {
  /**
   * @param {string} kind
   * @param {string} color
   * @param {...(Node | string)} words
   */
  const key = (kind, color, ...words) =>
    make(
      "span",
      { class: `gauge-key gauge-key-${kind}` },
      make("span", { class: `key key-${kind} key-${color}` }),
      ...words.filter(Boolean),
    );
  const ownScale = line && area && line.top !== area.top
    ? make("span", { class: "gauge-scale" }, `, scale to ${line.top.toLocaleString("en-US")}`)
    : "";
  const parts = [
    make("b", {}, title),
    area && key("area", area.color, area.words),
    ramps && key("area", ramps.color, ramps.words),
    line && key("line", line.color, make("span", {}, line.words, ownScale)),
    ...limits.map(({ value, words, isMinor }) =>
      key(isMinor ? "minor" : "limit", "ink", `${words} ${value}`)
    ),
    note && make("span", { class: "gauge-key gauge-key-limit" }, note),
  ];
  return parts.filter((part) => part instanceof Node);
}

/** @param {HTMLElement} parent */
function createGaugeTrack(parent) {
  const element = parent.appendChild(make("div", { class: "gauge-track" }));
  const head = element.appendChild(make("div", { class: "gauge-head" }));
  const track = createTrack(element, "gauge");
  let shown = "";
  /** @type {Gauge | null} */
  let last = null;

  /** @param {Gauge} gauge */
  function showHead(gauge) {
    if (gauge === last) return;
    last = gauge;
    const words = headOf(gauge);
    const key = words.map((part) => part.textContent).join("|");
    if (key !== shown) head.replaceChildren(...words);
    shown = key;
  }

  return {
    element,
    /**
     * @param {Gauge} gauge
     * @param {Picture} picture
     * @param {Geometry} geometry
     */
    draw(gauge, picture, geometry) {
      const { scale, width, palette, isNarrow } = geometry;
      showHead(gauge);
      const context = track.fit(width, PLOT);
      const until = picture.now ?? picture.edge;
      context.fillStyle = palette.grid;
      context.fillRect(scale.left, PLOT - 1, scale.right - scale.left, 1);
      drawHairlines(context, picture, geometry, PLOT);
      if (gauge.area) {
        drawArea(context, gauge.area, geometry, until);
        // A firm edge: one connection of fifteen is a strip that its tint alone would not show.
        drawLine(context, gauge.area, geometry, until, 1);
      }
      if (gauge.ramps) drawRamps(context, gauge.ramps, geometry);
      drawLimits(context, gauge, geometry);
      if (gauge.line) drawLine(context, gauge.line, geometry, until, 1.5);
      drawNow(context, picture, geometry, PLOT);
      const top = (gauge.area ?? gauge.ramps)?.top ?? 1;
      const moment = picture.hoverTime ?? picture.now;
      track.label([
        axisLabel(scale, gauge.ramps ? `${Number(top.toPrecision(2))} s` : String(top), -5),
        ...gauge.read(moment).map((text, k, all) => (
          {
            text,
            x: scale.right + (isNarrow ? 6 : 11),
            y: k * 14 + (all.length > 1 ? -2 : 6),
            kind: "gauge",
          }
        )),
      ]);
    },
  };
}

/**
 * Builds the stack of tracks at the end of a parent; `draw` shows any number of gauges.
 *
 * @param {HTMLElement} parent
 */
export function createGaugeTracks(parent) {
  const stack = parent.appendChild(make("div", { class: "gauge-stack" }));
  /** @type {ReturnType<typeof createGaugeTrack>[]} */
  const tracks = [];
  return {
    /**
     * @param {Gauge[]} gauges
     * @param {Picture} picture
     * @param {Geometry} geometry
     */
    draw(gauges, picture, geometry) {
      while (tracks.length < gauges.length) tracks.push(createGaugeTrack(stack));
      for (const { element } of tracks.splice(gauges.length)) element.remove();
      gauges.forEach((gauge, k) => tracks[k].draw(gauge, picture, geometry));
    },
  };
}
