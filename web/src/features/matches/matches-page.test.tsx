import { within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import type { Match } from "@/sdk";
import { me, profile, room } from "@/test/fixtures";
import { api, refusal, screen, show, signIn } from "@/test/harness";
import { MatchesPage } from "./matches-page";

const ana: Match = {
	user: profile(),
	mutual: true,
	score: 700,
	opener: { language: "es", text: "¡Hola, Ana! ¿Practicamos juntos?" },
	reasons: [
		{ code: "speaks_what_you_learn", language: "es" },
		{ code: "learns_what_you_speak", language: "en", level: "B1" },
		{ code: "near_time_zone", hours: 0 },
		{ code: "from_the_future" },
	],
};

beforeEach(() => void signIn());

it("shows each partner with the reasons that it knows", async () => {
	vi.spyOn(api.people, "matches").mockResolvedValue({ items: [ana] });
	await show(<MatchesPage />);
	const card = await screen.findByRole("listitem", { name: "Ana Torres" });
	const why = within(card).getByRole("list", { name: "Why this match" });
	expect(
		within(why)
			.getAllByRole("listitem")
			.map((li) => li.textContent),
	).toEqual([
		"Speaks Spanish, which you learn",
		"Learns English (B1), which you speak",
		"Same time of day as you",
	]);
	within(card).getByText("Fits both ways");
});

it("asks again under a filter, and offers to clear it when nobody fits", async () => {
	const matches = vi
		.spyOn(api.people, "matches")
		.mockImplementation(async (filter) => ({ items: filter.country ? [] : [ana] }));
	const user = await show(<MatchesPage />);
	await screen.findByRole("listitem", { name: "Ana Torres" });
	await user.selectOptions(screen.getByLabelText("Country"), "JP");
	await user.click(await screen.findByRole("button", { name: "Clear the filters" }));
	await screen.findByRole("listitem", { name: "Ana Torres" });
	expect(matches.mock.calls[1]?.[0]).toEqual({ country: "JP" });
});

it("offers to try again when the load failed", async () => {
	vi.spyOn(api.people, "matches")
		.mockRejectedValueOnce(refusal({ status: 403, code: "forbidden" }))
		.mockResolvedValue({ items: [ana] });
	const user = await show(<MatchesPage />);
	await user.click(await screen.findByRole("button", { name: "Try again" }));
	await screen.findByRole("listitem", { name: "Ana Torres" });
});

it("opens the conversation with a first sentence as the draft, once", async () => {
	const engine = signIn();
	vi.spyOn(api.people, "matches").mockResolvedValue({ items: [ana] });
	vi.spyOn(api.rooms, "openDirect").mockResolvedValue(room());
	const user = await show(<MatchesPage />);
	await user.click(await screen.findByRole("button", { name: "Say hello Ana Torres" }));
	const key = `chatlink.draft.${me().id}.${room().id}`;
	await vi.waitFor(() => expect(localStorage.getItem(key)).toBe("¡Hola, Ana! ¿Practicamos juntos?"));
	engine.drafts.begin(room().id, "something else");
	expect(localStorage.getItem(key)).toBe("¡Hola, Ana! ¿Practicamos juntos?");
});
