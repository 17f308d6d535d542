import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError, sayField } from "@/app/errors";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { asApiError, type Me } from "@/sdk";
import { toast } from "@/ui/toast";
import type { Square } from "./crop";
import { cut, MOST_MEGABYTES, type Opened, open, PictureFault } from "./file";

/** One's own picture: chosen, cut, sent, taken away. */
export function usePicture() {
	const { t } = useTranslation();
	const client = useQueryClient();
	const [opened, setOpened] = useState<Opened | null>(null);
	// Released when another one takes its place, or the page goes.
	useEffect(() => () => void (opened && URL.revokeObjectURL(opened.url)), [opened]);

	const keep = (said: string) => (me: Me) => {
		client.setQueryData(keys.me, me);
		for (const queryKey of [["members"], keys.user(me.id)]) void client.invalidateQueries({ queryKey });
		setOpened(null);
		toast(said);
	};
	const choose = useMutation({ mutationFn: open, onSuccess: setOpened });
	const save = useMutation({
		mutationFn: async (square: Square) => api.me.setAvatar(await cut(opened as Opened, square)),
		onSuccess: keep(t("picture.saved")),
	});
	const remove = useMutation({
		mutationFn: () => api.me.removeAvatar(),
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
