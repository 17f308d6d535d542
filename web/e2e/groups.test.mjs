// Groups: made, named, joined, left.
import { after, before, test } from "node:test";
import { ANA, BEN, button, EVA, field, link, message, openFrom, say } from "./support/people.mjs";
import { assertAccessible } from "./support/screen.mjs";
import { Stage } from "./support/stage.mjs";

let stage;
let ana;
let ben;
let eva;
before(async () => {
	stage = await Stage.open({ ana: ANA, ben: BEN, eva: EVA });
	({ ana, ben, eva } = stage.windows);
	await stage.acquaint(ben, ana);
	await stage.acquaint(ben, eva);
});
after(() => stage?.close());

/** Does something to a member, by the menu of the member's row. */
async function choose(window, person, action) {
	const members = window.page.getByRole("list", { name: "Members" });
	await members.getByRole("button", { name: `Actions for ${person.name}` }).click();
	await window.page.getByRole("menuitem", { name: action, exact: true }).click();
}

test("a group is made, and its members talk in it at once", async () => {
	await link(ben.page, "New group").click();
	await field(ben.page, "Group name").fill("Cine");
	await ben.page.getByRole("checkbox", { name: /Ana Torres/ }).check();
	await button(ben.page, "Create group").click();
	await ben.page.getByRole("heading", { name: "Cine", level: 1 }).waitFor();
	await say(ben, "welcome");
	await openFrom(ana, "Cine");
	await message(ana, "welcome").waitFor();
	await say(ana, "thank you");
	await message(ben, "thank you").getByText(ANA.name).waitFor();
});

test("its owner adds somebody, renames it and removes somebody", async () => {
	await link(ben.page, /Cine.*members/).click();
	await button(ben.page, "Add").click();
	await ben.page.getByRole("checkbox", { name: /Eva Klein/ }).check();
	await button(ben.page, "Add 1 person").click();
	const members = ben.page.getByRole("list", { name: "Members" });
	await members.getByText(EVA.name).waitFor();
	await openFrom(eva, "Cine");
	await ana.page.getByText("Ben Carter added Eva Klein").waitFor();
	await button(ben.page, "Rename the group").click();
	await field(ben.page, "Group name").fill("Cine los jueves");
	await button(ben.page, "Save").click();
	await ana.page.getByText("Ben Carter named the group “Cine los jueves”").waitFor();
	await ana.page.getByRole("heading", { name: "Cine los jueves", level: 1 }).waitFor();
	await choose(ben, EVA, "Remove from the group");
	await members.getByText(EVA.name).waitFor({ state: "detached" });
	await link(eva.page, /Chats/).first().click();
	await eva.page.getByRole("link", { name: /Cine los jueves/ }).waitFor({ state: "detached" });
});

test("its owner says what it is about, and who may write", async () => {
	await button(ben.page, "Change the topic").click();
	await field(ben.page, "Topic").fill("Films,\nand where to see them");
	await button(ben.page, "Save").click();
	// The dialog's own field says the same until it is closed.
	await field(ben.page, "Topic").waitFor({ state: "detached" });
	await ben.page.getByText("and where to see them").waitFor();
	await ana.page.getByText(/Ben Carter changed the topic to .Films/).waitFor();
	const announcements = ben.page.getByRole("switch", { name: "Announcements only" });
	await announcements.click();
	await ana.page.getByText("Only admins write here.").waitFor();
	await assertAccessible(ben.page, "about a group");
	await announcements.click();
	await field(ana.page, "Message").waitFor();
});

test("a moderator mutes a member, who is told for how long", async () => {
	await choose(ben, ANA, "Mute for an hour");
	await ana.page.getByText(/A moderator muted you until/).waitFor();
	await ana.page.getByText(/Ben Carter muted Ana Torres until/).waitFor();
	await choose(ben, ANA, "Let write again");
	await field(ana.page, "Message").waitFor();
});

test("somebody is banned, is out at once, and can be let in again", async () => {
	await button(ben.page, "Add").click();
	await ben.page.getByRole("checkbox", { name: /Eva Klein/ }).check();
	await button(ben.page, "Add 1 person").click();
	await openFrom(eva, "Cine los jueves");
	await choose(ben, EVA, "Remove and ban…");
	await button(ben.page, "Ban").click();
	await eva.page.getByText("This conversation is not here", { exact: true }).waitFor();
	const banned = ben.page.getByRole("list", { name: "Banned" });
	await banned.getByText(EVA.name).waitFor();
	await ana.page.getByText("Ben Carter banned Eva Klein").waitFor();
	await button(ben.page, "Let in again").click();
	await banned.waitFor({ state: "detached" });
});

test("a member is raised and gets the group, and gives it back", async () => {
	await choose(ben, ANA, "Make admin");
	await ana.page.getByText("Ben Carter made Ana Torres: Admin").waitFor();
	await choose(ben, ANA, "Hand the group over…");
	await button(ben.page, "Hand over").click();
	await ana.page.getByText("Ana Torres owns the group now").waitFor();
	await link(ana.page, /Cine los jueves.*members/).click();
	await choose(ana, BEN, "Hand the group over…");
	await button(ana.page, "Hand over").click();
	await ana.page.getByRole("listitem", { name: ANA.name }).getByText("Admin").waitFor();
	await link(ana.page, "Back").click();
});

test("a member leaves", async () => {
	await link(ana.page, /Cine los jueves.*members/).click();
	await button(ana.page, "Leave the group…").click();
	await button(ana.page, "Leave").click();
	await ana.page.getByText("You left the group").waitFor();
	await ana.page
		.getByRole("list", { name: "Chats" })
		.getByRole("link", { name: /Cine/ })
		.waitFor({ state: "detached" });
	await link(ben.page, "Back").click();
	await ben.page.getByText("Ana Torres left").waitFor();
});

test("nothing went wrong in the console meanwhile", () => {
	for (const window of [ana, ben]) window.assertQuiet();
});
