import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The web client as one file that a host page loads: `dist/widget.js`, beside what the first build left there. */
export default defineConfig({
	plugins: [react(), tailwindcss()],
	resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
	define: { "process.env.NODE_ENV": JSON.stringify("production") },
	publicDir: false,
	build: {
		target: "es2022",
		emptyOutDir: false,
		reportCompressedSize: false,
		lib: { entry: "src/widget/element.ts", formats: ["es"], fileName: () => "widget.js" },
		rolldownOptions: { output: { codeSplitting: false } },
	},
});
