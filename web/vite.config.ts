import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds the API; the built page is served by the server itself. */
const server = process.env.CHATLINK_DEV_SERVER ?? "http://127.0.0.1:8080";

export default defineConfig({
	plugins: [react(), tailwindcss(), compressed()],
	resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
	build: {
		target: "es2022",
		// The page's CSP has no `data:` for fonts and scripts, so nothing may be inlined.
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		reportCompressedSize: false,
		chunkSizeWarningLimit: 900,
	},
	server: {
		proxy: {
			"/v1": { target: server, ws: true },
			"/dev": { target: server },
			"/app.json": { target: server },
		},
	},
	test: {
		environment: "happy-dom",
		include: ["src/**/*.test.{ts,tsx}"],
		setupFiles: ["src/test/setup.ts"],
		restoreMocks: true,
		// The machine may be building the server beside us.
		testTimeout: 30_000,
	},
});

/** Lays a `.br` beside each file of the build that is clearly smaller so: the server sends it as it is. */
function compressed(): Plugin {
	return {
		name: "chatlink-compressed",
		apply: "build",
		closeBundle() {
			const dist = fileURLToPath(new URL("./dist", import.meta.url));
			for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
				const path = join(dist, name);
				if (name.endsWith(".br") || !statSync(path).isFile()) continue;
				const bytes = readFileSync(path);
				const small = brotliCompressSync(bytes);
				if (small.length < bytes.length * 0.9) writeFileSync(`${path}.br`, small);
			}
		},
	};
}
