import { afterEach, expect, it } from "vitest";
import { setLocale } from "@/i18n";
import { screen, show } from "@/test/harness";
import { AuthLayout } from "./auth-layout";

afterEach(() => setLocale("en"));

it("offers the language before the login, and leaves the focus where it is", async () => {
	const user = await show(<AuthLayout title="Welcome">content</AuthLayout>);
	const choice = screen.getByRole("combobox", { name: "Language of the app" });
	choice.focus();
	await user.selectOptions(choice, "العربية");
	await screen.findByRole("combobox", { name: "لغة التطبيق" });
	expect(document.documentElement.dir).toBe("rtl");
	expect(document.activeElement).toBe(choice);
});
