import { expect, it, vi } from "vitest";
import { TokenSource } from "./token";

it("asks once for all, and again for what was refused or not given", async () => {
	const ask = vi.fn(async () => `token ${ask.mock.calls.length}`);
	const tokens = new TokenSource(ask);
	expect(await Promise.all([tokens.current(), tokens.current()])).toEqual(["token 1", "token 1"]);
	tokens.refuse("an older one");
	expect(await tokens.current()).toBe("token 1");
	tokens.refuse("token 1");
	ask.mockRejectedValueOnce(new Error("the host is away"));
	await expect(tokens.current()).rejects.toThrow("away");
	expect(await tokens.current()).toBe("token 3");
});
