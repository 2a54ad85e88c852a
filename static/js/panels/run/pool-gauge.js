// The pool gauge: one cell for each connection that a worker's pool may have, filled while it is out.

import { make, setText } from "../../dom/elements.js";
import { clock, count } from "../../model/words/describe.js";
import { poolOf } from "../../model/gauges/pool.js";
import { seldom } from "../../lib/remember.js";
import { poolUsage, withinCapacity, workersOf } from "../../model/gauges/pool-usage.js";

const MOST_WORKERS = 8;
const MOST_CELLS = 120;

function cellsFor(pid, pool) {
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

function words({ use, pool, workers, hoverTime, isOver, peak }) {
  const capacity = pool ? (pool.size + pool.overflow) * Math.max(1, workers) : null;
  const limit = capacity === null ? "" : ` of ${capacity}`;
  const moment = hoverTime === null ? "" : `at ${clock(hoverTime)}: `;
  if (isOver && hoverTime === null) {
    return `at most ${withinCapacity(peak, capacity)}${limit} out at once`;
  }
  const out = capacity === null
    ? `${count(use.out, "connection")} out, no pool limit`
    : `${withinCapacity(use.out, capacity)}${limit} out`;
  return `${moment}${out} · ${use.waiting.toLocaleString("en-US")} waiting`;
}

/** Builds the gauge in an element; `draw` shows the pool at a moment. */
export function createPoolGauge(root) {
  const label = make("span", { class: "pool-words" });
  const workersBox = make("div", { class: "pool-workers" });
  root.replaceChildren(
    make("span", { class: "part-title" }, "Pool"),
    make("div", { class: "pool" }, workersBox, label),
  );
  let drawn = "";
  let lines = [];
  const usageAt = seldom(poolUsage, { pause: 0 });

  function rebuild(pool, pids) {
    const key = JSON.stringify([pool, pids]);
    if (key === drawn) return;
    drawn = key;
    const tooMany = !pool || pool.size + pool.overflow > MOST_CELLS;
    lines = tooMany ? [] : pids.slice(0, MOST_WORKERS).map((pid) => cellsFor(pid, pool));
    const more = lines.length > 0 ? pids.length - MOST_WORKERS : 0;
    workersBox.replaceChildren(
      ...lines.map((line) => line.row),
      ...(more > 0
        ? [make("span", { class: "pool-more" }, `and ${count(more, "worker")} more`)]
        : []),
    );
  }

  return {
    /** now: seconds of the run; hoverTime: the moment under the pointer or null. */
    draw({ settings, target, rows, now, hoverTime, isOver, peak }) {
      root.hidden = settings.endpoint === "url"; // its pool is not known here
      const pool = poolOf(settings);
      const pids = workersOf(target, rows);
      rebuild(pool, pids.length > 0 ? pids : [0]);
      const use = usageAt(isOver || hoverTime !== null, rows, hoverTime ?? now);
      for (const { pid, cells } of lines) {
        const out = use.byWorker.get(pid) ?? 0;
        cells.forEach((cell, k) => cell.classList.toggle("is-out", k < out));
      }
      const workers = Math.max(pids.length, Number(settings.workers) || 1);
      root.classList.toggle("is-quiet", settings.endpoint === "python");
      setText(label, words({ use, pool, workers, hoverTime, isOver, peak }));
    },
  };
}
