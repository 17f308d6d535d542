import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { useLocale } from "@/app/hooks";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { ago } from "@/i18n/time";
import { briefOf, type Id } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { Section } from "@/ui/page";
import { toast } from "@/ui/toast";

/** Whom one invited and who did not come in yet; nothing where that is nobody. Whether somebody declined is not told. */
export function GroupInvited({ roomId }: { roomId: Id }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const client = useQueryClient();
	const queryKey = keys.invited(roomId);
	const { data } = useQuery({ queryKey, queryFn: () => api.waysIn.invited(roomId) });
	const takeBack = useMutation({
		mutationFn: (user: Id) => api.waysIn.uninvite(roomId, user),
		onSuccess: () => void toast(t("invited.takenBack")),
		onError: (cause) => void toast(sayError(t, cause)),
		onSettled: () => client.invalidateQueries({ queryKey }),
	});
	if (!data?.items.length) return null;
	return (
		<Section title={t("invited.title")} hint={t("invited.hint")}>
			<ul aria-label={t("invited.title")} className="flex flex-col">
				{data.items.map(({ user, invited_at }) => {
					const person = briefOf(user);
					const name = person?.display_name ?? t("rooms.deletedPerson");
					return (
						<li key={user.id} aria-label={name} className="flex min-h-14 items-center gap-3 py-2">
							<Avatar id={user.id} name={name} picture={person?.avatar} size="s" />
							<span className="min-w-0 flex-1">
								<span className="block truncate font-medium">{name}</span>
								<span className="block truncate text-sm text-muted">{ago(invited_at, locale)}</span>
							</span>
							<Button
								small
								busy={takeBack.isPending && takeBack.variables === user.id}
								onClick={() => takeBack.mutate(user.id)}
							>
								{t("invited.takeBack")}
							</Button>
						</li>
					);
				})}
			</ul>
		</Section>
	);
}
