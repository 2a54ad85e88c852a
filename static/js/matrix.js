// Wires the page /matrix: asks for the survey, starts one, and looks twice a second how far it is.

import { api, Problem } from "./state/api.js";
import { byId, make, setText } from "./dom/elements.js";
import { createHelp } from "./panels/help.js";
import { reasonsOf, showMatrix } from "./panels/matrix-table.js";
import { createTheme } from "./panels/theme.js";

const PAUSE = 500; // milliseconds between two looks

let timer = 0;

function show(survey) {
  const { going, cells, combinations } = survey;
  showMatrix(byId("matrix"), survey);
  byId("matrix").setAttribute("aria-busy", String(going));
  byId("measure").disabled = going;
  setText(byId("measure"), cells.length > 0 && !going ? "Measure again" : "Measure");
  setText(
    byId("progress"),
    going || cells.length > 0 ? `${cells.length} of ${combinations} measured` : "",
  );
  byId("reasons").replaceChildren(...reasonsOf(cells).map((reason) => make("li", {}, reason)));
}

/** Does something with the API; what it refuses is said on the page. */
async function attempt(action) {
  try {
    await action();
    setText(byId("matrix-error"), "");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    setText(byId("matrix-error"), error.message);
  }
}

async function look() {
  clearTimeout(timer);
  await attempt(async () => {
    const survey = await api.matrix();
    show(survey);
    if (survey.going) timer = setTimeout(look, PAUSE);
  });
}

byId("measure").addEventListener("click", () =>
  attempt(async () => {
    await api.measureMatrix();
    await look();
  }));

createHelp();
createTheme(byId("theme"), () => {});
look();
