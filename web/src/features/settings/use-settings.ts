import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { currentTheme, setTheme, type Theme } from "@/app/theme";
import { type Locale, setLocale } from "@/i18n";
import type { Settings } from "@/sdk";
import { toast } from "@/ui/toast";

/** The settings that follow the person; theme and language act on this device at once. */
export function useSettings() {
	const { t } = useTranslation();
	const client = useQueryClient();
	const query = useQuery({ queryKey: keys.settings, queryFn: api.me.settings });
	const [theme, setShownTheme] = useState(currentTheme);
	const change = useMutation({
		mutationFn: (patch: Partial<Settings>) => api.me.updateSettings(patch),
		onMutate: (patch) => {
			const before = client.getQueryData<Settings>(keys.settings);
			client.setQueryData<Settings>(keys.settings, (s) => s && { ...s, ...patch });
			return { before };
		},
		onError: (cause, _, context) => {
			client.setQueryData(keys.settings, context?.before);
			toast(sayError(t, cause));
		},
		onSuccess: (saved, patch) => {
			if (saved) client.setQueryData(keys.settings, saved);
			// Who hides finds nobody.
			void client.invalidateQueries({ queryKey: keys.matches });
			// What counts in the badge is the server's to say.
			if (patch.notify) void client.invalidateQueries({ queryKey: keys.rooms });
		},
	});
	return {
		query,
		theme,
		chooseTheme: (next: Theme) => {
			setTheme(next);
			setShownTheme(next);
			change.mutate({ theme: next });
		},
		chooseLocale: (next: Locale) => {
			void setLocale(next).then(
				() => change.mutate({ locale: next }),
				() => toast(t("settings.languageFailed")),
			);
		},
		set: (patch: Partial<Settings>) => change.mutate(patch),
	};
}
