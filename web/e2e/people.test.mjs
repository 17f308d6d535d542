// Profiles, partners, first contact, blocking and reporting.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { ANA, BEN, button, EVA, field, link, message, newcomer, say, writeTo } from "./support/people.mjs";
import { Server } from "./support/server.mjs";

let server;
let browser;
let ana;
let ben;
before(async () => {
	server = await Server.start();
	browser = await launch();
	ana = await newcomer(browser, server.url, ANA);
	ben = await newcomer(browser, server.url, BEN);
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

const card = (window, name) =>
	window.page.getByRole("list", { name: "Language partners" }).getByRole("listitem", { name });

test("a profile is edited and others see it", async () => {
	const { page } = ana;
	await link(page, "Profile").click();
	await link(page, "Edit").click();
	await field(page, "Display name").fill("Ana María Torres");
	await field(page, "About").fill("Architect who loves old cinemas.");
	await field(page, "Interests").fill("Films, hiking, films");
	await button(page, "Add another language that you learn").click();
	await page
		.getByRole("combobox", { name: "Learning language 2", exact: true })
		.selectOption({ label: "German" });
	await button(page, "Save").click();
	await page.getByText("Profile saved").waitFor();
	await page.getByText("Architect who loves old cinemas.").waitFor();
	await link(ben.page, /Partners/).click();
	await card(ben, "Ana María Torres").getByText("Architect who loves old cinemas.").waitFor();
	await link(ben.page, "Ana María Torres").click();
	await ben.page.getByText("hiking").waitFor();
	await ben.page.getByText("German").waitFor();
	await ben.page.getByText("ana@example.org").waitFor({ state: "detached" });
});

test("a match says why, and filters narrow the list", async () => {
	await link(ben.page, /Partners/).click();
	const why = card(ben, "Ana María Torres").getByRole("list", { name: "Why this match" });
	await why.getByText("Speaks Spanish, which you learn").waitFor();
	await why.getByText("Learns English (B1), which you speak").waitFor();
	await card(ben, "Ana María Torres").getByText("Fits both ways").waitFor();
	await ben.page.getByRole("combobox", { name: "Country" }).selectOption({ label: "Japan" });
	await ben.page.getByText("Nobody fits these filters").waitFor();
	await button(ben.page, "Clear the filters").click();
	await card(ben, "Ana María Torres").waitFor();
});

test("a first contact waits as a request, is accepted, and both talk", async () => {
	const eva = await newcomer(browser, server.url, EVA);
	await writeTo(eva, BEN.name);
	await say(eva, "Hello Ben, I am Eva");
	await message(eva, "Hello Ben, I am Eva").and(eva.page.locator("[data-seq]")).waitFor();
	await link(ben.page, /Chats/).first().click();
	const row = ben.page.getByRole("list", { name: "Chats" }).getByRole("link", { name: /Eva Klein/ });
	const requests = link(ben.page, "1 request");
	await row.or(requests).first().waitFor();
	if (await requests.count()) {
		await requests.click();
		await ben.page.getByRole("listitem", { name: EVA.name }).getByText("Hello Ben, I am Eva").waitFor();
		await button(ben.page, "Accept").click();
		await ben.page.getByText("No requests").waitFor();
		await link(ben.page, "Back").click();
	}
	await row.click();
	await say(ben, "Hello Eva, gladly");
	await message(eva, "Hello Eva, gladly").waitFor();
	await eva.page.getByText("has not answered yet").waitFor({ state: "detached" });
	eva.assertQuiet();
});

test("a person is reported", async () => {
	await link(ana.page, /Partners/).click();
	await ana.page.getByRole("button", { name: `More about ${BEN.name}` }).click();
	await ana.page.getByRole("menuitem", { name: "Report…" }).click();
	const dialog = ana.page.getByRole("dialog", { name: `Report ${BEN.name}` });
	await dialog.getByRole("radio", { name: "Spam or advertising" }).check();
	await dialog.getByRole("textbox").fill("It was only a test.");
	await button(dialog, "Send report").click();
	await ana.page.getByText("Thank you. We will look at it.").waitFor();
	await dialog.waitFor({ state: "detached" });
});

test("who is blocked does not find the other any more, until it is undone", async () => {
	await ana.page.getByRole("button", { name: `More about ${BEN.name}` }).click();
	await ana.page.getByRole("menuitem", { name: "Block…" }).click();
	await button(ana.page, "Block").click();
	await card(ana, BEN.name).waitFor({ state: "detached" });
	await link(ben.page, /Partners/).click();
	await button(ben.page, "Look again").click();
	await card(ben, "Ana María Torres").waitFor({ state: "detached" });
	await link(ana.page, "Settings").click();
	await link(ana.page, "Blocked people").click();
	await ana.page.getByRole("listitem", { name: BEN.name }).getByRole("button", { name: "Unblock" }).click();
	await ana.page.getByText("Nobody is blocked").waitFor();
	await button(ben.page, "Look again").click();
	await card(ben, "Ana María Torres").waitFor();
	assert.ok(true);
});

test("nothing went wrong in the console meanwhile", () => {
	ana.assertQuiet();
	ben.assertQuiet();
});
