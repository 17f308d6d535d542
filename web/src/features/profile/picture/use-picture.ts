import { useMutation } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError, sayField } from "@/app/errors";
import { asApiError } from "@/sdk";
import { toast } from "@/ui/toast";
import type { Square } from "./crop";
import { cut, MOST_MEGABYTES, type Opened, open, PictureFault } from "./file";

/** How a picture is kept, and what is done with the answer. */
export interface Keeping<T> {
	save: (picture: Blob) => Promise<T>;
	remove: () => Promise<T>;
	kept: (answer: T) => void;
}

export type Picturing = ReturnType<typeof usePicture>;

/** A picture, one's own or a group's: chosen, cut, sent, taken away. */
export function usePicture<T>({ save: send, remove: takeAway, kept }: Keeping<T>) {
	const { t } = useTranslation();
	const [opened, setOpened] = useState<Opened | null>(null);
	// Released when another one takes its place, or the page goes.
	useEffect(() => () => void (opened && URL.revokeObjectURL(opened.url)), [opened]);

	const keep = (said: string) => (answer: T) => {
		setOpened(null);
		kept(answer);
		toast(said);
	};
	const choose = useMutation({ mutationFn: open, onSuccess: setOpened });
	const save = useMutation({
		mutationFn: async (square: Square) => send(await cut(opened as Opened, square)),
		onSuccess: keep(t("picture.saved")),
	});
	const remove = useMutation({
		mutationFn: takeAway,
		onSuccess: keep(t("picture.removed")),
	});
	return {
		opened,
		choose(file: File | undefined) {
			if (!file || choose.isPending || save.isPending) return;
			for (const earlier of [save, remove]) earlier.reset();
			choose.mutate(file);
		},
		close() {
			setOpened(null);
			save.reset();
		},
		save,
		remove,
		opening: choose.isPending,
		/** What was wrong with the file, or with taking the picture away. */
		fault: say(t, choose.error) ?? say(t, remove.error),
		/** Why the picture was not taken. */
		refused: say(t, save.error),
	};
}

/** A sentence for a file that is none, or for the server's refusal. */
function say(t: TFunction, cause: unknown): string | null {
	if (!cause) return null;
	if (cause instanceof PictureFault) return t(`picture.fault.${cause.fault}`, { size: MOST_MEGABYTES });
	const { code } = asApiError(cause);
	if (code === "unsupported_media_type") return t("picture.fault.kind");
	return sayField(t, cause, "avatar") ?? sayError(t, cause);
}
