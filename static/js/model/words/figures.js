// Pure: the runs of a comparison in words and tables.

/** @import { Comparison, Figure } from "../../types/api.d.ts" */
/** @import { Settings } from "../../types/run.d.ts" */

import { askedWords, count, seconds } from "./describe.js";

/**
 * "gevent-green, postgres, 100 requests": what a run was, in short.
 *
 * @param {{ settings: Settings, target?: { kind?: string } | null }} run
 */
export function runWords({ settings, target }) {
  return [
    settings.mode,
    askedWords(settings, target?.kind),
    count(Number(settings.requests), "request"),
  ]
    .join(", ");
}

/**
 * @param {string | number} value
 * @param {string} unit
 * @param {number} span
 */
function valueWords(value, unit, span) {
  if (typeof value !== "number") return String(value);
  return unit === "s" ? seconds(value, span) : value.toLocaleString("en-US");
}

/**
 * "1.96 ×": how many times A's value; "" where there is no ratio, or none worth a word.
 *
 * @param {number | null | undefined} ratio
 */
export function ratioWords(ratio) {
  if (ratio === null || ratio === undefined || ratio === 1) return "";
  if (ratio >= 100) return `${Math.round(ratio).toLocaleString("en-US")} ×`;
  return `${Number(ratio.toPrecision(3))} ×`;
}

/**
 * The rows of the table of figures: [{label, cells: [{text, ratio}]}], with ratios to the first run.
 *
 * @param {Figure[]} figures
 */
export function figureRows(figures) {
  return figures.map(({ label, unit, values, ratios }) => {
    const span = Math.max(...values.filter((value) => typeof value === "number"), 0);
    const cells = values.map((value, k) => ({
      text: valueWords(value, unit, span),
      ratio: k === 0 ? "" : ratioWords(ratios[k]),
    }));
    return { label, cells };
  });
}

/**
 * The rows of the table of settings: [{label, cells: [{text}]}].
 *
 * @param {Comparison["settings"]} settings
 */
export function settingRows(settings) {
  return settings.map(({ label, unit, values }) => (
    {
      label,
      cells: values.map((value) => ({
        text: unit ? `${value} ${unit}` : String(value),
        ratio: "",
      })),
    }
  ));
}
