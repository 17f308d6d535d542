/**
 * The invite that somebody follows who has to log in or to register first. It is kept in this tab alone and until it is
 * used: an address that leads through the login would be sent to the server, and end up in logs.
 */

const KEY = "chatlink.invite";

export function keepInvitation(token: string): void {
	try {
		if (token) sessionStorage.setItem(KEY, token);
	} catch {
		// Without storage one opens the link again after the login.
	}
}

export function keptInvitation(): string | null {
	try {
		return sessionStorage.getItem(KEY);
	} catch {
		return null;
	}
}

export function forgetInvitation(): void {
	try {
		sessionStorage.removeItem(KEY);
	} catch {
		// Nothing was kept.
	}
}
