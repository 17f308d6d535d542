import { expect, it, vi } from "vitest";
import { keys } from "@/app/queries";
import { room } from "@/test/fixtures";
import { api, queryClient, refusal, screen, show, signIn } from "@/test/harness";
import { RoomRow } from "./room-row";

function list(change: Parameters<typeof room>[0]) {
	signIn();
	const shown = room(change);
	queryClient.setQueryData(keys.rooms, { pageParams: [undefined], pages: [{ items: [shown], badge: 1 }] });
	return shown;
}
const badge = () => queryClient.getQueryData<{ pages: { badge: number }[] }>(keys.rooms)?.pages[0]?.badge;

it("mutes at once, for eight hours, and takes it back when the server does not take it", async () => {
	const shown = list({ unread: 2 });
	let refuse = (_: unknown) => {};
	const set = vi.spyOn(api.rooms, "setPrefs").mockReturnValue(new Promise((_, reject) => (refuse = reject)));
	vi.spyOn(api.rooms, "list").mockResolvedValue({ items: [shown], badge: 1 });
	const user = await show(<RoomRow room={shown} current={false} />);
	await user.click(screen.getByRole("button", { name: "Actions for Ana Torres" }));
	await user.click(await screen.findByRole("menuitem", { name: "Mute for 8 hours" }));
	const until = Date.parse(set.mock.calls[0]?.[1].muted_until ?? "");
	expect(Math.round((until - Date.now()) / 60_000)).toBe(480);
	expect(badge()).toBe(0);
	vi.spyOn(api.rooms, "list").mockRejectedValue(refusal({ status: 0, code: "network" }));
	refuse(refusal({ status: 404, code: "room_not_found" }));
	await screen.findByText("This conversation is not here any more.");
	expect(badge()).toBe(1);
});

it("offers what fits how the conversation stands", async () => {
	const shown = list({
		marked_unread: true,
		pinned: true,
		archived: true,
		muted_until: "9999-01-01T00:00:00Z",
	});
	const user = await show(<RoomRow room={shown} current={false} />);
	screen.getByText("Marked as unread");
	screen.getByText("Muted");
	await user.click(screen.getByRole("button", { name: "Actions for Ana Torres" }));
	await screen.findByRole("menuitem", { name: "Unpin" });
	const offered = screen.getAllByRole("menuitem").map((i) => i.textContent);
	expect(offered).toEqual(["Unpin", "Mark as read", "Unmute", "Notifications", "Take out of the archive"]);
});
