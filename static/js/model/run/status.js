// Pure: how far a run is.

const RUNNING = new Set(["starting", "running"]);
const OVER = new Set(["done", "cancelled", "failed", "broken-off"]);

/**
 * Whether a run has begun and not ended: its target starts, or its requests are under way.
 *
 * @param {{ status: string } | null} run
 */
export const isRunning = (run) => RUNNING.has(run?.status ?? "");
/** @param {{ status: string } | null} run */
export const isOver = (run) => OVER.has(run?.status ?? "");
