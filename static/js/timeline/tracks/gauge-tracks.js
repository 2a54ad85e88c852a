// Draws the gauges as small tracks below the bars, on the same time scale.

import { make } from "../../dom/elements.js";
import { drawHairlines, drawNow } from "./guides.js";
import { faded } from "../palette.js";
import { corners } from "../../model/gauges/series.js";
import { createTrack } from "../track.js";

const HEAD = 16; // pixels; page.css says the same
const PLOT = 28;
const TOP = 3; // room above a full gauge
export const GAUGE_HEIGHT = HEAD + PLOT;

const y = (value, top) => PLOT - (value / top) * (PLOT - TOP);

function trace(context, points, top) {
  points.forEach((
    [x, value],
    k,
  ) => (k === 0 ? context.moveTo(x, y(value, top)) : context.lineTo(x, y(value, top))));
}

function drawArea(context, { series, top, color }, { scale, palette }, until) {
  const points = corners(series, scale, until);
  if (points.length === 0) return;
  context.fillStyle = faded(palette[color], 0.45);
  context.beginPath();
  context.moveTo(points[0][0], PLOT);
  points.forEach(([x, value]) => context.lineTo(x, y(value, top)));
  context.lineTo(points.at(-1)[0], PLOT);
  context.fill();
  // A firm edge: one connection of fifteen is a strip that its tint alone would not show.
  context.strokeStyle = palette[color];
  context.lineWidth = 1;
  context.beginPath();
  trace(context, points, top);
  context.stroke();
}

function drawLine(context, { series, top, color }, { scale, palette }, until) {
  context.strokeStyle = palette[color];
  context.lineWidth = 1.5;
  context.beginPath();
  trace(context, corners(series, scale, until), top);
  context.stroke();
}

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

function drawLimits(context, { limits, area }, { scale, palette }) {
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

/** The words of a gauge's head: its title, and what each kind of drawing in it means. */
function headOf({ title, area, line, ramps, limits, note }) {
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
  return [
    make("b", {}, title),
    area && key("area", area.color, area.words),
    ramps && key("area", ramps.color, ramps.words),
    line && key("line", line.color, make("span", {}, line.words, ownScale)),
    ...limits.map(({ value, words, isMinor }) =>
      key(isMinor ? "minor" : "limit", "ink", `${words} ${value}`)
    ),
    note && make("span", { class: "gauge-key gauge-key-limit" }, note),
  ].filter(Boolean);
}

function createGaugeTrack(parent) {
  const element = parent.appendChild(make("div", { class: "gauge-track" }));
  const head = element.appendChild(make("div", { class: "gauge-head" }));
  const track = createTrack(element, "gauge");
  let shown = "";
  let last = null;

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
    draw(gauge, picture, geometry) {
      const { scale, width, palette, isNarrow } = geometry;
      showHead(gauge);
      const context = track.fit(width, PLOT);
      const until = picture.now ?? picture.edge;
      context.fillStyle = palette.grid;
      context.fillRect(scale.left, PLOT - 1, scale.right - scale.left, 1);
      drawHairlines(context, picture, geometry, PLOT);
      if (gauge.area) drawArea(context, gauge.area, geometry, until);
      if (gauge.ramps) drawRamps(context, gauge.ramps, geometry);
      drawLimits(context, gauge, geometry);
      if (gauge.line) drawLine(context, gauge.line, geometry, until);
      drawNow(context, picture, geometry, PLOT);
      const { top } = gauge.area ?? gauge.ramps;
      const moment = picture.hoverTime ?? picture.now;
      track.label([
        {
          text: gauge.ramps ? `${Number(top.toPrecision(2))} s` : String(top),
          x: scale.left - 9,
          y: -5,
          kind: "axis",
          align: "end",
        },
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

/** Builds the stack of tracks at the end of a parent; `draw` shows any number of gauges. */
export function createGaugeTracks(parent) {
  const stack = parent.appendChild(make("div", { class: "gauge-stack" }));
  const tracks = [];
  return {
    draw(gauges, picture, geometry) {
      while (tracks.length < gauges.length) tracks.push(createGaugeTrack(stack));
      for (const { element } of tracks.splice(gauges.length)) element.remove();
      gauges.forEach((gauge, k) => tracks[k].draw(gauge, picture, geometry));
    },
  };
}
