import { ApiError } from "./problem";
import type { PasskeyCeremony, PasskeyCredential } from "./types";

/**
 * Whether this page can use passkeys that are good for `domain`: the browser knows them in their JSON form, the page came
 * over a safe line, and its host is that domain or below it (an address never is).
 */
export function canUsePasskeys(domain: string | undefined, host = location.hostname): boolean {
	if (!domain || (host !== domain && !host.endsWith(`.${domain}`))) return false;
	return (
		typeof PublicKeyCredential !== "undefined" &&
		typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function" &&
		typeof PublicKeyCredential.parseRequestOptionsFromJSON === "function"
	);
}

/** Lets the device make a passkey. Throws `ApiError`: `passkey_unused` where the person turned back. */
export function makePasskey({ options }: PasskeyCeremony): Promise<PasskeyCredential> {
	return answerOf(() => {
		const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
			options as unknown as PublicKeyCredentialCreationOptionsJSON,
		);
		return navigator.credentials.create({ publicKey });
	});
}

/** Lets the person choose a passkey and show it. Throws as `makePasskey` does. */
export function showPasskey({ options }: PasskeyCeremony): Promise<PasskeyCredential> {
	return answerOf(() => {
		const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
			options as unknown as PublicKeyCredentialRequestOptionsJSON,
		);
		return navigator.credentials.get({ publicKey });
	});
}

async function answerOf(ask: () => Promise<Credential | null>): Promise<PasskeyCredential> {
	try {
		const credential = (await ask()) as PublicKeyCredential | null;
		if (!credential) throw unused();
		return { ...credential.toJSON() };
	} catch (cause) {
		throw inWords(cause);
	}
}

const unused = () => new ApiError({ title: "No passkey was used", status: -1, code: "passkey_unused" });

/** A browser tells little: that the person turned back and that there is no passkey look the same, on purpose. */
function inWords(cause: unknown): unknown {
	if (!(cause instanceof DOMException)) return cause;
	if (cause.name === "InvalidStateError")
		return new ApiError({ title: "The device has one", status: -1, code: "passkey_known" });
	return cause.name === "NotAllowedError" || cause.name === "AbortError" ? unused() : cause;
}
