import { expect, it, vi } from "vitest";
import { api, refusal, screen, show } from "@/test/harness";
import { looksLikeContact } from "./contact-form";
import { RegisterPage } from "./register-page";
import { birthDate, missingIn } from "./use-account-form";

const soon = () => new Date(Date.now() + 60_000).toISOString();

it("walks from the contact to the code to the form, and shows the server's complaints at their fields", async () => {
	vi.spyOn(api.registrations, "start").mockResolvedValue({ id: "r1", resend_at: soon(), expires_at: soon() });
	vi.spyOn(api.registrations, "verify").mockResolvedValue({ proof: "p", complete_by: soon() });
	const complete = vi.spyOn(api.registrations, "complete").mockRejectedValue(
		refusal({
			errors: [
				{ field: "password", code: "too_short", message: "" },
				{ field: "learning_languages[0].level", code: "invalid", message: "" },
			],
		}),
	);
	const user = await show(<RegisterPage />);
	await user.type(screen.getByLabelText("E-mail or mobile"), "ana@example.org{Enter}");
	await user.type(await screen.findByLabelText("Code"), "123456{Enter}");
	await user.type(await screen.findByLabelText("Display name"), "Ana");
	await user.type(screen.getByLabelText("Username"), "ana");
	await user.type(screen.getByLabelText("Password"), "short");
	await user.type(screen.getByLabelText("Day"), "17");
	await user.selectOptions(screen.getByLabelText("Month"), "4");
	await user.type(screen.getByLabelText("Year"), "1994");
	await user.selectOptions(screen.getByLabelText("Country"), "ES");
	await user.selectOptions(screen.getByLabelText("Native language 1"), "es");
	await user.selectOptions(screen.getByLabelText("Learning language 1"), "en");
	await user.click(screen.getByRole("button", { name: "Create account" }));
	expect(complete.mock.calls[0]?.[1]).toMatchObject({
		proof: "p",
		birth_date: "1994-04-17",
		native_languages: ["es"],
		learning_languages: [{ language: "en", level: "A1" }],
	});
	await screen.findByText("Use at least 10 characters.");
	await screen.findByText("This is not valid.");
});

it("knows the shape of a contact", () => {
	for (const good of ["a@b.example", " Ana.T@example.org ", "+34 612 345 678", "+447700900123"])
		expect(looksLikeContact(good)).toBe(true);
	for (const bad of ["", "ana", "a@", "612345678", "+", "a b@c.example"])
		expect(looksLikeContact(bad)).toBe(false);
});

it("takes dates of the calendar only", () => {
	const on = (day: string, month: string, year: string) => birthDate({ birth: { day, month, year } });
	expect(on("29", "2", "2004")).toBe("2004-02-29");
	expect(on("29", "2", "2003")).toBeNull();
	expect(on("31", "4", "1990")).toBeNull();
	expect(on("", "", "")).toBeNull();
	expect(on("1", "1", "90")).toBeNull();
});

it("names everything that is missing", () => {
	const empty = {
		username: " ",
		password: "",
		display_name: "",
		birth: { day: "", month: "", year: "" },
		country: "",
		native: [""],
		learning: [],
	};
	expect(Object.keys(missingIn(empty))).toHaveLength(7);
});
