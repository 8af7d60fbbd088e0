// Light, dark, or as the system has it. Kept where the browser lets a file keep something.
import { h } from "./dom.js";

const themes = ["auto", "light", "dark"] as const;
type Theme = (typeof themes)[number];
const key = "eqlab-theme";

function kept(): Theme {
  try {
    return themes.find((theme) => theme === localStorage.getItem(key)) ?? "auto";
  } catch {
    return "auto";
  }
}

function keep(theme: Theme): void {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // A page opened from disk may not be allowed to; then the choice lasts as long as the page.
  }
}

export function themeSwitch(): HTMLElement {
  const apply = (theme: Theme): void => {
    if (theme === "auto") document.documentElement.removeAttribute("data-theme");
    else document.documentElement.setAttribute("data-theme", theme);
  };
  const now = kept();
  apply(now);
  return h(
    "fieldset",
    { class: "segments theme" },
    h("legend", { class: "unseen" }, "Colours"),
    themes.map((theme) =>
      h(
        "label",
        null,
        h("input", {
          type: "radio",
          name: "theme",
          value: theme,
          checked: theme === now,
          on: {
            change: () => {
              apply(theme);
              keep(theme);
            },
          },
        }),
        h("span", null, theme),
      ),
    ),
  );
}
