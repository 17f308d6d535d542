import { useQuery } from "@tanstack/react-query";
import { useParams, useRouter } from "@tanstack/react-router";
import { MessageCircle, UserX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { asApiError } from "@/sdk";
import { Button } from "@/ui/button";
import { Page } from "@/ui/page";
import { Empty, Failed, SkeletonRows } from "@/ui/states";
import { PersonMenu } from "./person-menu";
import { ProfileCard } from "./profile-card";
import { useOpenDirect } from "./use-person-actions";

export function PersonPage() {
	const { t } = useTranslation();
	const { userId } = useParams({ from: "/inside/people/$userId" });
	const person = useQuery({ queryKey: keys.user(userId), queryFn: () => api.people.show(userId) });
	const open = useOpenDirect();
	const router = useRouter();
	const { data } = person;
	const gone = asApiError(person.error).status === 404;
	return (
		<Page
			title={data?.display_name ?? t("people.title")}
			back="/matches"
			actions={
				data && (
					<>
						<Button look="primary" busy={open.isPending} onClick={() => open.mutate({ user: data.id })}>
							<MessageCircle size={18} aria-hidden="true" />
							{t("matches.write")}
						</Button>
						<PersonMenu person={data} profile={false} onBlocked={() => router.history.back()} />
					</>
				)
			}
		>
			{data ? (
				<ProfileCard person={data} />
			) : person.isPending ? (
				<SkeletonRows count={3} />
			) : gone ? (
				<Empty icon={UserX} title={t("people.gone")}>
					{t("people.goneHint")}
				</Empty>
			) : (
				<Failed cause={person.error} onRetry={() => void person.refetch()} />
			)}
		</Page>
	);
}
