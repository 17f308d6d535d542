import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What the log shows, top to bottom: the seq and the text of each message. */
export async function shownMessages(page) {
	return page.getByRole("log").evaluate((log) =>
		[...log.querySelectorAll("article[data-seq]")].map((article) => ({
			seq: Number(article.getAttribute("data-seq")),
			text: article.querySelector("[data-text]")?.textContent ?? "",
		})),
	);
}

/** Waits until nothing comes in or goes out any more; what turns without end does not count. */
async function atRest(page) {
	await page.evaluate(async () => {
		const passing = document
			.getAnimations()
			.filter((animation) => animation.playState === "running")
			.filter((animation) => animation.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
		// One that is cancelled has come to rest, too.
		await Promise.allSettled(passing.map((animation) => animation.finished));
	});
}

/** Holds the page, once it is at rest, to WCAG 2.2 AA as far as axe can judge. */
export async function assertAccessible(page, name) {
	await page.evaluate(AXE);
	await atRest(page);
	const { violations } = await page.evaluate(() =>
		globalThis.axe.run(document, {
			// A menu that floats beside its button stands in no landmark, and need not.
			rules: { region: { enabled: document.querySelector("[role=menu]") === null } },
			runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
		}),
	);
	const found = violations.map(
		(v) => `${v.id}: ${v.nodes.map((n) => `${n.html} ${n.failureSummary}`).join(" | ")}`,
	);
	assert.deepEqual(found, [], `${name} is accessible`);
}

/** Nothing is wider than the screen. */
export async function assertFits(page, name) {
	const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
	assert.ok(content <= screen, `${name} fits into ${screen} px (is ${content})`);
}

/** Judges a page in both themes and both widths. */
export async function judge(page, name) {
	for (const viewport of [
		{ width: 360, height: 740 },
		{ width: 1440, height: 900 },
	]) {
		await page.setViewportSize(viewport);
		await assertFits(page, name);
		for (const colorScheme of ["light", "dark"]) {
			await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
			await assertAccessible(page, `${name} at ${viewport.width} px, ${colorScheme}`);
		}
	}
}

/** Presses Tab until the element has the focus, as a person without a mouse would. */
export async function tabTo(page, target, most = 120) {
	for (let i = 0; i < most; i++) {
		if ((await target.count()) === 1 && (await target.evaluate((node) => node === document.activeElement)))
			return;
		await page.keyboard.press("Tab");
	}
	assert.fail(`Tab does not reach ${target}`);
}
