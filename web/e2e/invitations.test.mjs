// Whom somebody would bring into a group who does not know him is asked first: joins, declines, blocks.
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { ANA, BEN, button, EVA, field, link, message, newcomer, openFrom, say } from "./support/people.mjs";
import { assertAccessible } from "./support/screen.mjs";
import { Server } from "./support/server.mjs";

let server;
let browser;
let ana;
let ben;
let eva;
before(async () => {
	server = await Server.start();
	browser = await launch();
	ben = await newcomer(browser, server.url, BEN);
	ana = await newcomer(browser, server.url, ANA);
	eva = await newcomer(browser, server.url, EVA);
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

/** From the partner's card into a group. */
async function bring(window, person, group) {
	const { page } = window;
	await link(page, /Partners/).click();
	const card = page.getByRole("listitem", { name: person.name });
	await card.getByRole("button", { name: new RegExp(`More.*${person.name}`) }).click();
	await page.getByRole("menuitem", { name: "Add to a group…" }).click();
	await page.getByRole("radio", { name: group }).check();
	await assertAccessible(page, "adding to a group");
	await button(page, "Add").click();
	await page.getByText(`You do not know each other yet: ${person.name} is asked first.`).waitFor();
}

async function makeGroup(window, title) {
	await link(window.page, /Chats/).first().click();
	await link(window.page, "New group").click();
	await field(window.page, "Group name").fill(title);
	await button(window.page, "Create group").click();
	await window.page.getByRole("heading", { name: title, level: 1 }).waitFor();
}

const card = (window, group) => window.page.getByRole("listitem", { name: group });

test("who does not know the other is asked, sees what it is, and joins", async () => {
	await makeGroup(ben, "Cine");
	await say(ben, "before she came");
	await bring(ben, EVA, "Cine");
	await link(eva.page, "1 request").click();
	await card(eva, "Cine").getByText("Ben Carter invites you to this group.").waitFor();
	await card(eva, "Cine").getByText("1 member").waitFor();
	await assertAccessible(eva.page, "an invitation among the requests");
	await card(eva, "Cine").getByRole("button", { name: "Join" }).click();
	await eva.page.getByText("No requests").waitFor();
	await openFrom(eva, "Cine");
	await say(eva, "here I am");
	await openFrom(ben, "Cine");
	await message(ben, "here I am").waitFor();
	await ben.page.getByText("Eva Klein joined").waitFor();
});

test("who declines hears no more of it", async () => {
	await bring(ben, ANA, "Cine");
	await link(ana.page, "1 request").click();
	await card(ana, "Cine").getByRole("button", { name: "Decline" }).click();
	await ana.page.getByText("Request declined").waitFor();
	await link(ana.page, "1 request").waitFor({ state: "detached" });
	await bring(ben, ANA, "Cine");
});

test("whoever invited takes it back, and does not learn who declined", async () => {
	await makeGroup(ben, "Libros");
	await bring(ben, ANA, "Libros");
	await link(ana.page, "1 request").click();
	await card(ana, "Libros").waitFor();
	await openFrom(ben, "Libros");
	await ben.page
		.getByRole("link", { name: /Libros.*member/ })
		.last()
		.click();
	const invited = ben.page.getByRole("list", { name: "Invited" });
	await invited.getByText(ANA.name).waitFor();
	await assertAccessible(ben.page, "whom one invited");
	await button(invited, "Take back").click();
	await invited.waitFor({ state: "detached" });
	await ana.page.getByText("No requests").waitFor();
	await bring(ben, ANA, "Libros");
	await card(ana, "Libros").getByRole("button", { name: "Decline" }).click();
	await link(ana.page, "1 request").waitFor({ state: "detached" });
	await ana.page.getByRole("heading", { name: "Chats", level: 1 }).waitFor();
	await openFrom(ben, "Libros");
	await ben.page
		.getByRole("link", { name: /Libros.*member/ })
		.last()
		.click();
	await invited.getByText(ANA.name).waitFor();
	await button(invited, "Take back").click();
	await invited.waitFor({ state: "detached" });
});

test("who blocks whoever invites has no invitation any more", async () => {
	await makeGroup(ben, "Teatro");
	await bring(ben, ANA, "Teatro");
	await link(ana.page, "1 request").click();
	await card(ana, "Teatro")
		.getByRole("button", { name: new RegExp(`More.*${BEN.name}`) })
		.click();
	await ana.page.getByRole("menuitem", { name: /Block/ }).click();
	await button(ana.page, "Block").click();
	await ana.page.getByText("No requests").waitFor();
});

test("who is not to be found is suggested to nobody, and finds nobody", async () => {
	const { page } = eva;
	await link(page, /Settings/).click();
	const findMe = page.getByRole("combobox", { name: "Who finds me" });
	await findMe.selectOption({ label: "Nobody" });
	await page
		.getByRole("combobox", { name: "Who may write to me first" })
		.selectOption({ label: "People who share a language with me" });
	await assertAccessible(page, "who finds and who writes");
	await link(page, /Partners/).click();
	await page.getByText("No partners yet").waitFor();
	await page.getByText(/If nobody finds you, you find nobody either/).waitFor();
	await link(ben.page, /Partners/).click();
	await button(ben.page, "Look again").click();
	await ben.page.getByRole("listitem", { name: EVA.name }).waitFor({ state: "detached" });
	await page.getByRole("main").getByRole("link", { name: "Settings" }).click();
	await findMe.selectOption({ label: "Everybody" });
	await link(page, /Partners/).click();
	await page.getByRole("listitem", { name: BEN.name }).waitFor();
});

test("nothing went wrong in the console meanwhile", () => {
	for (const window of [ana, ben, eva]) window.assertQuiet();
});
