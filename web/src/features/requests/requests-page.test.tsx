import { within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { holdClock, passMinute } from "@/test/expiry";
import { item, room } from "@/test/fixtures";
import { api, screen, show, signIn } from "@/test/harness";
import { RequestsPage } from "./requests-page";

it("lists who asks and accepts one", async () => {
	signIn();
	const asked = room({
		pending: { by_me: false, messages_left: 0 },
		last_item: item(1, { body: { text: "may I?" } }),
	});
	vi.spyOn(api.rooms, "requests")
		.mockResolvedValueOnce({ items: [asked], invitations: [] })
		.mockResolvedValue({ items: [], invitations: [] });
	const accept = vi.spyOn(api.rooms, "accept").mockResolvedValue(undefined);
	const user = await show(<RequestsPage />);
	await screen.findByText("may I?");
	await user.click(screen.getByRole("button", { name: "Accept" }));
	expect(accept).toHaveBeenCalledWith("room");
	await screen.findByText("No requests");
});

it("shows a group that somebody would bring one into, and answers", async () => {
	signIn();
	const invitation = {
		room_id: "group",
		title: "Cine",
		topic: "Films",
		member_count: 7,
		invited_by: { id: "ana", username: "ana_torres", display_name: "Ana Torres", avatar: null },
		invited_at: "2026-11-22T10:00:00.000000Z",
	};
	vi.spyOn(api.rooms, "requests")
		.mockResolvedValueOnce({ items: [], invitations: [invitation] })
		.mockResolvedValue({ items: [], invitations: [] });
	const accept = vi.spyOn(api.rooms, "accept").mockResolvedValue(undefined);
	const user = await show(<RequestsPage />);
	const card = await screen.findByRole("listitem", { name: "Cine" });
	within(card).getByText("Ana Torres invites you to this group.");
	within(card).getByText("7 members");
	within(card).getByRole("button", { name: /Ana Torres/ });
	await user.click(within(card).getByRole("button", { name: "Join" }));
	expect(accept).toHaveBeenCalledWith("group");
	await screen.findByText("No requests");
});

it("goes on where a page ends", async () => {
	signIn();
	const asked = (id: string, text: string) =>
		room({ id, pending: { by_me: false, messages_left: 0 }, last_item: item(1, { body: { text } }) });
	const requests = vi
		.spyOn(api.rooms, "requests")
		.mockResolvedValueOnce({ items: [asked("one", "may I?")], invitations: [], next_cursor: "c1" })
		.mockResolvedValueOnce({ items: [asked("two", "and I?")], invitations: [] });
	const user = await show(<RequestsPage />);
	await screen.findByText("may I?");
	await user.click(screen.getByRole("button", { name: "Show more" }));
	await screen.findByText("and I?");
	screen.getByText("may I?");
	expect(requests).toHaveBeenLastCalledWith("c1");
	expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
});

it("blocks and reports who asks, with what was said, beside the answer", async () => {
	signIn();
	const asked = room({ pending: { by_me: false, messages_left: 0 }, last_item: item(2) });
	vi.spyOn(api.rooms, "requests").mockResolvedValue({ items: [asked], invitations: [] });
	vi.spyOn(api.rooms, "list").mockResolvedValue({ items: [], badge: 0 });
	const mine = item(3, { sender_id: "me" });
	vi.spyOn(api.timeline, "page").mockResolvedValue({
		items: [item(1, { body: { text: "buy this" } }), item(2, { body: { text: "or that" } }), mine],
		as_of: 3,
		epoch: "e",
		has_before: false,
		has_after: false,
	});
	const report = vi.spyOn(api.people, "report").mockResolvedValue({ id: "r" });
	const block = vi.spyOn(api.people, "block").mockResolvedValue(undefined);
	const decline = vi.spyOn(api.rooms, "decline").mockResolvedValue(undefined);
	const user = await show(<RequestsPage />);
	const more = await screen.findByRole("button", { name: "More about Ana Torres" });
	await user.click(more);
	await user.click(await screen.findByRole("menuitem", { name: "Report…" }));
	await user.click(await screen.findByRole("checkbox", { name: "buy this" }));
	expect(screen.getAllByRole("checkbox")).toHaveLength(2);
	await user.click(screen.getByRole("radio", { name: "Spam or advertising" }));
	await user.click(screen.getByRole("button", { name: "Send report" }));
	expect(report).toHaveBeenCalledWith({
		user_id: "ana",
		room_id: "room",
		event_ids: ["e2"],
		reason: "spam",
	});
	await user.click(more);
	await user.click(await screen.findByRole("menuitem", { name: "Block…" }));
	await user.click(await screen.findByRole("button", { name: "Block" }));
	expect(block).toHaveBeenCalledWith("ana");
	await vi.waitFor(() => expect(decline).toHaveBeenCalledWith("room"));
});

it("keeps no word of what was asked for a moment, and does not say that nothing was", async () => {
	const expires_at = holdClock();
	signIn();
	const brief = item(1, { body: { text: "may I?", expires_at } });
	const asked = room({ pending: { by_me: false, messages_left: 0 }, last_item: brief });
	vi.spyOn(api.rooms, "requests").mockResolvedValue({ items: [asked], invitations: [] });
	await show(<RequestsPage />);
	await screen.findByText("may I?");
	await passMinute();
	screen.getByText("Message deleted");
	expect(screen.queryByText("may I?")).toBeNull();
});
