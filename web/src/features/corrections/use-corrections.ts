import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { queryClient } from "@/app/queries";
import { api } from "@/app/session";
import type { Correction, Id, Item } from "@/sdk";
import { toast } from "@/ui/toast";

/** The longest text that is corrected, in bytes of UTF-8. */
export const CORRECTION_BYTES = 4 * 1024;
/** The longest note, in characters. */
export const NOTE_CHARS = 1_000;

const encoder = new TextEncoder();
export const bytesOf = (text: string) => encoder.encode(text).length;

/** Whether a message of somebody else is one that can be corrected. */
export const isCorrectable = ({ redacted, body }: Item) =>
	!redacted && !body.poll && body.text !== undefined && bytesOf(body.text) <= CORRECTION_BYTES;

export type Answer = "accept" | "decline" | "withdraw";

/** What one can do to a correction. The change itself comes back as an event, as it does to everybody. */
export function useCorrectionActs(roomId: Id, messageId: Id) {
	const { t } = useTranslation();
	return useMutation({
		mutationFn: ({ correction, answer }: { correction: Correction; answer: Answer }) =>
			api.timeline[answer](roomId, messageId, correction.id),
		onSuccess: () => void queryClient.invalidateQueries({ queryKey: ["corrections"] }),
		onError: (cause) => toast(sayError(t, cause)),
	});
}
