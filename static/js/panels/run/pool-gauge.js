// The pool gauge: one cell for each connection that a worker's pool may have, filled while it is out.

/** @import { Panel } from "../../types/page.d.ts" */

import { byId, make, setText } from "../../dom/elements.js";
import { remembered, seldom, whenChanged } from "../../lib/remember.js";
import { poolOf } from "../../model/gauges/pool.js";
import { peakUsage, poolUsage, withinCapacity, workersOf } from "../../model/gauges/pool-usage.js";
import { isOver } from "../../model/run/status.js";
import { clock, count } from "../../model/words/describe.js";

const MOST_WORKERS = 8;
const MOST_CELLS = 120;

/** @typedef {{ size: number, overflow: number }} Pool */
/** @typedef {{ pid: number, row: HTMLElement, cells: HTMLElement[] }} Line */

/**
 * @param {number} pid
 * @param {Pool} pool
 * @returns {Line}
 */
function cellsFor(pid, pool) {
  /** @param {string} kind */
  const cell = (kind) => make("span", { class: `cell cell-${kind}` });
  const size = Array.from({ length: pool.size }, () => cell("size"));
  const overflow = Array.from({ length: pool.overflow }, () => cell("overflow"));
  const row = make(
    "div",
    { class: "pool-worker" },
    make("span", { class: "pool-pid" }, pid ? `pid ${pid}` : "each worker"),
    make("span", { class: "pool-part" }, "size"),
    make("span", { class: "cells" }, ...size),
    ...(pool.overflow > 0
      ? [
        make("span", { class: "pool-part" }, "overflow"),
        make("span", { class: "cells" }, ...overflow),
      ]
      : []),
  );
  return { pid, row, cells: [...size, ...overflow] };
}

/** @param {number | null} capacity */
const limitWords = (capacity) => (capacity === null ? "" : ` of ${capacity}`);

/**
 * @param {{ out: number, waiting: number }} usage
 * @param {number | null} capacity
 * @param {number | null} hoverTime
 */
function usageWords(usage, capacity, hoverTime) {
  const moment = hoverTime === null ? "" : `at ${clock(hoverTime)}: `;
  const out = capacity === null
    ? `${count(usage.out, "connection")} checked out, no pool limit`
    : `${withinCapacity(usage.out, capacity)}${limitWords(capacity)} checked out`;
  return `${moment}${out} · ${usage.waiting.toLocaleString("en-US")} waiting`;
}

/** @returns {Panel} */
export function createPoolGauge() {
  const root = byId("gauge");
  const label = make("span", { class: "pool-words" });
  const workersBox = make("div", { class: "pool-workers" });
  root.replaceChildren(
    make("span", { class: "part-title" }, "Pool"),
    make("div", { class: "pool" }, workersBox, label),
  );
  /** @type {Line[]} */
  let lines = [];
  const usageAt = seldom(poolUsage, { pause: 0 });
  const peakOf = remembered(peakUsage);

  /**
   * @param {Pool | null} pool
   * @param {number[]} pids
   */
  function build(pool, pids) {
    const isDrawn = pool && pool.size + pool.overflow <= MOST_CELLS;
    lines = isDrawn ? pids.slice(0, MOST_WORKERS).map((pid) => cellsFor(pid, pool)) : [];
    const more = lines.length > 0 ? pids.length - MOST_WORKERS : 0;
    workersBox.replaceChildren(...lines.map((line) => line.row));
    if (more > 0) {
      workersBox.append(
        make("span", { class: "pool-more" }, `and ${count(more, "worker")} more`),
      );
    }
  }
  const buildChanged = whenChanged(build);

  return {
    /** Shows the pool at the moment under the pointer, else now. */
    draw({ settings, shown: { run, rows, now, hoverTime, options }, picture }) {
      const kind = run?.target?.kind ?? options?.kind;
      root.hidden = kind === "url"; // its pool is not known here
      const hasEnded = isOver(run);
      const pool = poolOf(settings);
      const pids = workersOf(run?.target, rows);
      buildChanged(pool, pids.length > 0 ? pids : [0]);
      const usage = usageAt(
        hasEnded || hoverTime !== null,
        rows,
        hoverTime ?? now ?? picture.edge,
      );
      for (const { pid, cells } of lines) {
        const out = usage.byWorker.get(pid) ?? 0;
        cells.forEach((cell, k) => cell.classList.toggle("is-out", k < out));
      }
      const workers = Math.max(pids.length, Number(settings.workers) || 1);
      const capacity = pool && (pool.size + pool.overflow) * workers;
      root.classList.toggle("is-quiet", kind !== "app" && settings.endpoint === "python");
      const isPeak = hasEnded && hoverTime === null;
      const words = isPeak
        ? `at most ${withinCapacity(peakOf(rows), capacity)}${
          limitWords(capacity)
        } checked out at once`
        : usageWords(usage, capacity, hoverTime);
      setText(label, words);
    },
  };
}
