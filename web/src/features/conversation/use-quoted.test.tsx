import { expect, it, vi } from "vitest";
import { holdClock, passMinute } from "@/test/expiry";
import { item } from "@/test/fixtures";
import { api, screen, show, signIn } from "@/test/harness";
import { useItem } from "./use-quoted";

function Shown() {
	const { item } = useItem("room", "e1");
	return <p>{item?.redacted ? "gone" : item?.body.text}</p>;
}

it("forgets the words of a message outside the window at its time, and asks nobody for that", async () => {
	const expires_at = holdClock();
	signIn();
	const brief = item(1, { body: { text: "only for a moment", expires_at } });
	const asked = vi.spyOn(api.timeline, "message").mockResolvedValue(brief);
	await show(<Shown />);
	await screen.findByText("only for a moment");
	await passMinute();
	screen.getByText("gone");
	// This clock is ahead: to the server the message is still there.
	for (let minutes = 0; minutes < 10; minutes++) await passMinute();
	screen.getByText("gone");
	expect(asked).toHaveBeenCalledTimes(1);
});
