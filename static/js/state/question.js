// Asks the API about something that may change while it answers.

import { Problem } from "./api.js";

/**
 * Asks and hands over the answer, or what went wrong, unless something else was asked for since. The same key twice is
 * asked once; null asks for nothing.
 */
export function createQuestion(ask, onAnswer, onProblem) {
  let asked = null;
  return async (key) => {
    if (key === asked) return;
    asked = key;
    if (key === null) return;
    try {
      const answer = await ask(key);
      if (key === asked) onAnswer(answer, key);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (key === asked) onProblem(error, key);
    }
  };
}
