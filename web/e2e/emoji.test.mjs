// Any emoji as a reaction: found by its name, walked to by keys, offered again, and named in the language of the page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { act, button, message, openFrom } from "./support/people.mjs";
import { assertAccessible, judge } from "./support/screen.mjs";
import { Stage } from "./support/stage.mjs";

const WORDS = "we won the match";
let stage;
let ana;
let ben;
before(async () => {
	stage = await Stage.open();
	({ ana, ben } = stage.windows);
	await stage.acquaint(ana, ben, WORDS);
	await openFrom(ben, ana.person.name);
});
after(() => stage?.close());

const dialog = (window, name = "React with an emoji") => window.page.getByRole("dialog", { name });
const box = (window, name = "Search emoji") => window.page.getByRole("searchbox", { name });
const mark = (window, sign) => message(window, WORDS).getByRole("button", { name: new RegExp(sign) });

test("an emoji is found by its name and set as a reaction, which both see", async () => {
	await act(ben, WORDS, "More reactions");
	await box(ben).fill("trophy");
	await dialog(ben).getByRole("button", { name: "trophy", exact: true }).click();
	await dialog(ben).waitFor({ state: "detached" });
	await mark(ana, "🏆").waitFor();
	await mark(ben, "🏆").click();
	await mark(ana, "🏆").waitFor({ state: "detached" });
});

test("it goes by keys alone: the menu, the search, the grid", async () => {
	await message(ben, WORDS).focus();
	await message(ben, WORDS).getByRole("button", { name: "Message actions" }).focus();
	await ben.page.keyboard.press("Enter");
	await ben.page.getByRole("menuitem", { name: "Thumbs up" }).waitFor();
	await ben.page.getByRole("menuitem", { name: "More reactions" }).focus();
	await ben.page.keyboard.press("Enter");
	await box(ben).waitFor();
	await ben.page.waitForFunction(() => document.activeElement?.getAttribute("type") === "search");
	await ben.page.keyboard.press("ArrowDown");
	await ben.page.keyboard.press("ArrowDown");
	await ben.page.keyboard.press("ArrowRight");
	assert.equal(
		await ben.page.evaluate(() => document.activeElement?.getAttribute("aria-label")),
		"grinning face with big eyes",
	);
	await ben.page.keyboard.press("Enter");
	await mark(ana, "😃").waitFor();
});

test("what was used last comes first, and a tone stays", async () => {
	await act(ben, WORDS, "More reactions");
	const last = dialog(ben).getByRole("region", { name: "Last used" }).getByRole("button");
	await last.first().waitFor();
	assert.deepEqual(await last.allTextContents(), ["😃", "🏆"]);
	await assertAccessible(ben.page, "the emoji picker");
	// Of what was found, as judging all 1,800 in each look takes long.
	await box(ben).fill("heart");
	await judge(ben.page, "what was found");
	await dialog(ben).getByRole("radio", { name: "Medium", exact: true }).check();
	await box(ben).fill("waving");
	await box(ben).press("Enter");
	await mark(ana, "👋🏽").waitFor();
	await ben.page.setViewportSize({ width: 1280, height: 900 });
});

test("a category is gone to, and what has no name like that is said to be none", async () => {
	await act(ben, WORDS, "More reactions");
	await button(ben.page, "Flags").click();
	const flags = dialog(ben).getByRole("region", { name: "Flags" });
	await ben.page.waitForFunction(() => document.querySelector("[aria-current=true][aria-label=Flags]"));
	assert.ok(await flags.getByRole("button", { name: "chequered flag" }).isVisible());
	await box(ben).fill("zzzz");
	await dialog(ben).getByText("No emoji has that name.").waitFor();
	await ben.page.keyboard.press("Escape");
	await dialog(ben).waitFor({ state: "detached" });
});

test("in German an emoji has a German name", async () => {
	await ben.page.evaluate(() => localStorage.setItem("chatlink.locale", "de"));
	await ben.page.reload();
	await message(ben, WORDS).hover();
	await message(ben, WORDS).getByRole("button", { name: "Was du mit der Nachricht tun kannst" }).click();
	await ben.page.getByRole("menuitem", { name: "Weitere Reaktionen" }).click();
	await box(ben, "Emoji suchen").fill("rakete");
	await box(ben, "Emoji suchen").press("Enter");
	await mark(ana, "🚀").waitFor();
});

test("nothing went wrong in the console meanwhile", () => stage.assertQuiet());
