// Light, dark, or what the system says. Only the choice is kept; nothing else of the page is stored in the browser.

function stored() {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null;
  }
}

/** @param {string} theme */
function store(theme) {
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // Without storage the choice holds until the page is closed.
  }
}

/** @param {string} theme */
function apply(theme) {
  const root = document.documentElement;
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
}

/**
 * Wires the radio group of themes; `onChange` is called whenever the colours in force may have changed.
 *
 * @param {HTMLElement} group
 * @param {(how?: { atOnce: boolean }) => void} onChange
 */
export function createTheme(group, onChange) {
  const inputs = [...group.querySelectorAll("input")];
  const current = document.documentElement.dataset.theme ?? stored() ?? "auto";
  const chosen = inputs.find(({ value }) => value === current) ??
    inputs.find(({ value }) => value === "auto");
  if (chosen) chosen.checked = true;
  group.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    store(target.value);
    apply(target.value);
    onChange();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => onChange());

  // Paper is light: canvases are drawn once more with light colours for printing.
  addEventListener("beforeprint", () => {
    apply("light");
    onChange({ atOnce: true });
  });
  addEventListener("afterprint", () => {
    apply(inputs.find(({ checked }) => checked)?.value ?? "auto");
    onChange();
  });
}
