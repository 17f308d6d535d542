import type { TFunction } from "i18next";
import { toast } from "./toast";

/** Puts a text into the clipboard and says so. Where the browser refuses, selecting by hand remains. */
export async function copyText(text: string, t: TFunction): Promise<void> {
	try {
		await navigator.clipboard.writeText(text);
		toast(t("message.copied"));
	} catch {
		toast(t("error.copy"));
	}
}
