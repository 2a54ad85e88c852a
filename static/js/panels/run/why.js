// WHY: the server's diagnosis, and a button for each setting that would lift the limit.

import { aboutSeconds } from "../../model/words/describe.js";
import { make } from "../../dom/elements.js";

function buttonFor({ title, settings, forecast_seconds: forecast }, onTry) {
  const promise = forecast === undefined
    ? ""
    : make("span", { class: "button-note" }, ` about ${aboutSeconds(forecast)}`);
  return make(
    "button",
    { type: "button", class: "button", onclick: () => onTry(settings) },
    `Try ${title}`,
    promise,
  );
}

/** Returns a function that shows a diagnosis; `onTry` gets the whole settings of a suggestion. */
export function createWhy(element, onTry) {
  let shown;
  return (diagnosis) => {
    const key = JSON.stringify(diagnosis ?? null);
    if (key === shown) return;
    shown = key;
    element.hidden = !diagnosis;
    if (!diagnosis) return;
    const buttons = (diagnosis.suggestions ?? []).map((suggestion) => buttonFor(suggestion, onTry));
    element.replaceChildren(
      make("span", { class: "part-title" }, "Why"),
      make(
        "div",
        { class: "why-words" },
        make("p", { class: "why-sentence" }, diagnosis.sentence),
        diagnosis.evidence ? make("p", { class: "why-evidence" }, diagnosis.evidence) : null,
        buttons.length > 0 ? make("div", { class: "suggestions" }, ...buttons) : null,
      ),
    );
  };
}
