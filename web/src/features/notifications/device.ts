import { create } from "zustand";

/** What was chosen for this browser alone. */
export interface Device {
	/** Show notifications while the page is hidden. */
	on: boolean;
	/** With the words, not only with the names. */
	words: boolean;
}

const KEY = "chatlink.notifications";

export const useDevice = create<Device>(() => ({ on: false, words: true, ...read() }));

export function setDevice(change: Partial<Device>): void {
	useDevice.setState(change);
	try {
		localStorage.setItem(KEY, JSON.stringify(useDevice.getState()));
	} catch {
		// Without storage it holds for this visit.
	}
}

/** What the browser lets this page do: `absent` where it knows no notifications. */
export const permission = (): NotificationPermission | "absent" =>
	typeof Notification === "undefined" ? "absent" : Notification.permission;

/** Asks the person, where the browser has not been told yet; answers whether notifications may be shown. */
export async function askPermission(): Promise<boolean> {
	if (permission() === "absent") return false;
	return (await Notification.requestPermission()) === "granted";
}

function read(): Partial<Device> {
	try {
		const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
		if (typeof kept !== "object" || kept === null) return {};
		const { on, words } = kept as Partial<Device>;
		return { ...(typeof on === "boolean" && { on }), ...(typeof words === "boolean" && { words }) };
	} catch {
		return {};
	}
}
