// The one story that must never break: two people find each other and talk, and the server dies in the middle.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { ANA, acquaint, BEN, message, newcomer, say } from "./support/people.mjs";
import { shownMessages } from "./support/screen.mjs";
import { Server } from "./support/server.mjs";
import { acknowledged, countSockets } from "./support/wire.mjs";

let server;
let browser;
before(async () => {
	server = await Server.start();
	browser = await launch();
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

const DONE = '[data-fate="sent"], [data-fate="delivered"], [data-fate="read"]';
const EACH = 12;

test("two people join by e-mail and mobile, match, talk live, and lose nothing when the server is killed", async () => {
	const ana = await newcomer(browser, server.url, ANA);
	const ben = await newcomer(browser, server.url, BEN);
	const acks = [acknowledged(ana.page), acknowledged(ben.page)];
	const sockets = [countSockets(ana.page), countSockets(ben.page)];
	// The listeners hear only sockets that open from now on: one reload before the story begins.
	await Promise.all([ana.page.reload(), ben.page.reload()]);
	await acquaint(ana, ben, { first: ANA.name, second: BEN.name });

	await say(ben, "ben live");
	await message(ana, "ben live").waitFor();
	await say(ana, "ana live");
	await message(ben, "ana live").waitFor();

	const ends = [ana.expectOutage(), ben.expectOutage()];
	// Half is under way when the server dies, half is written while it is dead.
	for (let i = 1; i <= EACH / 2; i++) await Promise.all([say(ana, `ana ${i}`), say(ben, `ben ${i}`)]);
	await server.kill();
	for (let i = EACH / 2 + 1; i <= EACH; i++) await Promise.all([say(ana, `ana ${i}`), say(ben, `ben ${i}`)]);
	await Promise.all([ana, ben].map((w) => w.page.getByText("No connection.").waitFor()));
	const before = sockets.map((s) => s.opened);
	await server.restart();

	await Promise.all(
		[ana, ben].map((w) => w.page.getByText("No connection.").waitFor({ state: "detached", timeout: 30_000 })),
	);
	await ana.page.setViewportSize({ width: 1280, height: 3600 });
	await ben.page.setViewportSize({ width: 1280, height: 3600 });
	for (const [writer, reader, name] of [
		[ana, ben, "ana"],
		[ben, ana, "ben"],
	]) {
		for (let i = 1; i <= EACH; i++) {
			await exact(writer, `${name} ${i}`).and(writer.page.locator(DONE)).waitFor();
			await exact(reader, `${name} ${i}`).waitFor();
		}
	}
	for (const end of ends) end();
	for (const [i, s] of sockets.entries())
		assert.ok(s.opened > before[i], "the page connected again by itself");

	const [shownToAna, shownToBen] = await Promise.all([shownMessages(ana.page), shownMessages(ben.page)]);
	assert.deepEqual(shownToAna, shownToBen, "both see the same messages at the same seqs");
	const seqs = shownToAna.map((m) => m.seq);
	assert.deepEqual(
		seqs,
		[...new Set(seqs)].sort((a, b) => a - b),
		"in the order of seq, none twice",
	);
	const texts = shownToAna.map((m) => m.text);
	assert.equal(new Set(texts).size, texts.length, "no message is doubled");
	assert.equal(texts.length, 3 + 2 * EACH, "no message is lost");
	for (const name of ["ana", "ben"]) {
		const own = texts.filter((t) => new RegExp(`^${name} \\d+$`).test(t));
		assert.deepEqual(
			own,
			Array.from({ length: EACH }, (_, i) => `${name} ${i + 1}`),
			`${name}'s messages stand in the order of writing`,
		);
	}
	const bySeq = new Map(shownToAna.map((m) => [m.text, m.seq]));
	let judged = 0;
	for (const [text, given] of acks.flatMap((a) => [...a])) {
		assert.deepEqual(
			[...given],
			[bySeq.get(text)],
			`"${text}" stands at the seq that was acknowledged, each time`,
		);
		judged += 1;
	}
	assert.equal(judged, texts.length, "every message was acknowledged");

	await say(ana, "ana after all");
	await message(ben, "ana after all").waitFor();
	ana.assertQuiet();
	ben.assertQuiet();
});

function exact(window, text) {
	return window.page.getByRole("article").filter({ has: window.page.getByText(text, { exact: true }) });
}
