// Pure: the gauges behind the bars, as tracks on the run's time axis: what each draws, and what it says in words.

/** @import { Gauge, GaugeLimit, Series } from "../../types/picture.d.ts" */
/** @import { Request, Sample, Settings, Target } from "../../types/run.d.ts" */
/** @import { Pool } from "./pool.js" */

import { spell } from "../words/describe.js";
import { WITH_CONNECTION } from "../run/fold.js";
import { poolOf } from "./pool.js";
import {
  filled,
  largest,
  latenessAt,
  latest,
  ramps,
  rowSeries,
  sampleSeries,
  summed,
  valueAt,
} from "./series.js";
import { withinCapacity, workersOf } from "./pool-usage.js";

/** @typedef {{ settings: Settings, rows: Request[], samples: Sample[] }} Context */
/** @import { Steps } from "./series.js" */
/** @typedef {{ series: Series, words: string, color: string }} Drawn */

const MOST_POOLS = 4; // more workers share one track
const WITHIN_REACH = 0.3; // of a limit that connections have to come to, before its line is worth the room
const SILENCE = 0.2; // seconds without a beat, after which a worker's marks say more than its samples
const WAITING = new Set(["waiting"]);
const QUEUED = new Set(["queued"]);
const SMALLEST_LAG = 0.1; // seconds; a scale below it would make noise look like news

/** @param {number} value */
const number = (value) => value.toLocaleString("en-US");
/**
 * @param {number} value
 * @param {string} one
 */
const plural = (value, one) => `${number(value)} ${one}${value === 1 ? "" : "s"}`;

/**
 * @param {number} value
 * @param {number | null} limit
 */
const connections = (value, limit) =>
  limit === null
    ? plural(value, "connection")
    : `${number(value)} of ${plural(limit, "connection")}`;

/**
 * The number at a moment or, with null, the most.
 *
 * @param {Series} series
 * @param {number} most
 * @param {number | null} at
 */
function counted(series, most, at) {
  return at === null ? `max ${number(most)}` : number(valueAt(series, at));
}

/**
 * @param {Pool | null} pool
 * @param {number} workers
 * @returns {GaugeLimit[]}
 */
function limitsOf(pool, workers) {
  if (!pool) return [];
  const all = { value: (pool.size + pool.overflow) * workers, words: "limit" };
  return pool.overflow > 0
    ? [all, { value: pool.size * workers, words: "pool_size", isMinor: true }]
    : [all];
}

/**
 * Whether a worker's samples have a gap in which its requests may have moved.
 *
 * @param {Steps} sampled
 * @param {number} pause
 * @param {Request[]} rows
 */
function isSilent({ times }, pause, rows) {
  if (times.length === 0) return rows.length > 0;
  return times.some((at, k) => at - (times[k - 1] ?? 0) > pause);
}

/**
 * Connections of one worker that are out.
 *
 * @param {number} pid
 * @param {Context} context
 * @param {Pool | null} pool
 */
function outOf(pid, { rows, samples }, pool) {
  const sampled = sampleSeries(samples, "pool", "out", pid);
  if (!isSilent(sampled, SILENCE, rows)) return sampled;
  const { times, values } = rowSeries(rows, WITH_CONNECTION, pid);
  const capacity = pool && pool.size + pool.overflow;
  return filled(
    sampled,
    { times, values: values.map((value) => withinCapacity(value, capacity)) },
    SILENCE,
  );
}

/**
 * @param {string} title
 * @param {number[]} pids
 * @param {Context} context
 * @param {Pool | null} pool
 * @returns {Gauge}
 */
function poolGauge(title, pids, context, pool) {
  const out = summed(pids.map((pid) => outOf(pid, context, pool)));
  const waiting = summed(pids.map((pid) => rowSeries(context.rows, WAITING, pid)));
  const [mostOut, mostWaiting] = [largest(out), largest(waiting)];
  const limits = limitsOf(pool, pids.length);
  const capacity = limits[0]?.value ?? null;
  const of = capacity === null ? "" : ` of ${number(capacity)}`;
  return {
    title,
    area: {
      series: out,
      words: "out",
      color: "executing",
      top: Math.max(capacity ?? 0, mostOut, 1),
    },
    // On a scale of its own: beside 85 that wait, 15 that are out would be a thin strip.
    line: { series: waiting, words: "waiting", color: "waiting", top: Math.max(1, mostWaiting) },
    limits,
    read: (
      at,
    ) => [`${counted(out, mostOut, at)}${of} out`, `${counted(waiting, mostWaiting, at)} waiting`],
    sentence: `${title}: at most ${connections(mostOut, capacity)} checked out, ` +
      `at most ${plural(mostWaiting, "request")} waiting for one.`,
  };
}

/**
 * @param {Context} context
 * @param {number[]} pids
 */
function poolGauges(context, pids) {
  const pool = poolOf(context.settings);
  if (pids.length > MOST_POOLS) {
    return [poolGauge(`pools of ${pids.length} workers`, pids, context, pool)];
  }
  return pids.map((pid) =>
    poolGauge(pids.length > 1 ? `pool of pid ${pid}` : "pool", [pid], context, pool)
  );
}

