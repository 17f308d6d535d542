// The browser tests, one file after the other: `npm run e2e`, or `npm run e2e -- login` for the files with that in their name.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

const wanted = process.argv.slice(2);
const files = readdirSync("e2e")
	.filter(
		(name) => name.endsWith(".test.mjs") && (wanted.length === 0 || wanted.some((w) => name.includes(w))),
	)
	.map((name) => `e2e/${name}`);
if (!process.env.CHATLINK_TEST_SERVER) {
	console.error("CHATLINK_TEST_SERVER must name the built server, for example ../target/debug/chatlink");
	process.exit(1);
}
if (files.length === 0) {
	console.error(`no browser test is named ${wanted.join(", ")}`);
	process.exit(1);
}
const { status } = spawnSync(
	process.execPath,
	["--test", "--test-reporter=spec", "--test-concurrency=1", "--test-timeout=240000", ...files],
	{ stdio: "inherit" },
);
process.exit(status ?? 1);
