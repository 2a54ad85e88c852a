// WHY: the server's diagnosis, and a button for each setting that would lift the limit.

/** @import { Page, Panel } from "../../types/page.d.ts" */
/** @import { Diagnosis, Settings, Suggestion } from "../../types/run.d.ts" */

import { button, byId, make } from "../../dom/elements.js";
import { whenChanged } from "../../lib/remember.js";
import { aboutSeconds } from "../../model/words/describe.js";

/**
 * @param {Suggestion} suggestion
 * @param {(settings: Settings) => void} onTry
 */
function buttonFor({ title, settings, forecast_seconds: forecast }, onTry) {
  const promise = forecast === undefined || forecast === null
    ? null
    : make("span", { class: "button-note" }, ` about ${aboutSeconds(forecast)}`);
  return button(`Try ${title}`, () => onTry(settings), {}, promise);
}

/**
 * @param {Page} page
 * @returns {Panel}
 */
export function createWhy({ controls }) {
  const element = byId("why");

  /** @param {Diagnosis | null} diagnosis */
  function show(diagnosis) {
    element.hidden = !diagnosis;
    if (!diagnosis) return;
    const buttons = (diagnosis.suggestions ?? []).map((suggestion) =>
      buttonFor(suggestion, controls.launchWith)
    );
    element.replaceChildren(
      make("span", { class: "part-title" }, "Why"),
      make(
        "div",
        { class: "why-words" },
        make("p", { class: "why-sentence" }, diagnosis.sentence),
        diagnosis.evidence && make("p", { class: "why-evidence" }, diagnosis.evidence),
        buttons.length > 0 && make("div", { class: "suggestions" }, ...buttons),
      ),
    );
  }

  const showChanged = whenChanged(show);
  return { draw: ({ shown }) => showChanged(shown.summary?.diagnosis ?? null) };
}
