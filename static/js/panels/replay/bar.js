// The bar of an opened run: which run it is, and what it was made with.

/** @import { Page, Panel } from "../../types/page.d.ts" */
/** @import { Run } from "../../types/run.d.ts" */

import { byId, setText } from "../../dom/elements.js";
import { askedWords, whenWords } from "../../model/words/describe.js";

/** @param {Run} run */
function factsOf({ settings, status, target, started_at: startedAt }) {
  const state = status === "done" ? "" : status;
  const when = startedAt && whenWords(startedAt);
  return [state, `${settings.mode}, ${askedWords(settings, target?.kind)}`, when].filter(Boolean)
    .join(" · ");
}

/** @param {Run} run */
function versionWords({ versions }) {
  const each = Object.entries(versions ?? {}).map(([name, number]) => `${name} ${number}`);
  return `Made with ${each.join(", ")}.`;
}

/**
 * @param {Page} page
 * @returns {Panel}
 */
export function createReplayBar({ navigation }) {
  const bar = byId("opened");
  const madeWith = byId("made-with");
  navigation.liveOnClick(byId("opened-close"));

  return {
    draw({ shown: { run, kept, moment, isOpened } }) {
      bar.hidden = !isOpened;
      madeWith.hidden = !moment;
      if (!isOpened || !run) return;
      setText(byId("opened-name"), [run.run, run.label].filter(Boolean).join(" "));
      const record = moment && kept?.problem === undefined ? kept?.run : null;
      setText(byId("opened-facts"), record ? factsOf(record) : "");
      if (record) setText(madeWith, versionWords(record));
    },
  };
}
