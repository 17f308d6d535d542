// Being told: what the browser shows while nobody looks, and what one does not want to be told.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Window } from "./support/browser.mjs";
import {
	ANA,
	acquaint,
	act,
	BEN,
	button,
	link,
	login,
	message,
	newcomer,
	openFrom,
	say,
} from "./support/people.mjs";
import { assertAccessible, assertFits } from "./support/screen.mjs";
import { Server } from "./support/server.mjs";

let server;
let browser;
let ana;
let ben;
before(async () => {
	server = await Server.start();
	browser = await launch();
	ana = await newcomer(browser, server.url, ANA);
	ben = await newcomer(browser, server.url, BEN, { viewport: { width: 360, height: 740 } });
	await ben.context.grantPermissions(["notifications"]);
	await ben.page.addInitScript(watchNotifications);
	await acquaint(ana, ben, { first: ANA.name, second: BEN.name });
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

/** Runs in the page: notes what would be shown, and lets the page be hidden. */
function watchNotifications() {
	window.shown = [];
	window.hide = (hidden) => {
		Object.defineProperty(document, "visibilityState", {
			configurable: true,
			get: () => (hidden ? "hidden" : "visible"),
		});
		document.dispatchEvent(new Event("visibilitychange"));
	};
	window.Notification = class {
		static permission = "default";
		static async requestPermission() {
			window.Notification.permission = "granted";
			return "granted";
		}
		constructor(title, options) {
			window.shown.push({ title, body: options.body, notification: this });
		}
		close() {
			this.closed = true;
		}
	};
}

const hide = (hidden) => ben.page.evaluate((h) => window.hide(h), hidden);
const shown = () => ben.page.evaluate(() => window.shown.map(({ title, body }) => ({ title, body })));
const toldOf = (text) =>
	ben.page.waitForFunction((t) => window.shown.some(({ body }) => body === t), text, { polling: 50 });
const toggle = (name) => ben.page.getByRole("switch", { name, exact: true });
const choice = (name) => ben.page.getByRole("combobox", { name, exact: true });

async function settings() {
	await link(ben.page, "Settings").first().click();
	await toggle("Quiet hours").waitFor();
}

async function toChats() {
	await link(ben.page, /Chats/).first().click();
}

test("one lets this browser show what comes, with or without its words, and is led there", async () => {
	await ben.page.goto("/settings");
	await toggle("Show in this browser").click();
	await toggle("Show what was written").waitFor();
	await assertAccessible(ben.page, "the settings of notifications");
	await assertFits(ben.page, "the settings of notifications");
	await say(ana, "seen, not shown");
	await ben.page.waitForFunction(() => document.title === "(1) ChatLink");
	await hide(true);
	await say(ana, "are you there?");
	await toldOf("are you there?");
	assert.deepEqual(await shown(), [{ title: ANA.name, body: "are you there?" }]);
	await toggle("Show what was written").click();
	await say(ana, "a secret");
	await toldOf("New message");
	await ben.page.evaluate(() => window.shown[0].notification.onclick());
	await message(ben, "are you there?").waitFor();
	await hide(false);
	await button(ben.page, "Back").or(link(ben.page, "Back")).first().click();
});

test("what is taken back, or read on another device, is told no longer", async () => {
	await toChats();
	await hide(true);
	await say(ana, "a slip of the pen");
	await ben.page.waitForFunction(() => window.shown.at(-1).notification.closed !== true);
	const before = (await shown()).length;
	await act(ana, "a slip of the pen", "Delete…");
	await button(ana.page, "Delete").click();
	await ben.page.waitForFunction(() => window.shown.at(-1).notification.closed === true);
	assert.equal((await shown()).length, before);
	await say(ana, "read elsewhere");
	await ben.page.waitForFunction(() => window.shown.at(-1).notification.closed !== true);
	const phone = await Window.open(browser, server.url);
	await login(phone, BEN.username);
	await openFrom(phone, ANA.name);
	await ben.page.waitForFunction(() => window.shown.at(-1).notification.closed === true);
	await phone.close();
	await hide(false);
});

test("in quiet hours nothing is shown, and it is counted all the same", async () => {
	await toChats();
	await settings();
	await toggle("Quiet hours").click();
	const from = ben.page.getByLabel("From", { exact: true });
	const to = ben.page.getByLabel("To", { exact: true });
	await from.fill("00:00");
	await from.blur();
	await to.fill("00:00");
	await to.blur();
	await ben.page.getByText("Choose another time than the beginning.").waitFor();
	await to.fill("23:59");
	await to.blur();
	const before = (await shown()).length;
	await hide(true);
	await say(ana, "good night");
	await ben.page.waitForFunction(() => document.title === "(1) ChatLink");
	assert.equal((await shown()).length, before);
	await hide(false);
	await toggle("Quiet hours").click();
	await from.waitFor({ state: "detached" });
});

test("a conversation can be silent, and heard again", async () => {
	await toChats();
	await openFrom(ben, ANA.name);
	await message(ben, "good night").waitFor();
	await button(ben.page, `More about ${ANA.name}`).click();
	await ben.page.getByRole("menuitem", { name: "Notifications" }).click();
	await assertAccessible(ben.page, "what is told of a conversation");
	await choice("In this conversation").selectOption({ label: "Nothing" });
	await button(ben.page, "Close").click();
	await link(ben.page, "Back").click();
	const before = (await shown()).length;
	await hide(true);
	await say(ana, "unheard");
	await ben.page.getByText("1 unread message").first().waitFor({ state: "attached" });
	assert.equal((await shown()).length, before);
	assert.equal(await ben.page.title(), "ChatLink");
	await hide(false);
	await ben.page.reload();
	await ben.page.getByText("1 unread message").first().waitFor({ state: "attached" });
	assert.equal(await ben.page.title(), "ChatLink");
});

test("nobody's console complained", () => {
	for (const window of [ana, ben]) window.assertQuiet();
});
