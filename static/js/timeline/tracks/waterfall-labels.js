// The words of the waterfall: rows and lanes at its left, batches at its right, failures where they happened.

/** @import { Extent, Geometry, Label, Picture } from "../../types/picture.d.ts" */
/** @import { Request } from "../../types/run.d.ts" */
/** @import { RowScale } from "../row-scale.js" */

import { thinned } from "../../lib/thin.js";
import { seconds } from "../../model/words/describe.js";
import { PAD } from "../layout.js";
import { axisLabel } from "./guides.js";

const LABEL_HEIGHT = 15;

/** @typedef {{ word: string, count: number, from: number, to: number, end: number }} FailureGroup */

/**
 * Where an extent's label is centred, as thinned() wants it.
 *
 * @param {{ from: number, to: number }} extent
 * @param {RowScale} rowScale
 */
function labelPlace({ from, to }, rowScale) {
  const top = rowScale.top(Math.min(from, rowScale.count - 1));
  const bottom = rowScale.bottom(Math.min(to, rowScale.count));
  return { at: PAD + (top + bottom - LABEL_HEIGHT) / 2, size: LABEL_HEIGHT };
}

/**
 * Neighbouring rows that failed alike get one label.
 *
 * @param {Request[]} ordered
 * @returns {FailureGroup[]}
 */
export function failureGroups(ordered) {
  /** @type {FailureGroup[]} */
  const groups = [];
  ordered.forEach(({ outcome, word, end }, position) => {
    if (outcome !== "failed" || end === null) return;
    const last = groups.at(-1);
    if (last && last.to === position && last.word === word) {
      last.to += 1;
      last.count += 1;
      last.end = Math.max(last.end, end);
    } else {
      groups.push({ word, count: 1, from: position, to: position + 1, end });
    }
  });
  return groups;
}

/**
 * @param {Picture} picture
 * @param {Geometry} geometry
 * @returns {Label[]}
 */
function failureLabels(picture, { scale, rowScale }) {
  const groups = failureGroups(picture.ordered).filter(({ end }) => scale.shows(end));
  return thinned(groups.map((group) => ({ ...labelPlace(group, rowScale), group }))).map(
    ({ at: y, group: { count, word, end } }) => {
      const text = count > 1 ? `${count} × ${word}` : word;
      const x = scale.clampedX(end);
      const fits = x + 12 + text.length * 7 < scale.right;
      return { text, x: fits ? x + 6 : x - 6, y, kind: "failed", align: fits ? "start" : "end" };
    },
  );
}

/**
 * @param {Extent[]} extents
 * @param {Picture} picture
 * @param {Geometry} geometry
 * @param {boolean} isForecast
 * @returns {Label[]}
 */
function batchLabels(extents, picture, { scale, rowScale, isNarrow }, isForecast) {
  const labels = extents.map((batch, k) => ({
    ...labelPlace(batch, rowScale),
    number: k + 1,
    count: batch.count,
    endsAt: batch.at,
  }));
  const x = scale.right + 18;
  const side = isForecast ? "forecast" : "batch";
  return thinned(labels, 0).flatMap(({ number, count, endsAt, at: y }) => [
    ...(isNarrow ? [] : [{ text: `batch ${number}`, x, y, kind: side }]),
    { text: String(count), x: isNarrow ? x + 24 : x + 88, y, kind: `${side}-count`, align: "end" },
    { text: seconds(endsAt, picture.end), x: isNarrow ? x + 29 : x + 93, y, kind: side },
  ]);
}

/**
 * The heading of each worker's lanes, and its lanes' numbers.
 *
 * @param {Picture} picture
 * @param {Geometry} geometry
 * @returns {Label[]}
 */
function laneLabels({ groups }, { scale, rowScale }) {
  return groups.flatMap(({ from, to, heading }) => {
    const numbers = Array.from({ length: to - from }, (_, k) => ({
      text: String(k + 1),
      at: PAD + rowScale.top(from + k) + (rowScale.row - LABEL_HEIGHT) / 2,
      size: LABEL_HEIGHT,
    }));
    return [
      {
        text: heading,
        x: scale.left,
        y: PAD + rowScale.top(from) - rowScale.gap + 1,
        kind: "lane",
      },
      ...thinned(numbers, 0).map(({ text, at }) => axisLabel(scale, text, at)),
    ];
  });
}

/**
 * Row numbers in the left gutter: where each batch begins, else the first and the last row.
 *
 * @param {Extent[]} extents
 * @param {Picture} picture
 * @param {Geometry} geometry
 * @returns {Label[]}
 */
function rowLabels(extents, picture, { scale, rowScale }) {
  const last = extents.at(-1);
  const starts = last ? extents.map((extent) => extent.from) : [0];
  const rest = last ? last.to : picture.rowCount - 1;
  if (rest < picture.rowCount && rest > starts[starts.length - 1]) starts.push(rest);
  const labels = starts.map((position) => ({
    text: String(position + 1),
    at: PAD + rowScale.top(position) + Math.min(0, (rowScale.row - LABEL_HEIGHT) / 2) + 2,
    size: LABEL_HEIGHT,
  }));
  return thinned(labels, 0).map(({ text, at }) => axisLabel(scale, text, at));
}

/**
 * The labels whose middle is in sight.
 *
 * @param {Label[]} labels
 * @param {Geometry} geometry
 */
function inSight(labels, { height }) {
  return labels.filter(({ y }) => y > -LABEL_HEIGHT / 2 && y < height - LABEL_HEIGHT / 2);
}

/**
 * All labels of a picture; extents: the batches that have a label each.
 *
 * @param {Picture} picture
 * @param {Extent[]} extents
 * @param {Geometry} geometry
 */
export function waterfallLabels(picture, extents, geometry) {
  const isForecast = picture.ordered.length === 0;
  const left = picture.lines
    ? laneLabels(picture, geometry)
    : rowLabels(extents, picture, geometry);
  const failures = picture.lines ? [] : failureLabels(picture, geometry);
  return inSight(
    [...left, ...batchLabels(extents, picture, geometry, isForecast), ...failures],
    geometry,
  );
}
