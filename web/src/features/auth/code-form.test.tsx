import { beforeEach, expect, it, vi } from "vitest";
import type { Attempt, Proof } from "@/sdk";
import { refusal, screen, show } from "@/test/harness";
import { CodeForm } from "./code-form";
import { useCode } from "./use-code";

const verify = vi.fn<(id: string, code: string) => Promise<Proof>>();
const resend = vi.fn<(id: string) => Promise<Attempt>>();
const onProved = vi.fn();
const onRestart = vi.fn();
const attempt = (seconds: number): Attempt => ({
	id: "r1",
	resend_at: new Date(Date.now() + seconds * 1000).toISOString(),
	expires_at: new Date(Date.now() + 600_000).toISOString(),
});

function Form({ start }: { start: Attempt }) {
	return <CodeForm model={useCode(start, { verify, resend, onProved })} digits={6} onRestart={onRestart} />;
}

beforeEach(() => {
	verify.mockReset();
	resend.mockReset();
	onProved.mockReset();
});

it("hands the proof on for the right code, typed with spaces", async () => {
	verify.mockResolvedValue({ proof: "p", complete_by: "" });
	const user = await show(<Form start={attempt(60)} />);
	expect(screen.getByRole("button", { name: "Continue" })).toHaveProperty("disabled", true);
	await user.type(screen.getByLabelText("Code"), "123 456");
	await user.keyboard("{Enter}");
	expect(verify).toHaveBeenCalledWith("r1", "123456");
	expect(onProved).toHaveBeenCalledWith("p");
});

it("says how many tries are left, and to start again when there is none", async () => {
	verify.mockRejectedValueOnce(refusal({ code: "code_wrong", tries_left: 1 }));
	const user = await show(<Form start={attempt(60)} />);
	await user.type(screen.getByLabelText("Code"), "000000{Enter}");
	await screen.findByText("That code is wrong. 1 try left.");
	verify.mockRejectedValueOnce(refusal({ status: 410, code: "attempt_gone" }));
	await user.type(screen.getByLabelText("Code"), "000000{Enter}");
	await user.click(await screen.findByRole("button", { name: "Start again" }));
	expect(onRestart).toHaveBeenCalled();
});

it("waits while the server asks to", async () => {
	verify.mockRejectedValueOnce(refusal({ status: 429, code: "rate_limited", retry_after: 60 }));
	const user = await show(<Form start={attempt(60)} />);
	await user.type(screen.getByLabelText("Code"), "000000{Enter}");
	const button = await screen.findByRole("button", { name: /Wait (60|59) seconds/ });
	expect(button).toHaveProperty("disabled", true);
});

it("sends a new code once its time has come", async () => {
	resend.mockResolvedValue(attempt(120));
	const user = await show(<Form start={attempt(-1)} />);
	await user.click(screen.getByRole("button", { name: "Send a new code" }));
	expect(resend).toHaveBeenCalledWith("r1");
	await screen.findByText(/New code in 1(20|19) seconds/);
});
