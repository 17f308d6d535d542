// The ways into a group: by a link, through an open door, by asking.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Window } from "./support/browser.mjs";
import {
	ANA,
	BEN,
	button,
	EVA,
	field,
	link,
	message,
	newcomer,
	openFrom,
	registerHere,
	say,
} from "./support/people.mjs";
import { assertAccessible, assertFits } from "./support/screen.mjs";
import { Server } from "./support/server.mjs";

let server;
let browser;
let ana;
let ben;
let eva;
/** Every address that any page asked for. */
const asked = [];

function listen(window) {
	window.page.on("request", (request) => asked.push(request.url()));
	return window;
}

before(async () => {
	server = await Server.start();
	browser = await launch();
	ben = listen(await newcomer(browser, server.url, BEN));
	ana = listen(await newcomer(browser, server.url, ANA));
	eva = listen(await Window.open(browser, server.url, { viewport: { width: 360, height: 740 } }));
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

const choice = (window, name) => window.page.getByRole("combobox", { name, exact: true });

/** Makes a link on the page about the group, and answers it. */
async function makeLink(window, uses) {
	await button(window.page, "New link").click();
	await choice(window, "How many may come in by it").selectOption(uses);
	await button(window.page, "Make the link").click();
	const made = await field(window.page, "Link").inputValue();
	await button(window.page, "Close").click();
	await field(window.page, "Link").waitFor({ state: "detached" });
	return made;
}

test("a group is made of nobody yet, and a link lets one person in", async () => {
	await link(ben.page, "New group").click();
	await field(ben.page, "Group name").fill("Cine");
	await button(ben.page, "Create group").click();
	await link(ben.page, /Cine.*member/).click();
	await button(ben.page, "New link").click();
	await assertAccessible(ben.page, "making a link");
	await ben.page.keyboard.press("Escape");
	const made = await makeLink(ben, "1");
	assert.match(made, /\/join#[\w-]{43}$/);
	await ben.page.getByText("Used: 0 of 1").waitFor();

	await ana.page.goto(made);
	await ana.page.getByRole("heading", { name: "Cine", level: 2 }).waitFor();
	await ana.page.getByText("1 member").waitFor();
	await assertAccessible(ana.page, "an invitation");
	await button(ana.page, "Join the group").click();
	await ana.page.getByRole("heading", { name: "Cine", level: 1 }).waitFor();
	await ben.page.getByRole("list", { name: "Members" }).getByText(ANA.name).waitFor();
	await ben.page.getByText("There is no link at the moment.").waitFor();
	await say(ana, "here I am");
	await link(ben.page, "Back").click();
	await message(ben, "here I am").waitFor();
	await ben.page.getByText("Ana Torres joined").waitFor();
});

test("somebody new registers on the way and ends at the invitation", async () => {
	await link(ben.page, /Cine.*members/).click();
	const made = await makeLink(ben, "");
	await eva.page.goto(made);
	await eva.page.getByText(/Log in or create an account to see the group/).waitFor();
	assert.doesNotMatch(eva.page.url(), /[\w-]{43}/, "the address of the login says nothing of the link");
	await registerHere(eva, EVA);
	await eva.page.getByRole("heading", { name: "Cine", level: 2 }).waitFor();
	await assertFits(eva.page, "an invitation");
	await button(eva.page, "Join the group").click();
	await eva.page.getByRole("heading", { name: "Cine", level: 1 }).waitFor();
	await ben.page.getByText("Used: 1", { exact: true }).waitFor();
	const token = made.split("#")[1];
	assert.ok(asked.length > 0 && !asked.some((url) => url.split("#")[0].includes(token)));
});

test("a link that was taken back lets nobody in", async () => {
	const made = await makeLink(ben, "10");
	const row = ben.page.getByRole("listitem").filter({ hasText: "Used: 0 of 10" });
	await row.getByRole("button", { name: "Take the link back" }).click();
	await row.waitFor({ state: "detached" });
	ana.expectStatus(404, "/v1/invites/preview", 4);
	await ana.page.goto(made);
	await ana.page.getByText("This link does not work", { exact: true }).waitFor();
	await link(ana.page, "Back").click();
});

test("a public group is found, asked for, and lets in", async () => {
	// Ben's second group: nobody is in it yet.
	await link(ben.page, /Chats/).first().click();
	await link(ben.page, "New group").click();
	await field(ben.page, "Group name").fill("Teatro");
	await button(ben.page, "Create group").click();
	await link(ben.page, /Teatro.*member/).click();
	await ben.page.getByRole("switch", { name: "Public group" }).click();
	await choice(ben, "How people come in").selectOption({ label: "When an admin lets them in" });
	await choice(ben, "Language").selectOption({ label: "Spanish" });
	await choice(ben, "Level").selectOption({ label: "B1 · Intermediate" });
	await assertAccessible(ben.page, "a public group's settings");
	await link(ben.page, "Back").click();
	await ben.page.getByText("Ben Carter set the level to B1").waitFor();

	await link(ana.page, /Partners/).click();
	await link(ana.page, "Groups").click();
	const card = ana.page.getByRole("listitem", { name: "Teatro" });
	await card.getByText("1 member · Spanish · B1").waitFor();
	await choice(ana, "Language").selectOption({ label: "French" });
	await ana.page.getByText("No group fits these filters").waitFor();
	await button(ana.page, "Clear the filters").click();
	await card.waitFor();
	await assertAccessible(ana.page, "public groups");
	await card.getByRole("button", { name: "Ask to join" }).click();
	await card.getByText("Asked").waitFor();
	await link(ben.page, "1 person asks to come in").waitFor();
	await assertAccessible(ana.page, "an asking that waits");
	await card.getByRole("button", { name: "Take back" }).click();
	await ana.page.getByText("You ask no more.").waitFor();
	await link(ben.page, "1 person asks to come in").waitFor({ state: "detached" });
	await card.getByRole("button", { name: "Ask to join" }).click();
	await card.getByText("Asked").waitFor();

	await link(ben.page, "1 person asks to come in").click();
	const asking = ben.page.getByRole("list", { name: "Asking to come in" });
	await asking.getByText(ANA.name).waitFor();
	await assertAccessible(ben.page, "who asks to come in");
	await button(ben.page, "Let in").click();
	await asking.waitFor({ state: "detached" });
	await openFrom(ana, "Teatro");
	await say(ana, "thank you");
	await link(ben.page, "Back").click();
	await message(ben, "thank you").waitFor();
});

test("nothing went wrong in the console meanwhile", () => {
	for (const window of [ana, ben, eva]) window.assertQuiet();
});
