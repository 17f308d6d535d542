// Every page in both themes and both widths, into the folder that CHATLINK_SCREENSHOTS names.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launch, Window } from "./support/browser.mjs";
import { STORIES, WORDS } from "./support/gallery.mjs";
import {
	ANA,
	acquaint,
	BEN,
	button,
	EVA,
	field,
	fillAccount,
	link,
	login,
	message,
	newcomer,
	openFrom,
	readCode,
	say,
} from "./support/people.mjs";
import { Server } from "./support/server.mjs";
import { Stage } from "./support/stage.mjs";

const folder = process.env.CHATLINK_SCREENSHOTS;
if (!folder) throw new Error("CHATLINK_SCREENSHOTS must name a folder");
const WIDTHS = { phone: { width: 360, height: 740 }, desk: { width: 1440, height: 900 } };
const THEMES = ["light", "dark"];
await mkdir(folder, { recursive: true });
const server = await Server.start();
const browser = await launch();
let taken = 0;

/** Takes one page in all its looks. */
async function shoot(page, name) {
	for (const [width, viewport] of Object.entries(WIDTHS)) {
		await page.setViewportSize(viewport);
		for (const theme of THEMES) {
			await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
			await page.screenshot({ path: join(folder, `${name}-${width}-${theme}.png`) });
			taken += 1;
		}
	}
	await page.setViewportSize(WIDTHS.desk);
}

async function outside() {
	const window = await Window.open(browser, server.url);
	const { page } = window;
	await page.goto("/login");
	await page.getByRole("heading", { level: 1 }).waitFor();
	await shoot(page, "login");
	await link(page, "Create an account").click();
	await shoot(page, "register-contact");
	await field(page, "E-mail or mobile").fill("nora@example.org");
	await button(page, "Send code").click();
	await field(page, "Code").waitFor();
	await field(page, "Code").fill("111111");
	await button(page, "Continue").click();
	await page.getByText(/tries left/).waitFor();
	await shoot(page, "register-code");
	await field(page, "Code").fill(await readCode(window, "nora@example.org"));
	await button(page, "Continue").click();
	await field(page, "Display name").waitFor();
	await fillAccount(page, { ...ANA, username: "x" });
	await page.getByLabel("Password", { exact: true }).fill("short");
	await button(page, "Create account").click();
	await page.getByText("Use at least 10 characters.").waitFor();
	await shoot(page, "register-account");
	await page.goto("/reset");
	await field(page, "Username, e-mail or mobile").fill("ana_torres");
	await shoot(page, "reset");
	await window.close();
}

async function talk(ana, ben) {
	await say(ben, "¡Hola Ana! Vi que te gusta el cine. ¿Qué película me recomiendas para practicar español?");
	await say(ana, "Hi Ben! “Volver” is a good one, they speak clearly.");
	await say(ana, "There is a nice list here: https://example.org/peliculas (in Spanish, of course).");
	await message(ben, "There is a nice list").waitFor();
	await say(ben, "Perfecto 🙌");
	await message(ana, "Perfecto").waitFor();
	const article = message(ana, "Perfecto");
	await article.hover();
	await article.getByRole("button", { name: "Message actions" }).click();
	await ana.page.getByRole("menuitem", { name: "Reply", exact: true }).click();
	await say(
		ana,
		"And which book helped you most when you began? I am still looking for one that is not too hard, but not for children either.",
	);
	const last = message(ben, "And which book");
	await last.waitFor();
	await last.hover();
	await last.getByRole("button", { name: "Message actions" }).click();
	await ben.page.getByRole("menuitem", { name: "Thumbs up" }).click();
	await ana.page.getByRole("button", { name: /👍/ }).waitFor();
}

/** Pages with a story of their own, among people of their own: `-- emoji polls` takes some of them, and nothing else. */
async function stories(wanted) {
	const stage = await Stage.open({ ana: ANA, ben: BEN, eva: EVA });
	try {
		await stage.acquaint(stage.windows.ana, stage.windows.ben, WORDS);
		for (const story of STORIES)
			if (wanted.length === 0 || wanted.includes(story.name)) await story(stage.windows, shoot, stage);
	} finally {
		await stage.close();
	}
}

const wanted = process.argv.slice(2);
try {
	await stories(wanted);
	if (wanted.length === 0) await everything();
} finally {
	await browser.close();
	await server.stop();
}
console.log(`${taken} screenshots in ${folder}`);

