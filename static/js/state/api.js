// The HTTP API. A refusal becomes a Problem, which carries what the server said about each field.

/** @import * as Api from "../types/api.d.ts" */
/** @import { DeletedRun } from "../types/page.d.ts" */
/** @import { Forecast, RunRecord, Settings } from "../types/run.d.ts" */

/**
 * A refusal as RFC 9457 has it, with a message for each field.
 *
 * @typedef {{
 *   title?: string,
 *   status?: number,
 *   detail?: string,
 *   errors?: { field: string, message: string }[],
 * }} Refusal
 */

export class Problem extends Error {
  /** @param {Refusal} refusal */
  constructor(
    { title = "The dashboard rejected the request", status = 0, detail = "", errors = [] },
  ) {
    super(detail || title);
    this.status = status;
    this.errors = errors;
  }

  /** Messages by field name. */
  get byField() {
    return Object.fromEntries(this.errors.map(({ field, message }) => [field, message]));
  }
}

/**
 * Does something, and hands what the server refused to `onProblem`; other errors are thrown.
 *
 * @template Result
 * @param {() => Promise<Result>} action
 * @param {(problem: Problem) => Result} onProblem
 * @returns {Promise<Result>}
 */
export async function attempt(action, onProblem) {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return onProblem(error);
  }
}

/**
 * @param {string} path
 * @param {RequestInit} [options]
 */
async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Problem({ title: "The dashboard is not responding. Is it still running?" });
  }
  if (response.ok) return response;
  const { status } = response;
  const isJson = response.headers.get("content-type")?.includes("json");
  throw new Problem(
    isJson ? await response.json() : { title: `The dashboard answered ${status}`, status },
  );
}

/**
 * What a path answers, as JSON.
 *
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<any>}
 */
async function read(path, options) {
  return (await ask(path, options)).json();
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} body
 * @returns {Promise<any>} what is answered, if it is JSON
 */
async function send(method, path, body = {}) {
  const headers = { "Content-Type": "application/json" };
  const response = await ask(path, { method, headers, body: JSON.stringify(body) });
  return response.json().catch(() => ({}));
}

/**
 * Where a run is: one that is kept by its number, "7" or 7, one of this dashboard by its name, "r3-7f".
 *
 * @param {string | number} run
 */
function pathOf(run) {
  return isNumber(run) ? `/api/history/${run}` : `/api/runs/${encodeURIComponent(run)}`;
}

/** @param {string | number} run */
const isNumber = (run) => /^\d+$/.test(String(run));

/** @param {string | number} run */
export const textPath = (run) => `${pathOf(run)}/text`;

/**
 * @param {string | number} run
 * @param {string} format
 */
export const filePath = (run, format) => `${pathOf(run)}/export?${new URLSearchParams({ format })}`;

export const api = {
  /** @returns {Promise<Api.Options>} */
  options: () => read("/api/options"),

  /**
   * @param {Settings} settings
   * @returns {Promise<{ settings: Settings, forecast: Forecast }>}
   */
  forecast: (settings) => send("POST", "/api/forecast", settings),

  /**
   * @param {Settings} settings
   * @param {string | null} compare the run before, to be laid beside the new one
   */
  launch: (settings, compare = null) =>
    send("POST", `/api/runs${compare ? `?${new URLSearchParams({ compare })}` : ""}`, settings),

  /** @returns {Promise<Api.ListedRun[]>} */
  runs: () => read("/api/runs"),

  /**
   * @param {string} run
   * @returns {Promise<RunRecord>}
   */
  record: (run) => read(`${pathOf(run)}/record`),

  /** @param {string} run */
  cancel: (run) => send("POST", `${pathOf(run)}/cancel`),

  /** @returns {Promise<Api.Survey>} */
  matrix: () => read("/api/matrix"),

  measureMatrix: () => send("POST", "/api/matrix"),

  /** @param {string | number} run */
  text: async (run) => (await ask(textPath(run))).text(),

  /**
   * One page of the kept runs.
   *
   * @param {Api.HistoryQuery & { size: number }} asked
   * @returns {Promise<Api.HistoryPage>}
   */
  kept: ({ page, size, sort, q }) =>
    read(`/api/history?${new URLSearchParams({ page: `${page}`, size: `${size}`, sort, q })}`),

  /**
   * @param {number} number
   * @returns {Promise<RunRecord>}
   */
  keptRun: (number) => read(pathOf(number)),

  /**
   * The whole record of a run, by number or by name.
   *
   * @param {string} run
   * @returns {Promise<RunRecord>}
   */
  recordOf: (run) => (isNumber(run) ? read(pathOf(run)) : api.record(run)),

  /**
   * @param {number} number
   * @param {{ label: string } | { pinned: boolean }} change
   */
  change: (number, change) => send("PATCH", pathOf(number), change),

  /**
   * @param {number} number
   * @returns {Promise<DeletedRun>}
   */
  remove: (number) => read(pathOf(number), { method: "DELETE" }),

  /** @param {string} path where the answer to a removal says that it is undone */
  undo: (path) => send("POST", path),

  /**
   * Keeps a run out of a file of JSON lines.
   *
   * @param {File} file
   * @returns {Promise<{ number: number }>}
   */
  importRun: (file) =>
    read("/api/history", {
      method: "POST",
      headers: { "Content-Type": "application/x-ndjson" },
      body: file,
    }),

  /**
   * @param {string[]} names
   * @returns {Promise<Api.Comparison>}
   */
  compare: (names) => read(`/api/compare?${new URLSearchParams({ runs: names.join(",") })}`),
};
