// Pure: which request of a mix each numbered request makes. The same assignment as in Python, so that no message lists it.

/** @import { Request, RequestSpec } from "../../types/run.d.ts" */

/**
 * The index of the spec that request 1, 2, ... follows: smooth weighted round robin.
 *
 * @param {number[]} weights
 * @param {number} requests
 */
export function assignRequests(weights, requests) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const credit = weights.map(() => 0);
  return Array.from({ length: requests }, () => {
    let chosen = 0;
    weights.forEach((weight, k) => {
      credit[k] += weight;
      if (credit[k] > credit[chosen]) chosen = k;
    });
    credit[chosen] -= total;
    return chosen;
  });
}

/**
 * The name of what each request asked for, by its number from 1 on; [] where the endpoint alone was asked.
 *
 * @param {RequestSpec[] | undefined} specs
 * @param {number} requests
 */
export function namesOf(specs, requests) {
  if (!specs || specs.length === 0) return [];
  const assigned = assignRequests(specs.map(({ weight }) => weight), requests);
  return ["", ...assigned.map((k) => specs[k].name)];
}

/**
 * The rows that asked for one name.
 *
 * @param {Request[]} rows
 * @param {string[]} names
 * @param {string | null} name
 */
export function rowsOf(rows, names, name) {
  return rows.filter(({ seq }) => names[seq] === name);
}
