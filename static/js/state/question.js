// Asks the API about something that may change while it answers.

/** @import { Problem } from "./api.js" */

import { attempt } from "./api.js";

/**
 * Returns a function that asks and hands over the answer, or what went wrong, unless something else was asked for since.
 * The same key twice is asked once; null asks for nothing.
 *
 * @template {string | number} Key
 * @template Answer
 * @param {(key: Key) => Promise<Answer>} ask
 * @param {(answer: Answer, key: Key) => void} onAnswer
 * @param {(problem: Problem, key: Key) => void} onProblem
 * @returns {(key: Key | null) => Promise<void>}
 */
export function createQuestion(ask, onAnswer, onProblem) {
  /** @type {Key | null} */
  let asked = null;
  return async (key) => {
    if (key === asked) return;
    asked = key;
    if (key === null) return;
    await attempt(
      async () => {
        const answer = await ask(key);
        if (key === asked) onAnswer(answer, key);
      },
      (problem) => {
        if (key === asked) onProblem(problem, key);
      },
    );
  };
}
