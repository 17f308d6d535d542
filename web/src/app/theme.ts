export type Theme = "system" | "light" | "dark";

const KEY = "chatlink.theme";
const media = () => matchMedia("(prefers-color-scheme: dark)");

export function currentTheme(): Theme {
	const stored = localStorage.getItem(KEY);
	return stored === "light" || stored === "dark" ? stored : "system";
}

export function setTheme(theme: Theme): void {
	localStorage.setItem(KEY, theme);
	paint();
}

/** Follows the system's theme for as long as none was chosen. */
export function startTheme(): void {
	paint();
	media().addEventListener("change", paint);
}

function paint(): void {
	const theme = currentTheme();
	const dark = theme === "dark" || (theme === "system" && media().matches);
	document.documentElement.dataset.theme = dark ? "dark" : "light";
	document.querySelector('meta[name="theme-color"]')?.setAttribute("content", dark ? "#131514" : "#f5f4f0");
}
