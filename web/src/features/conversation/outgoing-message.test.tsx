import { expect, it, vi } from "vitest";
import { room } from "@/test/fixtures";
import { screen, show, signIn } from "@/test/harness";
import { ConversationContext } from "./context";
import { OutgoingMessage } from "./outgoing-message";

const message = {
	client_id: "c",
	room_id: "room",
	text: "hello",
	written_at: Date.now(),
	state: "pending" as const,
};
const model = {
	room: room(),
	items: [],
	current: null,
	nameOf: () => "Ana",
	person: () => undefined,
	foldOf: () => "none" as const,
	onReply: () => {},
	onEdit: () => {},
};

it("says that it waits, and why it was refused with what to do", async () => {
	const engine = signIn();
	const retry = vi.spyOn(engine.queue, "retry");
	const discard = vi.spyOn(engine.queue, "discard");
	const failed = {
		...message,
		state: "failed" as const,
		problem: { title: "", status: 403, code: "recipient_unavailable" },
	};
	const user = await show(
		<ConversationContext value={model}>
			<OutgoingMessage message={message} first />
			<OutgoingMessage message={failed} first={false} />
		</ConversationContext>,
	);
	screen.getByText("Waiting to be sent");
	expect(screen.getByRole("alert").textContent).toBe("Not sent. This person cannot be reached.");
	await user.click(screen.getByRole("button", { name: "Try again" }));
	await user.click(screen.getByRole("button", { name: "Discard" }));
	expect(retry).toHaveBeenCalledWith("c");
	expect(discard).toHaveBeenCalledWith("c");
});
