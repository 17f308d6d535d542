// Messages that do not stay: a conversation's own time, set by one, seen and felt by both; and a message's own.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Window } from "./support/browser.mjs";
import {
	ANA,
	acquaint,
	act,
	BEN,
	button,
	field,
	link,
	login,
	message,
	newcomer,
	openFrom,
	PASSWORD,
	say,
	sayMany,
} from "./support/people.mjs";
import { assertAccessible, assertFits, shownMessages } from "./support/screen.mjs";
import { Server } from "./support/server.mjs";

/** More than a page of the timeline. */
const LINES = 60;
let server;
let browser;
let ana;
let ben;
before(async () => {
	server = await Server.start();
	browser = await launch();
	ana = await newcomer(browser, server.url, ANA, { viewport: { width: 360, height: 740 } });
	ben = await newcomer(browser, server.url, BEN);
	await acquaint(ana, ben, { first: ANA.name, second: BEN.name }, "this stays");
	await openFrom(ben, ANA.name);
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

const timer = (window) => window.page.getByRole("combobox", { name: "Disappearing messages" });

/** A call of Ana's from another client. */
async function call(method, path, body, token) {
	const answer = await fetch(`${server.url}/v1${path}`, {
		method,
		headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
		body: body && JSON.stringify(body),
	});
	assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
	return answer.json();
}

/** Ana sets how many seconds messages stay; `null`: without end. */
async function setTimer(expires_in) {
	const { session } = await call("POST", "/sessions", { login: ANA.username, password: PASSWORD });
	const token = session.access_token;
	const rooms = await call("GET", "/rooms", undefined, token);
	await call("PATCH", `/rooms/${rooms.items[0].id}`, { expires_in }, token);
}

/** Somebody says something that goes after a time. */
async function sayFor(window, life, text) {
	const input = window.page.getByRole("textbox", { name: "Message", exact: true });
	await input.fill(text);
	await button(window.page, "Let this message disappear").click();
	await window.page.getByRole("menuitem", { name: `After ${life}` }).click();
	await input.press("Enter");
}

test("one message goes and the others stay, as its writer chose", async () => {
	const input = ana.page.getByRole("textbox", { name: "Message", exact: true });
	const choose = () => button(ana.page, "Let this message disappear").click();
	await input.fill("only for a moment");
	await choose();
	await assertAccessible(ana.page, "how long a message stays");
	await ana.page.getByRole("menuitem", { name: "After 1 hour" }).click();
	await ana.page.getByText("This message disappears after 1 hour.").waitFor();
	await button(ana.page, "Send later").waitFor();
	await assertFits(ana.page, "a message with a time");
	await button(ana.page, "Let it stay").click();
	await ana.page.getByText("This message disappears").waitFor({ state: "detached" });
	await choose();
	await ana.page.getByRole("menuitem", { name: "After 1 minute" }).click();
	await input.press("Enter");
	for (const window of [ana, ben])
		await message(window, "only for a moment")
			.getByText(/^Disappears /)
			.waitFor({ state: "attached" });
	await ana.page.getByText("This message disappears").waitFor({ state: "detached" });
	assert.equal(await button(ana.page, "Let this message disappear").count(), 0, "nothing is written");
});

test("one sets a time, both are told, and what is written then says when it goes", async () => {
	await ana.page
		.getByRole("button", { name: new RegExp(BEN.name) })
		.last()
		.click();
	await ana.page.getByRole("menuitem", { name: "Disappearing messages" }).click();
	await assertAccessible(ana.page, "the timer");
	await timer(ana).selectOption("86400");
	await button(ana.page, "Close").click();
	for (const window of [ana, ben]) {
		await window.page.getByText(`${ANA.name} lets messages disappear after 1 day`).waitFor();
		await window.page.getByText("Messages here disappear after 1 day.").waitFor();
	}
	await say(ben, "until tomorrow");
	await message(ana, "until tomorrow")
		.getByText(/^Disappears /)
		.waitFor({ state: "attached" });
	assert.equal(
		await message(ana, "this stays")
			.getByText(/^Disappears /)
			.count(),
		0,
	);
	await assertFits(ana.page, "a conversation with a timer");
	await assertAccessible(ana.page, "a conversation with a timer");
});

test("a message whose time has come is gone from both screens", async () => {
	await setTimer(2);
	await ben.page.getByText("Messages here disappear after 2 seconds.").waitFor();
	await say(ben, "gone in no time");
	for (const window of [ana, ben]) await message(window, "gone in no time").waitFor({ state: "detached" });
	await message(ana, "this stays").waitFor();
});

test("an hour later no word is left in the list, stars, search, corrections or a quote, also without a connection", async () => {
	await setTimer(null);
	await ben.page.getByText("Messages here disappear").waitFor({ state: "detached" });
	// A clock that the test turns on: an hour passes there at once.
	const desk = await Window.open(browser, server.url);
	await desk.context.clock.install();
	await login(desk, BEN.username);
	await openFrom(desk, ANA.name);
	await sayFor(ana, "1 hour", "the first word of an hour");
	await act(desk, "the first word of an hour", "Star");
	await message(desk, "the first word of an hour").locator("[data-starred]").waitFor();
	await act(desk, "the first word of an hour", "Reply");
	await sayMany(
		ana,
		Array.from({ length: LINES }, (_, i) => `line ${i + 1}`),
	);
	await say(desk, "what I think of it");
	await sayFor(desk, "1 hour", "a wrod of an hour");
	await act(ana, "a wrod of an hour", "Correct…");
	await field(ana.page, "Improved text").fill("a word of an hour");
	await button(ana.page, "Send correction").click();
	await sayFor(ana, "1 hour", "the last word of an hour");
	await message(desk, "the last word of an hour").waitFor();
	await desk.page.reload();
	const quote = message(desk, "what I think of it").getByRole("blockquote");
	await quote.getByText("the first word").waitFor();
	const loaded = (await shownMessages(desk.page)).map(({ text }) => text);
	assert.ok(!loaded.includes("the first word of an hour"), "what is quoted is not loaded");
	const row = desk.page.getByRole("list", { name: "Chats" }).getByRole("link", { name: ANA.name });
	await row.getByText("the last word").waitFor();
	const stars = await desk.context.newPage();
	await stars.goto("/stars");
	await stars.getByRole("link", { name: /the first word/ }).waitFor();
	const search = await desk.context.newPage();
	await search.goto("/search?q=word");
	const found = search.getByRole("list", { name: "Messages found" });
	await found.getByRole("link").nth(1).waitFor();
	const corrections = await desk.context.newPage();
	await corrections.goto("/profile");
	await link(corrections, "My corrections").click();
	await corrections.getByRole("listitem").filter({ hasText: "of an hour" }).waitFor();
	await server.kill();
	await desk.page.getByText("No connection.").waitFor();
	await desk.context.clock.fastForward("01:00:01");
	for (const place of [row, quote, stars.getByRole("main"), found])
		await place.getByText("Message deleted").first().waitFor();
	for (const page of [desk.page, stars, search, corrections]) {
		await page.waitForFunction(() => !document.body.textContent.includes("of an hour"));
		await assertAccessible(page, "what is gone");
	}
	await desk.close();
});
