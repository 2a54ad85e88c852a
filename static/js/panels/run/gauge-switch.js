// The switch that shows or hides the gauges below the bars.

/** They show as soon as there is a run, unless a person has said otherwise. */
export function gaugesAreShown({ gaugesShown, run }) {
  return gaugesShown ?? Boolean(run?.run);
}

/** Wires the button; the returned function shows a state in it. */
export function createGaugeSwitch(button, store) {
  button.addEventListener("click", () => store.set({ gaugesShown: !gaugesAreShown(store.get()) }));
  return (state) => button.setAttribute("aria-expanded", String(gaugesAreShown(state)));
}
