import { useState } from "react";
import { expect, it } from "vitest";
import { screen, show } from "@/test/harness";
import { PasswordField } from "./password-field";

function Form({ fresh }: { fresh?: boolean }) {
	const [value, setValue] = useState("");
	return <PasswordField label="Password" value={value} onChange={setValue} fresh={fresh} />;
}

const input = () => screen.getByLabelText<HTMLInputElement>("Password");

it("hides what is typed until one asks to see it", async () => {
	const user = await show(<Form />);
	await user.type(input(), "quiet harbour");
	expect(input().type).toBe("password");
	await user.click(screen.getByRole("button", { name: "Show the password" }));
	expect([input().type, input().value]).toEqual(["text", "quiet harbour"]);
	await user.click(screen.getByRole("button", { name: "Hide the password" }));
	expect(input().type).toBe("password");
});

it("takes what is pasted, as it is", async () => {
	const user = await show(<Form fresh />);
	const long = " Ünïcode and spaces, 64 characters and more: 0123456789 0123456789 ";
	await user.click(input());
	await user.paste(long);
	expect(input().value).toBe(long);
});

it("tells password managers which password it is", async () => {
	await show(<Form />);
	expect(input().autocomplete).toBe("current-password");
	await show(<Form fresh />);
	const fields = screen.getAllByLabelText<HTMLInputElement>("Password");
	expect(fields.map((field) => field.autocomplete)).toContain("new-password");
});
