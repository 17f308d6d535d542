import { Window } from "./browser.mjs";

export const PASSWORD = "quiet river under stones";

export const ANA = {
	contact: "ana@example.org",
	name: "Ana Torres",
	username: "ana_torres",
	country: "Spain",
	native: "Spanish",
	learning: "English",
	level: "B1 · Intermediate",
};

export const BEN = {
	contact: "+44 7911 123456",
	name: "Ben Carter",
	username: "ben_carter",
	country: "United Kingdom",
	native: "English",
	learning: "Spanish",
	level: "A2 · Elementary",
};

export const EVA = {
	contact: "eva@example.org",
	name: "Eva Klein",
	username: "eva_klein",
	country: "Germany",
	native: "Spanish",
	learning: "English",
	level: "C1 · Advanced",
};

export const button = (page, name) => page.getByRole("button", { name, exact: typeof name === "string" });
export const link = (page, name) => page.getByRole("link", { name, exact: typeof name === "string" });
export const field = (page, name) => page.getByRole("textbox", { name, exact: true });

const MAIL_MS = 20_000;

/** The newest code of `digits` for a contact, read where a developer reads it: on the mailbox page. */
export async function readCode(window, contact, digits = 6) {
	const page = await window.context.newPage();
	window.watch(page);
	const wanted = contact.includes("@") ? contact : contact.replace(/[^\d+]/g, "");
	const until = Date.now() + MAIL_MS;
	let code;
	// Mail goes out after the answer: the page is loaded again until it is there.
	for (await page.goto("/dev/mailbox"); !code && Date.now() < until; await page.reload()) {
		code = codeIn(await newestLetter(page, wanted), wanted, digits);
		if (code) break;
	}
	await page.close();
	if (!code) throw new Error(`no code for ${contact} on the mailbox page`);
	return code;
}

/** The words of the newest letter to a contact: of the smallest part of the page that holds it and a code. */
async function newestLetter(page, wanted) {
	const to = page.getByText(wanted).first();
	if ((await to.count()) === 0) return "";
	return to.evaluate((node) => {
		let at = node;
		while (at.parentElement && !/(?<!\d)\d{6,8}(?!\d)/.test(at.textContent ?? "")) at = at.parentElement;
		return at.textContent ?? "";
	});
}

function codeIn(letter, wanted, digits) {
	return letter
		.slice(letter.indexOf(wanted) + wanted.length)
		.match(new RegExp(`(?<!\\d)\\d{${digits}}(?!\\d)`))?.[0];
}

/** Registers a person, from the first page to the list of conversations. */
export async function register(window, person) {
	const { page } = window;
	await page.goto("/");
	await registerHere(window, person);
	await page.getByRole("heading", { name: "Chats", level: 1 }).waitFor();
}

/** Registers a person from the page that asks for a login. */
export async function registerHere(window, person) {
	const { page } = window;
	await link(page, "Create an account").click();
	await field(page, "E-mail or mobile").fill(person.contact);
	await button(page, "Send code").click();
	await page.getByRole("heading", { name: "Enter the code" }).waitFor();
	await field(page, "Code").fill(await readCode(window, person.contact));
	await button(page, "Continue").click();
	await fillAccount(page, person);
	await button(page, "Create account").click();
}

export async function fillAccount(page, person) {
	await field(page, "Display name").fill(person.name);
	await field(page, "Username").fill(person.username);
	await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
	await field(page, "Day").fill("17");
	await page.getByRole("combobox", { name: "Month" }).selectOption({ label: "April" });
	await field(page, "Year").fill("1994");
	await page.getByRole("combobox", { name: "Country" }).selectOption({ label: person.country });
	await page.getByRole("combobox", { name: "Native language 1" }).selectOption({ label: person.native });
	await page
		.getByRole("combobox", { name: "Learning language 1", exact: true })
		.selectOption({ label: person.learning });
	await page
		.getByRole("combobox", { name: "Level of learning language 1" })
		.selectOption({ label: person.level });
}

export async function login(window, name, password = PASSWORD) {
	const { page } = window;
	await page.goto("/login");
	await field(page, "Username, e-mail or mobile").fill(name);
	await page.getByLabel("Password", { exact: true }).fill(password);
	await button(page, "Log in").click();
	await page.getByRole("heading", { name: "Chats", level: 1 }).waitFor();
}

/** A new window of a registered person. */
export async function newcomer(browser, url, person, options) {
	const window = await Window.open(browser, url, options);
	await register(window, person);
	return window;
}

/** From anywhere: the partner's card, then the conversation. */
export async function writeTo(window, name) {
	const { page } = window;
	await link(page, /Partners/).click();
	await page
		.getByRole("listitem", { name })
		.getByRole("button", { name: `Write ${name}` })
		.click();
	await page.getByRole("textbox", { name: "Message", exact: true }).waitFor();
}

/** Types a message and presses Enter. */
export async function say(window, text) {
	const input = window.page.getByRole("textbox", { name: "Message", exact: true });
	await input.fill(text);
	await input.press("Enter");
}

/** The message that shows this text. */
export const message = (window, text) => window.page.getByRole("article").filter({ hasText: text });

/** Does something to the message that shows this text, by its menu. */
export async function act(window, text, action) {
	const shown = message(window, text).first();
	await shown.hover();
	await shown.getByRole("button", { name: "Message actions" }).click();
	await window.page.getByRole("menuitem", { name: action, exact: true }).click();
}

/** Says many things at once in the conversation that is open, in this order, as the page's own session. */
export async function sayMany(window, texts) {
	await window.page.evaluate(async (texts) => {
		const room = location.pathname.split("/")[2];
		const csrf = (await fetch("/v1/me")).headers.get("x-csrf-token");
		for (const text of texts) {
			const answer = await fetch(`/v1/rooms/${room}/messages`, {
				method: "POST",
				headers: { "content-type": "application/json", "x-csrf-token": csrf },
				body: JSON.stringify({ client_id: crypto.randomUUID(), text }),
			});
			if (answer.status !== 201) throw new Error(`${text}: ${answer.status} ${await answer.text()}`);
		}
	}, texts);
}

/** Two people who talk: the first wrote, the second accepted where that is asked. */
export async function acquaint(first, second, names, words = "Hello, shall we talk?") {
	await writeTo(first, names.second);
	await say(first, words);
	await message(first, words)
		.and(first.page.locator('[data-fate="sent"], [data-fate="delivered"], [data-fate="read"]'))
		.waitFor();
	await openFrom(second, names.first);
	await message(second, words).waitFor();
}

/** Opens a conversation from the list, accepting the request first if it still waits. */
export async function openFrom(window, name) {
	const { page } = window;
	await link(page, /Chats/).first().click();
	const row = page.getByRole("list", { name: "Chats" }).getByRole("link", { name: new RegExp(name) });
	const requests = link(page, /^\d+ requests?$/);
	await row.or(requests).first().waitFor();
	if (await row.count()) return row.click();
	await requests.click();
	await page.getByRole("listitem", { name }).getByRole("link").click();
	await button(page, "Accept").click();
	await page.getByRole("textbox", { name: "Message", exact: true }).waitFor();
}
