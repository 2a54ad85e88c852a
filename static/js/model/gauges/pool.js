// Pure: the pool that settings ask for.

/** @import { Settings } from "../../types/run.d.ts" */

/** @typedef {{ size: number, overflow: number }} Pool connections of one worker */

/**
 * {size, overflow} for each worker, or null without a limit.
 *
 * @param {Settings} settings
 * @returns {Pool | null}
 */
export function poolOf(settings) {
  if (settings.pool_class === "NullPool") return null;
  const size = Number(settings.pool_size);
  const overflow = Number(settings.max_overflow);
  // Both libraries' word for "no limit": pool_size 0 or max_overflow -1.
  return size > 0 && overflow >= 0 ? { size, overflow } : null;
}
