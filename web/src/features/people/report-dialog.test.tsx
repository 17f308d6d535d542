import { expect, it, vi } from "vitest";
import { profile } from "@/test/fixtures";
import { api, screen, show, signIn } from "@/test/harness";
import { ReportDialog } from "./report-dialog";

it("needs a reason, and sends the message along", async () => {
	signIn();
	const report = vi.spyOn(api.people, "report").mockResolvedValue({ id: "r" });
	const onClose = vi.fn();
	const user = await show(
		<ReportDialog open person={profile()} roomId="room" eventId="e1" onClose={onClose} />,
	);
	const send = await screen.findByRole("button", { name: "Send report" });
	expect(send).toHaveProperty("disabled", true);
	await user.click(screen.getByRole("radio", { name: "Abuse or harassment" }));
	await user.type(screen.getByLabelText("What happened? (optional)"), " rude ");
	await user.click(send);
	expect(report).toHaveBeenCalledWith({
		user_id: "ana",
		room_id: "room",
		event_ids: ["e1"],
		reason: "abuse",
		note: "rude",
	});
	await vi.waitFor(() => expect(onClose).toHaveBeenCalled());
});
