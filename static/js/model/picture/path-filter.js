// Pure but for its memory: the timeline of one path alone.

import { remembered } from "../../lib/remember.js";
import { namesOf, rowsOf } from "../run/mix.js";

/** Returns a function that narrows what is painted to the rows of the chosen path, where there is one. */
export function createPathFilter() {
  const named = remembered(namesOf);
  const narrowed = remembered(rowsOf);
  const summarised = remembered((summary) => summary && { ...summary, batches: [] });
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
