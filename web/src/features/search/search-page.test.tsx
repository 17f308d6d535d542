import { fireEvent } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { holdClock, passMinute } from "@/test/expiry";
import { envelope, profile, room } from "@/test/fixtures";
import { api, refusal, screen, show, signIn } from "@/test/harness";
import { SearchPage } from "./search-page";

const box = () => screen.getByRole<HTMLInputElement>("searchbox", { name: "Search messages" });

it("finds words once typing pauses, and marks them", async () => {
	signIn();
	vi.spyOn(api.rooms, "list").mockResolvedValue({ items: [room()], badge: 0 });
	const search = vi.spyOn(api.timeline, "search").mockResolvedValue({
		items: [
			{ room_id: "room", event: envelope(3, { body: { text: "tea in Köln" } }), highlights: [[7, 11]] },
		],
		complete: true,
	});
	const user = await show(<SearchPage />);
	await screen.findByText("Search your messages");
	expect(document.activeElement).toBe(box());
	await user.type(box(), "koln");
	const hit = await screen.findByRole("link", { name: /Ana Torres/ });
	expect(hit.querySelector("mark")?.textContent).toBe("Köln");
	expect(search).toHaveBeenCalledTimes(1);
	expect(search).toHaveBeenCalledWith({ q: "koln", room_id: undefined, cursor: undefined });
});

it("goes on by itself where time was up, and says when there is nothing", async () => {
	signIn();
	vi.spyOn(api.rooms, "list").mockResolvedValue({ items: [], badge: 0 });
	const search = vi
		.spyOn(api.timeline, "search")
		.mockResolvedValueOnce({ items: [], complete: false, next_cursor: "on" })
		.mockResolvedValue({ items: [], complete: true });
	const user = await show(<SearchPage />);
	await user.type(box(), "zebra");
	await screen.findByText("Nothing found");
	expect(search).toHaveBeenLastCalledWith({ q: "zebra", room_id: undefined, cursor: "on" });
});

it("says when it failed", async () => {
	signIn();
	vi.spyOn(api.rooms, "list").mockResolvedValue({ items: [], badge: 0 });
	vi.spyOn(api.timeline, "search").mockRejectedValue(refusal({ status: 500, code: "internal" }));
	const user = await show(<SearchPage />);
	await user.type(box(), "zebra");
	await screen.findByRole("button", { name: "Try again" }, { timeout: 5_000 });
});

it("is narrowed by person, conversation and days, each taken off by its chip", async () => {
	signIn();
	const cine = room({ id: "cine", kind: "group", title: "Cine", peer: null });
	vi.spyOn(api.rooms, "list").mockResolvedValue({ items: [room(), cine], badge: 0 });
	vi.spyOn(api.people, "show").mockResolvedValue(profile());
	const search = vi.spyOn(api.timeline, "search").mockResolvedValue({ items: [], complete: true });
	const user = await show(<SearchPage />);
	await user.type(box(), "tea");
	await user.click(screen.getByRole("button", { name: "Filters" }));
	await user.selectOptions(await screen.findByRole("combobox", { name: "Written by" }), "Ana Torres");
	fireEvent.change(screen.getByLabelText("From"), { target: { value: "2026-11-02" } });
	await screen.findByRole("button", { name: /Take off the filter: From .*2026/ });
	fireEvent.change(screen.getByLabelText("Until"), { target: { value: "2026-11-01" } });
	await screen.findByText("This is before the day it begins.");
	fireEvent.change(screen.getByLabelText("Until"), { target: { value: "2026-11-03" } });
	await screen.findByText("Try other words, or take a filter off.");
	expect(search).toHaveBeenLastCalledWith({
		q: "tea",
		sender_id: "ana",
		from: new Date(2026, 10, 2).toISOString(),
		until: new Date(2026, 10, 4).toISOString(),
	});
	await user.click(screen.getByRole("button", { name: "Take off the filter: By Ana Torres" }));
	await vi.waitFor(() =>
		expect(search).toHaveBeenLastCalledWith(expect.not.objectContaining({ sender_id: "ana" })),
	);
	const [clear] = screen.getAllByRole("button", { name: "Clear filters" });
	await user.click(clear as HTMLElement);
	await screen.findByText("Try fewer or other words.");
	expect(box().value).toBe("tea");
});

it("keeps no word of what was found when its time has come, nor marks any", async () => {
	const expires_at = holdClock();
	signIn();
	vi.spyOn(api.rooms, "list").mockResolvedValue({ items: [room()], badge: 0 });
	const event = envelope(3, { body: { text: "tea in Köln", expires_at } });
	vi.spyOn(api.timeline, "search").mockResolvedValue({
		items: [{ room_id: "room", event, highlights: [[7, 11]] }],
		complete: true,
	});
	await show(<SearchPage />);
	fireEvent.change(box(), { target: { value: "koln" } });
	await screen.findByRole("link", { name: /tea in/ });
	await passMinute();
	screen.getByRole("link", { name: /Message deleted/ });
	expect(document.querySelector("mark")).toBeNull();
	expect(document.body.textContent).not.toContain("tea");
});
