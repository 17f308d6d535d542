import { act, fireEvent } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { item, room } from "@/test/fixtures";
import { api, FakeSocket, screen, show, signIn } from "@/test/harness";
import { Composer } from "./composer";
import { useComposer } from "./use-composer";

function Writing() {
	return <Composer model={useComposer(room(), [])} nameOf={() => "Ana"} />;
}

const field = () => screen.getByLabelText<HTMLTextAreaElement>("Message");

it("sends on Enter, makes a line on Shift and Enter, and leaves no draft", async () => {
	signIn();
	const user = await show(<Writing />);
	await user.type(field(), "one{Shift>}{Enter}{/Shift}two{Enter}");
	expect(FakeSocket.last.of("send")).toMatchObject([{ room_id: "room", text: "one\ntwo" }]);
	expect(field().value).toBe("");
	expect(Object.keys(localStorage).filter((k) => k.includes("draft"))).toEqual([]);
});

it("lets one message go after a time, and the next one stay", async () => {
	signIn();
	const user = await show(<Writing />);
	await user.type(field(), "brief");
	await user.click(screen.getByRole("button", { name: "Let this message disappear" }));
	await user.click(await screen.findByRole("menuitem", { name: "After 1 hour" }));
	await screen.findByText("This message disappears after 1 hour.");
	await user.type(field(), "{Enter}long{Enter}");
	const sent = FakeSocket.last.of("send");
	expect(sent[0]).toMatchObject({ text: "brief", expires_in: 3600 });
	expect(screen.queryByText("This message disappears after 1 hour.")).toBeNull();
});

it("keeps a draft, tells typing once, and sends no blanks", async () => {
	signIn();
	const user = await show(<Writing />);
	await user.type(field(), "   {Enter}");
	expect(FakeSocket.last.of("send")).toEqual([]);
	await user.type(field(), "hal");
	expect(FakeSocket.last.of("typing")).toHaveLength(1);
	expect(localStorage.getItem("chatlink.draft.me.room")).toBe("   hal");
});

it("does not send while an input method is composing", async () => {
	signIn();
	await show(<Writing />);
	fireEvent.change(field(), { target: { value: "にほん" } });
	fireEvent.keyDown(field(), { key: "Enter", isComposing: true });
	expect(FakeSocket.last.of("send")).toEqual([]);
});

it("refuses a text that is longer than the server takes, counted in bytes", async () => {
	signIn();
	await show(<Writing />);
	fireEvent.change(field(), { target: { value: "é".repeat(8193) } });
	screen.getByText("2 characters too long");
	expect(screen.getByRole("button", { name: "Send" })).toHaveProperty("disabled", true);
});

it("goes on with an answer that another device began, and sends it as one", async () => {
	const engine = signIn();
	vi.spyOn(api.timeline, "message").mockResolvedValue(item(1, { body: { text: "shall we?" } }));
	const user = await show(<Writing />);
	act(() => engine.drafts.receive("room", { text: "gladly", reply_to: "e1" }));
	await screen.findByText("shall we?");
	expect(field().value).toBe("gladly");
	await user.type(field(), "{Enter}");
	expect(FakeSocket.last.of("send")).toMatchObject([{ text: "gladly", reply_to: "e1" }]);
	expect(screen.queryByText("shall we?")).toBeNull();
});

it("gives up an answer by Escape, and keeps the words", async () => {
	const engine = signIn();
	vi.spyOn(api.timeline, "message").mockResolvedValue(item(1, { body: { text: "shall we?" } }));
	const user = await show(<Writing />);
	act(() => engine.drafts.set("room", "gladly", "e1"));
	await screen.findByText("shall we?");
	await user.type(field(), "{Escape}");
	expect(screen.queryByText("shall we?")).toBeNull();
	expect([field().value, engine.drafts.answers("room")]).toEqual(["gladly", ""]);
});

it("answers nothing that is gone meanwhile", async () => {
	const engine = signIn();
	vi.spyOn(api.timeline, "message").mockResolvedValue(item(1, { redacted: true, body: {} }));
	const user = await show(<Writing />);
	act(() => engine.drafts.set("room", "gladly", "e1"));
	await vi.waitFor(() => expect(api.timeline.message).toHaveBeenCalled());
	await act(async () => {});
	await user.type(field(), "{Enter}");
	expect(FakeSocket.last.of("send")[0]).not.toHaveProperty("reply_to", "e1");
});
