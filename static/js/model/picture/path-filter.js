// Pure but for its memory: the timeline of one path alone.

/** @import { Forecast, Request, RequestSpec, Summary } from "../../types/run.d.ts" */

import { remembered } from "../../lib/remember.js";
import { namesOf, rowsOf } from "../run/mix.js";

/**
 * What the path changes of what is painted.
 *
 * @typedef {{
 *   rows: Request[],
 *   summary: Summary | null,
 *   forecast: Forecast | null,
 *   requests: number,
 * }} Narrowed
 */

/**
 * Returns a function that narrows what is painted to the rows of the chosen path, where there is one.
 *
 * @returns {(all: Narrowed & { rows: Request[], path: string | null, specs?: RequestSpec[] }) => Narrowed}
 */
export function createPathFilter() {
  const named = remembered(namesOf);
  const narrowed = remembered(rowsOf);
  const summarised = remembered((/** @type {Summary | null} */ summary) =>
    summary && { ...summary, batches: [] }
  );
  return ({ rows, summary, forecast, requests, path, specs }) => {
    const isKnown = path !== null && specs?.some(({ name }) => name === path);
    if (!isKnown) return { rows, summary, forecast, requests };
    const own = narrowed(rows, named(specs, requests), path);
    return {
      rows: own,
      summary: summarised(summary),
      forecast: null,
      requests: Math.max(1, own.length),
    };
  };
}
