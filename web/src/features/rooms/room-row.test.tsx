import { act } from "@testing-library/react";
import { expect, it } from "vitest";
import { holdClock, passMinute } from "@/test/expiry";
import { item, ME, room } from "@/test/fixtures";
import { FakeSocket, screen, show, signIn } from "@/test/harness";
import { RoomRow } from "./room-row";

it("shows who, the newest words and the unread count", async () => {
	signIn();
	await show(
		<RoomRow
			room={room({ unread: 120, last_item: item(3, { body: { text: "so\nlong" } }) })}
			current={false}
		/>,
	);
	screen.getByText("Ana Torres");
	screen.getByText("so long");
	screen.getByText("99+");
	screen.getByText("120 unread messages");
});

it("shows typing before a draft, and a draft before the newest words", async () => {
	signIn();
	localStorage.setItem(`chatlink.draft.${ME}.room`, "half a thought");
	await show(<RoomRow room={room({ last_item: item(3) })} current={false} />);
	screen.getByText("half a thought");
	act(() => FakeSocket.last.tell({ type: "typing", room_id: "room", user_id: "ana" }));
	screen.getByText("typing…");
	expect(screen.queryByText("half a thought")).toBeNull();
});

it("knows of nobody that he is online while the connection is down", async () => {
	signIn();
	await show(<RoomRow room={room()} current={false} />);
	const dots = () => document.querySelectorAll("[data-online]").length;
	act(() => FakeSocket.last.tell({ type: "presence", user_id: "ana", online: true }));
	expect(dots()).toBe(1);
	act(() => FakeSocket.last.drop());
	expect(dots()).toBe(0);
});

it("says what has no words: a deleted message, an empty room, a closed account", async () => {
	signIn();
	await show(
		<>
			<RoomRow room={room({ last_item: item(1, { redacted: true, body: {} }) })} current={false} />
			<RoomRow room={room({ id: "b", peer: { id: "x", deleted: true } })} current={false} />
		</>,
	);
	screen.getByText("Message deleted");
	screen.getByText("Deleted account");
	screen.getByText("No messages yet");
});

it("marks a thread with something to read, unless more is unread", async () => {
	signIn();
	await show(
		<>
			<RoomRow room={room({ unread_threads: 2 })} current={false} />
			<RoomRow room={room({ id: "b", unread_threads: 3, unread: 1 })} current={false} />
		</>,
	);
	screen.getByText("Threads: 2 with something new");
	expect(screen.queryByText("Threads: 3 with something new")).toBeNull();
});

it("keeps no word of a message whose time has come", async () => {
	const expires_at = holdClock();
	signIn();
	const brief = item(3, { body: { text: "only for a moment", expires_at } });
	await show(<RoomRow room={room({ last_item: brief })} current={false} />);
	screen.getByText("only for a moment");
	await passMinute();
	screen.getByText("Message deleted");
	expect(screen.queryByText("only for a moment")).toBeNull();
});

it("tells what was hidden here from what is gone for everybody", async () => {
	signIn();
	const hidden = item(1, { redacted: true, body: { hidden: true } });
	await show(<RoomRow room={room({ last_item: hidden })} current={false} />);
	screen.getByText("You hid this message");
});
