import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/app/hooks";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { LearningLanguage, Me } from "@/sdk";
import { toast } from "@/ui/toast";

export interface ProfileDraft {
	display_name: string;
	status: string;
	about: string;
	interests: string;
	/** Empty: not told. */
	time_zone: string;
	country: string;
	native: string[];
	learning: LearningLanguage[];
}

const draftOf = (me: Me): ProfileDraft => ({
	display_name: me.display_name,
	status: me.status,
	about: me.about,
	time_zone: me.time_zone ?? "",
	interests: me.interests.join(", "),
	country: me.country ?? "",
	native: me.native_languages.length ? me.native_languages : [""],
	learning: me.learning_languages.length ? me.learning_languages : [{ language: "", level: "A1" }],
});

/** Editing the profile: one form, two calls, shown as one. */
export function useEditProfile() {
	const { t } = useTranslation();
	const me = useMe();
	const client = useQueryClient();
	const navigate = useNavigate();
	const [draft, setDraft] = useState(() => draftOf(me));
	const save = useMutation({
		mutationFn: async () => {
			const { display_name, status, about, country, time_zone } = draft;
			await api.me.update({
				display_name: display_name.trim(),
				status: status.trim(),
				about: about.trim(),
				time_zone: time_zone || null,
				...(country ? { country } : {}),
				interests: listOf(draft.interests),
			});
			return api.me.setLanguages({
				native_languages: draft.native.filter(Boolean),
				learning_languages: draft.learning.filter((l) => l.language),
			});
		},
		onSuccess: (saved) => {
			client.setQueryData(keys.me, saved);
			void client.invalidateQueries({ queryKey: keys.matches });
			toast(t("profile.saved"));
			void navigate({ to: "/profile" });
		},
	});
	const set = (change: Partial<ProfileDraft>) => setDraft((before) => ({ ...before, ...change }));
	return { draft, set, save };
}

/** Words between commas, once each. */
export function listOf(text: string): string[] {
	return [
		...new Set(
			text
				.split(/[,;،؛、；，\n]/)
				.map((word) => word.trim().toLowerCase())
				.filter(Boolean),
		),
	];
}