/**
 * @param {Context} context
 * @returns {Gauge}
 */
function databaseGauge({ settings, samples }) {
  const total = sampleSeries(samples, "database", "total");
  const active = sampleSeries(samples, "database", "active");
  const [mostTotal, mostActive] = [largest(total), largest(active)];
  const allowed = Number(settings[`${settings.endpoint}_max_connections`]) || null;
  const inReach = allowed !== null && mostTotal >= allowed * WITHIN_REACH;
  const of = allowed === null ? "" : ` of ${number(allowed)}`;
  const top = inReach ? Math.max(allowed, mostTotal) : Math.max(1, mostTotal);
  return {
    title: "database connections",
    area: { series: active, words: "active", color: "executing", top },
    line: { series: total, words: "all", color: "ink", top },
    limits: inReach ? [{ value: allowed, words: "max_connections" }] : [],
    note: inReach || allowed === null ? "" : `max_connections ${number(allowed)} is off the scale`,
    read: (
      at,
    ) => [`${counted(total, mostTotal, at)}${of}`, `${counted(active, mostActive, at)} active`],
    sentence: `Database: at most ${connections(mostTotal, allowed)}, at most ${
      number(mostActive)
    } active.`,
  };
}

/**
 * An area and a line that reach as high as the larger of them.
 *
 * @param {Drawn} area
 * @param {Drawn} line
 */
function onOneScale(area, line) {
  const top = Math.max(1, largest(area.series), largest(line.series));
  return { area: { ...area, top }, line: { ...line, top }, limits: [] };
}

/**
 * @param {Omit<Context, "settings">} context
 * @returns {Gauge}
 */
function backlogGauge({ rows, samples }) {
  const queued = rowSeries(rows, QUEUED);
  const backlog = sampleSeries(samples, "backlog", "queued");
  const [mostQueued, mostBacklog] = [largest(queued), largest(backlog)];
  return {
    title: "waiting for a worker",
    ...onOneScale(
      { series: backlog, words: "in the backlog", color: "queued" },
      { series: queued, words: "queued", color: "queued" },
    ),
    read: (at) => [
      `${counted(queued, mostQueued, at)} queued`,
      `${counted(backlog, mostBacklog, at)} in backlog`,
    ],
    sentence: `Waiting for a worker: at most ${plural(mostQueued, "request")}, ` +
      `at most ${number(mostBacklog)} of them in the backlog.`,
  };
}

/**
 * @param {Context} context
 * @returns {Gauge}
 */
function loopGauge({ samples }) {
  const lates = ramps(samples);
  const most = latest(lates);
  const top = Math.max(SMALLEST_LAG, most);
  return {
    title: "event loop",
    ramps: { lates, words: "late", color: "muted", top },
    limits: [],
    read: (
      at,
    ) => [at === null ? `max ${spell(most)} late` : `${spell(latenessAt(lates, at))} late`],
    sentence: `Event loop: at most ${spell(most)} late.`,
  };
}

/**
 * How many wait, over time: what to look at where unequal requests do not go through in batches.
 *
 * @param {Request[]} rows
 * @returns {Gauge}
 */
export function waitingGauge(rows) {
  const queued = rowSeries(rows, QUEUED);
  const waiting = rowSeries(rows, WAITING);
  const [mostQueued, mostWaiting] = [largest(queued), largest(waiting)];
  return {
    title: "waiting over time",
    isAlwaysShown: true,
    ...onOneScale(
      { series: queued, words: "for a worker", color: "queued" },
      { series: waiting, words: "for a connection", color: "waiting" },
    ),
    read: (at) => [
      `${counted(queued, mostQueued, at)} for a worker`,
      `${counted(waiting, mostWaiting, at)} for a connection`,
    ],
    sentence: `Waiting over time: at most ${plural(mostQueued, "request")} for a worker, ` +
      `at most ${number(mostWaiting)} for a connection.`,
  };
}

/**
 * The gauges of a run, from top to bottom. settings, target: those of the run.
 *
 * @param {Settings} settings
 * @param {Target | null | undefined} target
 * @param {Request[]} rows
 * @param {Sample[]} samples
 * @returns {Gauge[]}
 */
export function gaugesOf(settings, target, rows, samples) {
  // Of a server that somebody else runs nothing is sampled, and its pool's limits are not known.
  if (target?.kind === "url") return [backlogGauge({ rows, samples })];
  const context = { settings, rows, samples };
  const pids = workersOf(target, rows);
  // The target is still starting: room for as many pools as there will be.
  const workers = pids.length > 0
    ? pids
    : Array.from({ length: Number(settings.workers) || 1 }, () => -1);
  const isOurs = target?.kind !== "app"; // the database that we can ask
  const usesDatabase = !isOurs || settings.endpoint !== "python";
  const hasLoop = ["gevent", "asgi"].includes(
    String(target?.worker_class || settings.worker_class),
  );
  return [
    ...(usesDatabase
      ? [...poolGauges(context, workers), ...(isOurs ? [databaseGauge(context)] : [])]
      : []),
    backlogGauge(context),
    ...(hasLoop ? [loopGauge(context)] : []),
  ];
}
