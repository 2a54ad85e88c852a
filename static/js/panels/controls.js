// The sidebar: settings in form and URL, the forecast of what is typed, Launch and Cancel.

import { api, Problem } from "../state/api.js";
import { unbroken } from "../model/words/describe.js";
import { byId, setText } from "../dom/elements.js";
import { createForm } from "./form.js";
import { isRunning } from "../model/run/status.js";
import { asTexts, settingsFromQuery } from "../state/settings.js";

const POOL_FIELDS = new Set(["pool_class", "pool_size", "max_overflow", "pool_timeout"]);
const TYPING_PAUSE = 150; // milliseconds after the last key before the forecast is asked for
const SECOND_PRESS = 500; // milliseconds in which a second press of Launch may not hit Cancel

export function createControls(store, navigation) {
  const { options } = store.get();
  const { fields } = options;
  const element = byId("controls");
  const form = createForm(byId("fields"), options);
  const launchButton = byId("launch");
  const cancelButton = byId("cancel");
  let timer = 0;
  let asked = 0;
  let launchedAt = -Infinity;
  let learnt = null; // the run that the forecast of an app last learnt from

  async function forecast() {
    asked += 1;
    const mine = asked;
    try {
      const { settings, forecast: promise } = await api.forecast(store.get().settings);
      if (mine === asked) store.set({ typed: settings, forecast: promise, fieldErrors: {} });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (mine === asked) refuse(error);
    }
  }

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

  function change(settings, pause) {
    store.set({ settings, launchError: "" });
    navigation.write();
    clearTimeout(timer);
    timer = setTimeout(forecast, pause);
  }

  async function launch(compare = null) {
    if (store.get().launching) return;
    launchedAt = performance.now();
    store.set({ launching: true, launchError: "" });
    try {
      await api.launch(store.get().settings, compare);
      navigation.live(); // who launches wants to see that run
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      store.set({ launching: false });
      if (error.errors.length > 0) {
        refuse(error);
        form.focusFirstError();
      } else {
        store.set({ launchError: error.message });
      }
    }
  }

  async function cancel() {
    const { run } = store.get();
    if (!isRunning(run)) return;
    try {
      await api.cancel(run.run);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      store.set({ launchError: error.message });
    }
  }

  element.addEventListener("input", ({ target }) => {
    // Who types a pool's size means it: an app's own pool would leave it without effect.
    if (POOL_FIELDS.has(target.name)) form.choose("pool_from", "here");
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

  function showButtons(going) {
    const hadFocus = document.activeElement === launchButton ||
      document.activeElement === cancelButton;
    launchButton.hidden = going;
    cancelButton.hidden = !going;
    if (hadFocus) (going ? cancelButton : launchButton).focus();
  }

  change(settingsFromQuery(location.search, fields), 0);
  navigation.whenSettingsCome((settings) => change(settings, 0));

  return {
    draw({ settings, fieldErrors, forecast: promise, launchError, launching, run }) {
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