async function everything() {
	const ana = await newcomer(browser, server.url, ANA);
	await shoot(ana.page, "chats-empty");
	await link(ana.page, /Partners/).click();
	await ana.page.getByText("No partners yet").waitFor();
	await shoot(ana.page, "matches-empty");
	await link(ana.page, /Profile/).click();
	await link(ana.page, "Edit").click();
	await field(ana.page, "About").fill("Architect from Sevilla. I love old cinemas, long walks and bad puns.");
	await field(ana.page, "Interests").fill("films, hiking, music");
	await shoot(ana.page, "profile-edit");
	await button(ana.page, "Save").click();
	await ana.page.getByText("Architect from Sevilla").waitFor();
	await shoot(ana.page, "profile");
	const ben = await newcomer(browser, server.url, BEN);
	const eva = await newcomer(browser, server.url, EVA);
	await outside();
	await link(ben.page, /Partners/).click();
	await ben.page.getByRole("listitem", { name: ANA.name }).waitFor();
	await shoot(ben.page, "matches");
	await ben.page.getByRole("button", { name: `More about ${ANA.name}` }).click();
	await ben.page.getByRole("menuitem", { name: "Report…" }).click();
	await ben.page.getByRole("dialog").waitFor();
	await shoot(ben.page, "report");
	await button(ben.page, "Cancel").click();
	await link(ben.page, ANA.name).click();
	await ben.page.getByText("Architect from Sevilla").waitFor();
	await shoot(ben.page, "person");
	await acquaint(ana, ben, { first: ANA.name, second: BEN.name });
	await talk(ana, ben);
	await openFrom(ana, BEN.name);
	await shoot(ana.page, "conversation");
	await ben.page.getByRole("textbox", { name: "Message", exact: true }).pressSequentially("Pues yo…");
	await ana.page.getByText("is typing").first().waitFor();
	await shoot(ana.page, "conversation-typing");
	await scripts(ana, ben);
	await openPendingRequest(eva, ana);
	await settings(ana, ben);
	await outage(ana);
}

/** What people write in other scripts, long words, and much of it. */
async function scripts(ana, ben) {
	const words = [
		"مرحبا آنا! هل يمكنك أن تشرحي لي الفرق بين ser و estar؟",
		"映画館で観たい映画はありますか？日本語字幕付きだといいですね。",
		"Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft-Rindfleischetikettierungsüberwachungsaufgabe",
		"🙌🎉",
		"https://example.org/a/very/long/path/that/does/not/end/anywhere/soon?with=parameters&and=more&of=them#and-a-fragment",
	];
	for (const text of words) await say(ben, text);
	await say(ana, "Uno\nDos\n\nTres: 1 < 2 && <b>no bold</b>");
	await message(ana, "a-fragment").waitFor();
	await message(ben, "no bold").waitFor();
	await shoot(ana.page, "conversation-scripts");
}

async function openPendingRequest(eva, ana) {
	await link(eva.page, /Partners/).click();
	await shoot(eva.page, "matches-one-sided");
	const card = eva.page.getByRole("listitem", { name: BEN.name });
	await card.getByRole("button", { name: `Write ${BEN.name}` }).click();
	await say(eva, "Hallo Ben! I would like to practise my English with you.");
	await message(eva, "practise my English").waitFor();
	await shoot(eva.page, "conversation-pending");
	await link(ana.page, /Chats/).first().click();
	await shoot(ana.page, "chats");
}

async function settings(ana, ben) {
	await ana.page.goto("/requests");
	await ana.page.getByRole("heading", { level: 1 }).waitFor();
	await shoot(ana.page, "requests-empty");
	await ben.page.goto("/requests");
	await ben.page.getByRole("heading", { level: 1 }).waitFor();
	await shoot(ben.page, "requests");
	const second = await Window.open(browser, server.url);
	await login(second, ANA.username);
	const { page } = ana;
	await page.goto("/new-group");
	await field(page, "Group name").fill("Cine los jueves");
	await page.getByRole("checkbox").first().check();
	await shoot(page, "group-new");
	await button(page, "Create group").click();
	await page.getByRole("textbox", { name: "Message", exact: true }).waitFor();
	await say(ana, "Welcome! Which film first?");
	await message(ana, "Which film first").waitFor();
	await shoot(page, "group");
	await sorted(ana);
	await page.goBack();
	await link(page, /Cine los jueves.*member/).click();
	await page.getByRole("list", { name: "Members" }).waitFor();
	await shoot(page, "group-about");
	for (const [path, name] of [
		["/settings", "settings"],
		["/settings/sessions", "sessions"],
		["/settings/password", "password"],
		["/settings/blocked", "blocked-empty"],
		["/contacts", "contact-list-empty"],
		["/nowhere", "not-found"],
	]) {
		await page.goto(path);
		await page.getByRole("heading").first().waitFor();
		if (name === "settings") await page.getByRole("switch").first().waitFor();
		if (name === "sessions") await page.getByRole("list", { name: "Where you are logged in" }).waitFor();
		await shoot(page, name);
	}
	await page.goto("/rooms");
	await openFrom(ana, BEN.name);
	await message(ana, "And which book").waitFor();
	await second.close();
}

/** The list with its marks, and the actions of a conversation. */
async function sorted(ana) {
	const { page } = ana;
	await page.goto("/rooms");
	const act = async (name, action) => {
		await button(page, `Actions for ${name}`).click();
		await page.getByRole("menuitem", { name: action }).click();
	};
	await act(BEN.name, "Pin");
	await act(BEN.name, "Mute always");
	await act(BEN.name, "Mark as unread");
	await act("Cine los jueves", "Archive");
	await button(page, /^1 archived/).click();
	await page.getByText("Archived", { exact: true }).waitFor({ state: "detached" });
	await button(page, `Actions for ${BEN.name}`).click();
	await shoot(page, "chats-sorted");
	await page.keyboard.press("Escape");
	await act("Cine los jueves", "Take out of the archive");
}

async function outage(ana) {
	await server.kill();
	await ana.page.getByText("No connection.").waitFor();
	await say(ana, "Are you still there?");
	await shoot(ana.page, "conversation-offline");
}
