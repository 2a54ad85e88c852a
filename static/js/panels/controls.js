// The sidebar: settings in form and URL, the forecast of what is typed, Launch and Cancel.

/** @import { Page } from "../types/page.d.ts" */
/** @import { Settings } from "../types/run.d.ts" */
/** @import { Problem } from "../state/api.js" */

import { api, attempt } from "../state/api.js";
import { unbroken } from "../model/words/describe.js";
import { byId, setText } from "../dom/elements.js";
import { createForm } from "./form.js";
import { isRunning } from "../model/run/status.js";
import { asTexts, settingsFromQuery } from "../state/settings.js";

const POOL_FIELDS = new Set(["pool_class", "pool_size", "max_overflow", "pool_timeout"]);
const TYPING_PAUSE = 150; // milliseconds after the last key before the forecast is asked for
const SECOND_PRESS = 500; // milliseconds in which a second press of Launch may not hit Cancel

/**
 * @param {Pick<Page, "store" | "navigation" | "options">} page
 * @returns {Page["controls"]}
 */
export function createControls({ store, navigation, options }) {
  const { fields } = options;
  const element = byId("controls");
  const form = createForm(byId("fields"), options);
  const launchButton = byId("launch", HTMLButtonElement);
  const cancelButton = byId("cancel", HTMLButtonElement);
  let timer = 0;
  let asked = 0;
  let launchedAt = -Infinity;
  /** @type {string | null} */
  let learnt = null; // the run that the forecast of an app last learnt from

  async function forecast() {
    asked += 1;
    const mine = asked;
    await attempt(
      async () => {
        const { settings, forecast: promise } = await api.forecast(store.get().settings);
        if (mine === asked) store.set({ typed: settings, forecast: promise, fieldErrors: {} });
      },
      (problem) => {
        if (mine === asked) refuse(problem);
      },
    );
  }

  /** @param {Problem} problem */
  function refuse(problem) {
    const { byField } = problem;
    const hasFields = Object.keys(byField).length > 0;
    store.set({
      typed: null,
      forecast: null,
      fieldErrors: byField,
      launchError: hasFields ? "" : problem.message,
    });
  }

  /**
   * @param {Settings} settings
   * @param {number} pause milliseconds until the forecast is asked for
   */
  function change(settings, pause) {
    store.set({ settings, launchError: "" });
    navigation.write();
    clearTimeout(timer);
    timer = setTimeout(forecast, pause);
  }

  /** @param {string | null} compare the run to be laid beside the new one */
  async function launch(compare = null) {
    if (store.get().launching) return;
    launchedAt = performance.now();
    store.set({ launching: true, launchError: "" });
    await attempt(
      async () => {
        await api.launch(store.get().settings, compare);
        navigation.live(); // who launches wants to see that run
      },
      (problem) => {
        store.set({ launching: false });
        if (problem.errors.length > 0) {
          refuse(problem);
          form.focusFirstError();
        } else {
          store.set({ launchError: problem.message });
        }
      },
    );
  }

  async function cancel() {
    const { run } = store.get();
    if (!run?.run || !isRunning(run)) return;
    const { run: name } = run;
    await attempt(() => api.cancel(name), ({ message }) => store.set({ launchError: message }));
  }

  element.addEventListener("input", ({ target }) => {
    const name = target instanceof HTMLInputElement || target instanceof HTMLSelectElement
      ? target.name
      : "";
    // Who types a pool's size means it: an app's own pool would leave it without effect.
    if (POOL_FIELDS.has(name)) form.choose("pool_from", "here");
    change(form.read(), TYPING_PAUSE);
  });
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    launch();
  });
  cancelButton.addEventListener("click", () => {
    if (performance.now() - launchedAt > SECOND_PRESS) cancel();
  });
  document.addEventListener("keydown", (event) => {
    if (
      event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")
    ) cancel();
  });

  /** @param {boolean} isGoing */
  function showButtons(isGoing) {
    const hadFocus = document.activeElement === launchButton ||
      document.activeElement === cancelButton;
    launchButton.hidden = isGoing;
    cancelButton.hidden = !isGoing;
    if (hadFocus) (isGoing ? cancelButton : launchButton).focus();
  }

  change(settingsFromQuery(location.search, fields), 0);
  navigation.whenSettingsCome((settings) => change(settings, 0));

  return {
    draw({ live: { settings, fieldErrors, forecast: promise, launchError, launching, run } }) {
      form.show(settings);
      form.showErrors(fieldErrors);
      setText(byId("forecast-sentence"), unbroken(promise?.sentence ?? ""));
      setText(byId("forecast-reason"), promise?.reason ?? "");
      setText(byId("launch-error"), launchError);
      showButtons(launching || isRunning(run));
      if (options.app && run?.status === "done" && run.run !== learnt) {
        learnt = run.run;
        forecast();
      }
    },
    /** Takes whole settings into the form, and the keyboard to the button that launches them. */
    take(settings) {
      change(asTexts(settings, fields), 0);
      (launchButton.hidden ? cancelButton : launchButton).focus();
    },
    /** Takes whole settings into the form and launches them, to be compared with the run that suggested them. */
    launchWith(settings) {
      change(asTexts(settings, fields), 0);
      const { route, run } = store.get();
      // A suggestion of a run out of the history is tried without that run beside it: the server has no mark of it.
      launch(route.opened === null ? run?.run ?? null : null);
      // The button that was pressed goes with its run: the new one is to be seen, and the keyboard has to be somewhere.
      byId("sentence").scrollIntoView({ block: "nearest" });
      byId("timeline").focus({ preventScroll: true });
    },
  };
}
