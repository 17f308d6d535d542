import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { canUsePasskeys, makePasskey, showPasskey } from "./passkeys";

const ceremony = { id: "c", expires_at: "2026-01-01T00:00:00Z", options: { challenge: "AQ" } };

beforeEach(() => {
	const parsed = (options: unknown) => ({ parsed: options });
	vi.stubGlobal("PublicKeyCredential", {
		parseCreationOptionsFromJSON: parsed,
		parseRequestOptionsFromJSON: parsed,
	});
});
afterEach(() => vi.unstubAllGlobals());

function device(answer: () => Promise<unknown>) {
	const credentials = { create: vi.fn(answer), get: vi.fn(answer) };
	vi.stubGlobal("navigator", { credentials });
	return credentials;
}

it("offers passkeys at their own domain and below it, and where the browser knows them", () => {
	expect(canUsePasskeys("example.org", "example.org")).toBe(true);
	expect(canUsePasskeys("example.org", "chat.example.org")).toBe(true);
	expect(canUsePasskeys("localhost", "127.0.0.1")).toBe(false);
	expect(canUsePasskeys("example.org", "badexample.org")).toBe(false);
	expect(canUsePasskeys(undefined, "example.org")).toBe(false);
	vi.stubGlobal("PublicKeyCredential", {});
	expect(canUsePasskeys("example.org", "example.org")).toBe(false);
});

it("hands the device what the server asks, and the server what the device answers", async () => {
	const credentials = device(async () => ({ toJSON: () => ({ id: "abc" }) }));
	expect(await makePasskey(ceremony)).toEqual({ id: "abc" });
	expect(credentials.create).toHaveBeenCalledWith({ publicKey: { parsed: { challenge: "AQ" } } });
	expect(await showPasskey(ceremony)).toEqual({ id: "abc" });
	expect(credentials.get).toHaveBeenCalledWith({ publicKey: { parsed: { challenge: "AQ" } } });
});

it("tells a person who turned back from a device that has one already", async () => {
	device(async () => {
		throw new DOMException("no", "NotAllowedError");
	});
	await expect(showPasskey(ceremony)).rejects.toMatchObject({ code: "passkey_unused" });
	device(async () => null);
	await expect(showPasskey(ceremony)).rejects.toMatchObject({ code: "passkey_unused" });
	device(async () => {
		throw new DOMException("twice", "InvalidStateError");
	});
	await expect(makePasskey(ceremony)).rejects.toMatchObject({ code: "passkey_known" });
});
