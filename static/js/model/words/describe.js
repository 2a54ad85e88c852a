// Pure: numbers, states and rows in words. The server writes the sentences about batches; these are the rest.

/** @import { Batch, Field, Request, Settings, Summary, Target } from "../../types/run.d.ts" */

import { durations } from "../run/fold.js";

/** @type {Record<string, string>} */
export const PHASE_WORDS = {
  queued: "queued",
  handling: "in Python",
  waiting: "waiting for a connection",
  connecting: "opening a connection",
  executing: "executing",
  holding: "connection held, database idle",
  responding: "responding",
  unknown: "phase unknown",
  "thread-queued": "waiting for a thread",
  done: "done",
  failed: "failed",
};

/**
 * "1 request", "2 requests"; thousands are grouped.
 *
 * @param {number} number
 * @param {string} one
 * @param {string} [many]
 */
export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en-US")} ${number === 1 ? one : many}`;
}

/**
 * The same text with each number kept on one line with its unit.
 *
 * @param {string} text
 */
export function unbroken(text) {
  return text.replaceAll(/(\d) s\b/g, "$1\u00a0s");
}

/**
 * A clause (a cause, a cure) as a sentence; a name like pool_size at its start keeps its small letter.
 *
 * @param {string} clause
 */
export function sentence(clause) {
  const text = clause.trim().replace(
    /^[a-z]+(?=[ ,])/,
    (word) => word[0].toUpperCase() + word.slice(1),
  );
  return text && text + (/[.!?]$/.test(text) ? "" : ".");
}

/**
 * Decimals that tell times apart on an axis of `span` seconds.
 *
 * @param {number} span
 */
export function decimalsFor(span) {
  if (span >= 20) return 1;
  return span >= 1 ? 2 : 3;
}

/**
 * "5.1 s": a time on an axis of `span` seconds.
 *
 * @param {number} value
 * @param {number} [span]
 */
export function seconds(value, span = value) {
  return `${value.toFixed(decimalsFor(span))} s`;
}

/**
 * "2.2 s", "0.85 s": a time that is only about right, in two digits.
 *
 * @param {number} value
 */
export function aboutSeconds(value) {
  if (value >= 100) return `${Math.round(value)} s`;
  return value >= 1 ? `${value.toFixed(1)} s` : `${value.toFixed(2)} s`;
}

/**
 * "500 s", "0.05 s": without zeros at the end, for axis ticks and settings.
 *
 * @param {number} value
 */
export function plainSeconds(value) {
  return `${Number(value.toPrecision(6))} s`;
}

/**
 * "15.3 s" for a running clock: always one decimal, so that it does not flicker.
 *
 * @param {number} value
 */
export function clock(value) {
  return `${value.toFixed(1)} s`;
}

/**
 * When something was, in the person's own time zone and language.
 *
 * @param {string} isoTime
 */
export function whenWords(isoTime) {
  const at = new Date(isoTime);
  if (Number.isNaN(at.getTime())) return "";
  return at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

/**
 * "gevent-green, pid 4711" or what else the target is doing.
 *
 * @param {Target | null | undefined} target
 */
export function targetWords(target) {
  if (!target || !target.mode) return "none yet";
  if (target.state === "stopped") return "stopped";
  if (target.state === "starting") return `${target.mode}, starting`;
  if (target.state === "failed") return `${target.mode}, could not start`;
  const pids = target.pids ?? [];
  if (pids.length === 0) return target.mode;
  if (pids.length > 3) return `${target.mode}, ${pids.length} workers`;
  return `${target.mode}, ${pids.length === 1 ? "pid" : "pids"} ${pids.join(", ")}`;
}

/**
 * What a run asked: an endpoint of the example app, or the kind of another target.
 *
 * @param {Settings} settings
 * @param {string} [kind]
 */
export function askedWords(settings, kind = "example") {
  return kind === "example" ? String(settings.endpoint) : kind;
}

/**
 * What pressing Launch will do.
 *
 * @param {Settings} settings
 * @param {string} path what is requested
 * @param {string} [kind] of the target
 */
export function emptySentence(settings, path, kind) {
  const requests = count(Number(settings.requests), "request");
  const how = kind === "url" ? "" : ` in mode ${settings.mode}`;
  return `Launch sends ${requests} at once to ${path}${how}`;
}

/**
 * "Starting Postgres…" with how long it has been going on.
 *
 * @param {string | undefined} step
 * @param {number} elapsed
 */
export function stepSentence(step, elapsed) {
  const words = step ? step[0].toUpperCase() + step.slice(1) : "Starting";
  return `${words}… ${clock(elapsed)}`;
}

/**
 * A length of time inside one request: "6 ms", "1.02 s".
 *
 * @param {number} value
 */
export function spell(value) {
  return value < 0.9995 ? `${Math.round(value * 1000)} ms` : seconds(value, 2);
}

/**
 * What the live region says once a batch.
 *
 * @param {Batch} batch
 * @param {number} number
 * @param {Summary} summary
 */
export function batchSpoken(batch, number, summary) {
  const at = seconds(batch.at, summary.total_seconds || batch.at);
  const requests = count(batch.count, "request");
  return `Batch ${number}: ${requests} done after ${at}. ${summary.done} of ${summary.requests} done.`;
}

/**
 * How a request ended, or what it is doing.
 *
 * @param {Request} row
 * @param {number | null} now
 */
export function outcomeWords(row, now) {
  if (row.outcome === "done") return row.status ? `done, HTTP ${row.status}` : "done";
  if (row.outcome === "failed") {
    return row.message ? `${row.word}: ${row.message}` : row.word || "failed";
  }
  const phase = row.spans.at(-1)?.phase;
  return phase && now !== null ? PHASE_WORDS[phase] : "not finished";
}

/**
 * The times of one request in the order it lived them: [{phase, words, seconds}].
 *
 * @param {Request} row
 * @param {number | null} now
 */
export function requestTimes(row, now) {
  return Object.entries(durations(row, now ?? row.spans.at(-1)?.from ?? 0))
    .map(([phase, spent]) => ({ phase, words: PHASE_WORDS[phase] ?? phase, seconds: spent }));
}

/**
 * What the server said of a request in Server-Timing, as it said it; "" for nothing.
 *
 * @param {Request} row
 */
export function serverTiming(row) {
  return row.marks.find(({ timing }) => timing)?.timing ?? "";
}

/**
 * One sentence about a request, for screen readers.
 *
 * @param {Request} row
 * @param {number | null} now
 */
export function requestSpoken(row, now) {
  const times = requestTimes(row, now).map(({ words, seconds: spent }) =>
    `${words} ${spell(spent)}`
  );
  const end = row.end === null ? "" : ` after ${seconds(row.end, 2)}`;
  return `Request ${row.seq}: ${[...times, outcomeWords(row, now) + end].join(", ")}`;
}

/**
 * "pool_size 15, max_overflow 0": the settings among `fields` that differ from their defaults, by name.
 *
 * @param {Field[]} fields
 * @param {Settings} settings
 */
export function differences(fields, settings) {
  return fields
    .filter((field) =>
      field.name in settings && String(settings[field.name]) !== String(field.default)
    )
    .map((field) => `${field.name} ${settings[field.name]}${field.unit ? ` ${field.unit}` : ""}`)
    .join(", ");
}
