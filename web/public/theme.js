// Runs before the first paint, so that a dark page never flashes white. A file of its own: the CSP allows no inline script.
(() => {
	let theme = "system";
	try {
		theme = localStorage.getItem("chatlink.theme") ?? "system";
	} catch {
		// Storage may be closed to us; the system's theme is a fine answer.
	}
	const dark = theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
	document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
