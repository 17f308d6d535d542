// What a change must pass before it is committed: format and lint, types, words, components, unit tests. All run, even after a failure.
import { spawnSync } from "node:child_process";

const steps = [
	["biome", ["biome", "ci", "."]],
	["types", ["tsc", "-p", "."]],
	["words", ["node", "scripts/i18n.mjs"]],
	["components", ["node", "scripts/components.mjs"]],
	["tests", ["vitest", "run"]],
];

const failed = [];
for (const [name, [command, ...args]] of steps) {
	console.log(`\n── ${name}`);
	const program = command === "node" ? process.execPath : `node_modules/.bin/${command}`;
	const { status } = spawnSync(program, args, { stdio: "inherit" });
	if (status !== 0) failed.push(name);
}
console.log(
	failed.length
		? `\ncheck: failed in ${failed.join(", ")}`
		: `\ncheck: ${steps.length} of ${steps.length} steps passed`,
);
process.exit(failed.length ? 1 : 0);
