import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** The web client as one file that a host page loads: `dist/widget.js`, beside what the first build left there. */
export default defineConfig({
	plugins: [react(), tailwindcss(), compressed()],
	resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
	define: {
		"process.env.NODE_ENV": JSON.stringify("production"),
		"import.meta.env.VITE_ONE_FILE": "true",
	},
	publicDir: false,
	build: {
		target: "es2022",
		emptyOutDir: false,
		reportCompressedSize: false,
		lib: { entry: "src/widget/element.ts", formats: ["es"], fileName: () => "widget.js" },
		rolldownOptions: {
			output: {
				codeSplitting: false,
				// Vite leaves blanks and notes in a library of modules, for the bundlers of others; this file goes to browsers as
				// it is. What licences ask for stays.
				minify: true,
				comments: { legal: true, annotation: false, jsdoc: false },
			},
		},
	},
});

/** Lays `widget.js.br` beside the file, for servers that send it as it is. */
function compressed(): Plugin {
	return {
		name: "chatlink-widget-compressed",
		apply: "build",
		closeBundle() {
			const widget = fileURLToPath(new URL("./dist/widget.js", import.meta.url));
			writeFileSync(`${widget}.br`, brotliCompressSync(readFileSync(widget)));
		},
	};
}
