import { expect, it, vi } from "vitest";
import { Presence } from "./presence";

/** The server's own measure: what comes sooner is dropped. */
const SERVER_MS = 2_000;

it("tells typing no sooner than the server takes it, also after a message that ends it", () => {
	const tell = vi.fn();
	const presence = new Presence(tell, "me");
	presence.typingHere("room", 10_000);
	presence.wrote("room", "me");
	presence.typingHere("room", 10_000 + SERVER_MS);
	expect(tell).toHaveBeenCalledTimes(1);
	presence.typingHere("other", 10_000 + SERVER_MS);
	presence.typingHere("room", 10_000 + 2 * SERVER_MS);
	expect(tell).toHaveBeenCalledTimes(3);
});

it("believes in typing for a few seconds, until a message comes", () => {
	vi.useFakeTimers();
	const presence = new Presence(() => {}, "me");
	const typists = () => Object.keys(presence.store.getState().typing.room ?? {});
	presence.typed("room", "ana");
	presence.typed("room", "me");
	expect(typists()).toEqual(["ana"]);
	presence.wrote("room", "ana");
	expect(typists()).toEqual([]);
	presence.typed("room", "ana");
	vi.advanceTimersByTime(7_000);
	expect(typists()).toEqual([]);
});

it("asks how many are there in one room at a time, and believes in no other", () => {
	const tell = vi.fn();
	const presence = new Presence(tell, "me");
	const counts = () => presence.store.getState().counts;
	presence.watchRoom(null);
	expect(tell).not.toHaveBeenCalled();
	presence.watchRoom("large");
	presence.watchRoom("large");
	expect(tell.mock.calls).toEqual([[{ type: "watch_room", room_id: "large" }]]);
	presence.counted("large", 7);
	presence.counted("other", 9);
	expect(counts()).toEqual({ large: 7 });
	presence.repeat();
	expect(tell).toHaveBeenCalledTimes(2);
	presence.watchRoom(null);
	expect(tell).toHaveBeenLastCalledWith({ type: "watch_room", room_id: undefined });
	expect(counts()).toEqual({});
});
