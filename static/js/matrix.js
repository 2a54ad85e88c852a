// Wires the page /matrix: asks for the survey, starts one, and looks twice a second how far it is.

/** @import { Survey } from "./types/api.d.ts" */

import { byId, make, setText } from "./dom/elements.js";
import { createHelp } from "./panels/help.js";
import { reasonsOf, showMatrix } from "./panels/matrix-table.js";
import { createTheme } from "./panels/theme.js";
import { api, attempt } from "./state/api.js";

const PAUSE = 500; // milliseconds between two looks

const measure = byId("measure", HTMLButtonElement);
let timer = 0;

/** @param {Survey} survey */
function show(survey) {
  const { going, cells, combinations } = survey;
  showMatrix(byId("matrix"), survey);
  byId("matrix").setAttribute("aria-busy", String(going));
  measure.disabled = going;
  setText(measure, cells.length > 0 && !going ? "Measure again" : "Measure");
  const progress = `${cells.length} of ${combinations} measured`;
  setText(byId("progress"), going || cells.length > 0 ? progress : "");
  byId("reasons").replaceChildren(...reasonsOf(cells).map((reason) => make("li", {}, reason)));
}

/**
 * Does something with the API; what it refuses is said on the page.
 *
 * @param {() => Promise<void>} action
 */
async function doAndSay(action) {
  let words = "";
  await attempt(action, ({ message }) => {
    words = message;
  });
  setText(byId("matrix-error"), words);
}

async function look() {
  clearTimeout(timer);
  await doAndSay(async () => {
    const survey = await api.matrix();
    show(survey);
    if (survey.going) timer = setTimeout(look, PAUSE);
  });
}

measure.addEventListener("click", () =>
  doAndSay(async () => {
    await api.measureMatrix();
    await look();
  }));

createHelp();
createTheme(byId("theme"), () => {});
look();
