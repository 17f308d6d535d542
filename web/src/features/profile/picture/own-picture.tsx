import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMe } from "@/app/hooks";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { Me } from "@/sdk";
import { PictureField } from "./picture-field";
import { usePicture } from "./use-picture";

/** One's own picture. */
export function OwnPicture() {
	const { t } = useTranslation();
	const me = useMe();
	const client = useQueryClient();
	const picture = usePicture<Me>({
		save: api.me.setAvatar,
		remove: api.me.removeAvatar,
		kept(me) {
			client.setQueryData(keys.me, me);
			for (const queryKey of [["members"], keys.user(me.id)]) void client.invalidateQueries({ queryKey });
		},
	});
	const of = { id: me.id, name: me.display_name, avatar: me.avatar };
	return <PictureField label={t("picture.label")} of={of} picture={picture} />;
}
