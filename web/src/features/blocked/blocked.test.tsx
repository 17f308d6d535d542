import { act, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { keys } from "@/app/queries";
import type { Item } from "@/sdk";
import { item, room } from "@/test/fixtures";
import { api, queryClient, screen, show, signIn } from "@/test/harness";
import { ConversationContext } from "../conversation/context";
import { RowView } from "../conversation/row-view";
import { RoomRow } from "../rooms/room-row";
import { useFolds } from "./use-blocked";

const group = room({ kind: "group", title: "Cine", peer: null });
const rude = item(1, { body: { text: "rude words" } });
const answer = item(2, { sender_id: "eva", body: { text: "calm words", reply_to: "e1" } });

function block(...ids: string[]) {
	const items = ids.map((id) => ({ user: { id }, blocked_at: "2026-11-22T10:00:00.000000Z" }));
	return vi.spyOn(api.people, "blocks").mockResolvedValue({ items } as never);
}

function Rows({ items, of = group }: { items: Item[]; of?: typeof group }) {
	const { foldOf, pending } = useFolds(of);
	if (pending) return null;
	const model = {
		room: of,
		items,
		current: null,
		nameOf: (id: string) => (id === "ana" ? "Ana Torres" : "Eva Klein"),
		person: () => undefined,
		foldOf,
		onReply: () => {},
		onEdit: () => {},
	};
	return (
		<ConversationContext value={model}>
			{items.map((it) => (
				<RowView
					key={it.id}
					row={{ kind: "message", key: it.id, item: it, own: false, first: true, last: true }}
				/>
			))}
		</ConversationContext>
	);
}

it("folds a blocked person's message and its quote in a group, until one wants to see it", async () => {
	signIn();
	block("ana");
	const user = await show(<Rows items={[rude, answer]} />);
	expect(await screen.findAllByText("Message from somebody you blocked")).toHaveLength(2);
	expect(screen.queryByText("rude words")).toBeNull();
	expect(screen.queryByText("Ana Torres")).toBeNull();
	screen.getByText("calm words");
	await user.click(screen.getByRole("button", { name: "Show" }));
	expect(screen.getAllByText("rude words")).toHaveLength(2);
	await user.click(screen.getByRole("button", { name: "Hide" }));
	expect(screen.queryByText("rude words")).toBeNull();
});

it("shows it again as soon as the block is taken back", async () => {
	signIn();
	const blocks = block("ana");
	await show(<Rows items={[rude]} />);
	await screen.findByText("Message from somebody you blocked");
	blocks.mockResolvedValue({ items: [] });
	await act(() => queryClient.invalidateQueries({ queryKey: keys.blocks }));
	await screen.findByText("rude words");
});

it("reads the whole list, and folds nothing between two people", async () => {
	signIn();
	const blocks = block("ana")
		.mockResolvedValueOnce({ items: [], next_cursor: "on" })
		.mockResolvedValueOnce({ items: [{ user: { id: "ana" } }] } as never);
	await show(<Rows items={[rude]} />);
	await screen.findByText("Message from somebody you blocked");
	expect(blocks).toHaveBeenLastCalledWith("on");
	await show(<Rows items={[rude]} of={room()} />);
	screen.getByText("rude words");
});

it("keeps the words out of the list of conversations", async () => {
	signIn();
	block("ana");
	await show(
		<ul>
			<RoomRow room={{ ...group, last_item: rude }} current={false} />
		</ul>,
	);
	const row = within(screen.getByRole("listitem"));
	await row.findByText("Message from somebody you blocked");
	expect(row.queryByText("rude words")).toBeNull();
});
