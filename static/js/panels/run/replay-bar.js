// The bar of an opened run: which run it is, its replay, and what it was made with.

import { whenWords } from "../../model/words/describe.js";
import { byId, setText } from "../../dom/elements.js";
import { createReplayControls } from "./replay-controls.js";

function factsOf({ settings, status, started_at: startedAt }) {
  return [
    status === "done" ? "" : status,
    `${settings.mode}, ${settings.endpoint}`,
    startedAt && whenWords(startedAt),
  ]
    .filter(Boolean).join(" · ");
}

function versionWords({ versions }) {
  return `Made with ${
    Object.entries(versions ?? {}).map(([name, number]) => `${name} ${number}`).join(", ")
  }.`;
}

/** Wires the bar; clock: seconds of this page. */
export function createReplayBar(store, navigation, clock) {
  const drawControls = createReplayControls(store, () => store.get().kept?.end ?? 0, clock);
  byId("opened-close").addEventListener("click", (event) => {
    event.preventDefault();
    navigation.live();
    byId("timeline").focus();
  });

  return ({ run, kept, summary, moment, isOpened }) => {
    byId("opened").hidden = !isOpened;
    byId("made-with").hidden = !moment;
    drawControls(moment ? moment.at : null, summary);
    if (!isOpened) return;
    setText(byId("opened-name"), run.label ? `${run.run} ${run.label}` : run.run);
    setText(byId("opened-facts"), moment ? factsOf(kept.run) : "");
    if (moment) setText(byId("made-with"), versionWords(kept.run));
  };
}
