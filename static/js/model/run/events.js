// Pure: what happened to a run from outside, read off its samples; the server's events.py says the same.

/** @import { Sample } from "../../types/run.d.ts" */

/** @typedef {{ at: number, seconds: number, words: string }} RunEvent seconds: how long it lasted, 0 for an instant */

/** @type {Record<string, (pid: number | null) => string>} */
const WORDS = {
  "worker-exit": (pid) => `worker ${pid} ended`,
  "server-exit": (pid) => `gunicorn's master ${pid} ended`,
  "worker-stall": (pid) => `worker ${pid} stalled`,
  "server-stall": (pid) => `gunicorn's master ${pid} stalled`,
  "database-lost": () => "the database closed its connections",
};

/**
 * The events among the samples, in order of time.
 *
 * @param {Sample[]} samples
 * @returns {RunEvent[]}
 */
export function eventsOf(samples) {
  const events = samples.filter(([, name]) => name === "event").flatMap(([at, , pid, values]) =>
    Object.entries(values).filter(([kind]) => WORDS[kind])
      .map(([kind, seconds]) => ({ at, seconds, words: WORDS[kind](pid) }))
  );
  return events.sort((a, b) => a.at - b.at);
}
