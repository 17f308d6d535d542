import tokens from "../styles/tokens.css?raw";
import look from "./widget.css?inline";

/** What a host page may set is named after the token, `--chatlink-accent` for `--accent`; the token's own value is the default. */
const themable = tokens
	.replaceAll(/^(\t--)([\w-]+):\s*([^;]+);/gm, "$1$2: var(--chatlink-$2, $3);")
	.replaceAll(":root", ".chatlink");

/** In an object, since a bundler copies a plain constant of 36 kB to each place that names it. */
const texts = { look };

const sheet = (css: string): CSSStyleSheet => {
	const made = new CSSStyleSheet();
	made.replaceSync(css);
	return made;
};

let sheets: CSSStyleSheet[] | undefined;

/** Dresses a shadow root. Registered properties count in documents alone, so they are registered there, once. */
export function dress(root: ShadowRoot): void {
	if (!sheets) {
		document.adoptedStyleSheets.push(sheet(texts.look.match(/@property[^}]+}/g)?.join("\n") ?? ""));
		sheets = [sheet(texts.look), sheet(themable)];
	}
	root.adoptedStyleSheets = sheets;
}
