import { expect, it, vi } from "vitest";
import { linksOf } from "@/app/links";
import { queryClient, screen, show } from "@/test/harness";
import { LegalLinks } from "./legal-links";

it("links to the host's pages, each as it was set", async () => {
	queryClient.clear();
	vi.spyOn(globalThis, "fetch").mockResolvedValue(
		Response.json({ terms_url: "https://example.org/terms", privacy_url: null }),
	);
	await show(<LegalLinks />);
	const link = await screen.findByRole("link", { name: "Terms of use" });
	expect(link.getAttribute("href")).toBe("https://example.org/terms");
	expect(screen.queryByRole("link", { name: "Privacy" })).toBeNull();
});

it("makes no link of what is no page in the web", () => {
	expect(linksOf({ terms_url: "javascript:alert(1)", privacy_url: 7 })).toEqual({});
	expect(linksOf(null)).toEqual({});
});
