// Light, dark, or what the system says. Only the choice is kept; nothing else of the page is stored in the browser.

function stored() {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null;
  }
}

function store(theme) {
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // Without storage the choice holds until the page is closed.
  }
}

function apply(theme) {
  const root = document.documentElement;
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
}

/** Wires the radio group of themes; `onChange` is called whenever the colours in force may have changed. */
export function createTheme(group, onChange) {
  const current = document.documentElement.dataset.theme ?? stored() ?? "auto";
  const chosen = group.querySelector(`input[value="${current}"]`) ??
    group.querySelector('input[value="auto"]');
  chosen.checked = true;
  group.addEventListener("change", (event) => {
    store(event.target.value);
    apply(event.target.value);
    onChange();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", onChange);

  // Paper is light: canvases are drawn once more with light colours for printing.
  window.addEventListener("beforeprint", () => {
    apply("light");
    onChange({ atOnce: true });
  });
  window.addEventListener("afterprint", () => {
    apply(group.querySelector("input:checked").value);
    onChange();
  });
}
