// What one does with conversations for oneself: mute, mark as unread, archive, pin.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import {
	ANA,
	acquaint,
	BEN,
	button,
	EVA,
	link,
	message,
	newcomer,
	openFrom,
	say,
} from "./support/people.mjs";
import { assertAccessible, tabTo } from "./support/screen.mjs";
import { Server } from "./support/server.mjs";

let server;
let browser;
let ana;
let ben;
let eva;
before(async () => {
	server = await Server.start();
	browser = await launch();
	ana = await newcomer(browser, server.url, ANA, { reducedMotion: "reduce" });
	ben = await newcomer(browser, server.url, BEN);
	eva = await newcomer(browser, server.url, EVA);
	await acquaint(ben, eva, { first: BEN.name, second: EVA.name });
	await acquaint(ana, ben, { first: ANA.name, second: BEN.name });
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

const list = (window, name = "Chats") => window.page.getByRole("list", { name, exact: true });
const row = (window, name, of) => list(window, of).getByRole("listitem").filter({ hasText: name });
const title = (window, wanted) => window.page.waitForFunction((t) => document.title === t, wanted);
const toList = (window) => link(window.page, /Chats/).first().click();

async function choose(window, name, action, of) {
	await row(window, name, of).hover();
	await row(window, name, of)
		.getByRole("button", { name: `Actions for ${name}` })
		.click();
	await window.page.getByRole("menuitem", { name: action, exact: true }).click();
}

test("a muted conversation counts in the list and not in the title, until it is heard again", async () => {
	await toList(ben);
	await choose(ben, ANA.name, "Mute for 8 hours");
	await row(ben, ANA.name).getByText("Muted").waitFor({ state: "attached" });
	await say(ana, "are you awake?");
	await row(ben, ANA.name).getByText("1 unread message").waitFor({ state: "attached" });
	assert.equal(await ben.page.title(), "ChatLink");
	await ben.page.reload();
	await row(ben, ANA.name).getByText("Muted").waitFor({ state: "attached" });
	assert.equal(await ben.page.title(), "ChatLink");
	await choose(ben, ANA.name, "Unmute");
	await title(ben, "(1) ChatLink");
	await choose(ben, ANA.name, "Mute always");
	await title(ben, "ChatLink");
	await choose(ben, ANA.name, "Unmute");
	await choose(ben, ANA.name, "Mark as read");
	await title(ben, "ChatLink");
	await row(ben, ANA.name).getByText("1 unread message").waitFor({ state: "detached" });
});

test("an open conversation is marked as unread and left, and opening it takes the mark off for good", async () => {
	await openFrom(ben, ANA.name);
	await message(ben, "are you awake?").waitFor();
	await button(ben.page, `More about ${ANA.name}`).click();
	await ben.page.getByRole("menuitem", { name: "Mark as unread" }).click();
	await ben.page.waitForURL("**/rooms");
	await title(ben, "(1) ChatLink");
	await ben.page.reload();
	await row(ben, ANA.name).getByText("Marked as unread").waitFor({ state: "attached" });
	await title(ben, "(1) ChatLink");
	await openFrom(ben, ANA.name);
	await title(ben, "ChatLink");
	await toList(ben);
	await ben.page.reload();
	await row(ben, ANA.name).waitFor();
	await row(ben, ANA.name).getByText("Marked as unread").waitFor({ state: "detached" });
	assert.equal(await ben.page.title(), "ChatLink");
});

test("an archived conversation is folded away, asks for nothing, and comes back", async () => {
	await row(ben, ANA.name).click({ button: "right" });
	await ben.page.getByRole("menuitem", { name: "Archive", exact: true }).click();
	const fold = button(ben.page, /^1 archived/);
	await fold.waitFor();
	assert.equal(await row(ben, ANA.name).count(), 0);
	await say(ana, "hidden from view");
	await button(ben.page, "1 archived 1 unread").waitFor();
	assert.equal(await ben.page.title(), "ChatLink");
	assert.equal(await fold.getAttribute("aria-expanded"), "false");
	await fold.click();
	await row(ben, ANA.name, "Archived").getByText("hidden from view").waitFor();
	await assertAccessible(ben.page, "the archive");
	await choose(ben, ANA.name, "Take out of the archive", "Archived");
	await row(ben, ANA.name).waitFor();
	await title(ben, "(1) ChatLink");
	await fold.waitFor({ state: "detached" });
});

test("a conversation is pinned by keyboard, and stands above newer ones", async () => {
	const first = (name) => list(ben).getByRole("listitem").first().filter({ hasText: name }).waitFor();
	const focused = (locator) => locator.and(ben.page.locator(":focus")).waitFor();
	const pin = ben.page.getByRole("menuitem", { name: "Pin" });
	await first(ANA.name);
	const actions = button(ben.page, `Actions for ${EVA.name}`);
	await tabTo(ben.page, actions);
	await ben.page.keyboard.press("Enter");
	await focused(pin);
	await ben.page.keyboard.press("Escape");
	await ben.page.getByRole("menu").waitFor({ state: "detached" });
	await focused(actions);
	await ben.page.keyboard.press("Enter");
	await focused(pin);
	await ben.page.keyboard.press("Enter");
	await row(ben, EVA.name).getByText("Pinned").waitFor({ state: "attached" });
	await say(ana, "newer still");
	await row(ben, ANA.name).getByText("newer still").waitFor();
	await first(EVA.name);
	await ben.page.reload();
	await row(ben, EVA.name).getByText("Pinned").waitFor({ state: "attached" });
	await first(EVA.name);
});

test("one goes to a day of a conversation, as the clocks of one's own zone tell it", async () => {
	await openFrom(ben, ANA.name);
	const header = button(ben.page, `More about ${ANA.name}`).first();
	const go = async (day) => {
		await header.click();
		await ben.page.getByRole("menuitem", { name: "Go to a day", exact: true }).click();
		await ben.page.getByLabel("Day", { exact: true }).fill(day);
		const asked = ben.page.waitForRequest(/timeline\?.*date=/);
		await button(ben.page, "Go there").click();
		return new URL((await asked).url()).searchParams;
	};
	const asked = await go("2026-01-31");
	assert.deepEqual([asked.get("date"), asked.get("time_zone")], ["2026-01-31", "Europe/Madrid"]);
	// The first message of all is the first of that day and later: it is there, and has the focus.
	const first = ben.page.getByRole("log").locator("[data-seq]").first();
	await first.and(ben.page.locator(":focus")).waitFor();
	await ben.page.getByRole("dialog").waitFor({ state: "detached" });
	await go("2098-01-01");
	await ben.page.getByText("Nothing was said since that day").waitFor();
});

test("nothing went wrong in the console meanwhile", () => {
	for (const window of [ana, ben, eva]) window.assertQuiet();
});
