import { BookUser, SearchX } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { Page } from "@/ui/page";
import { Empty, Failed, SkeletonRows } from "@/ui/states";
import { KeptRow } from "./kept-row";
import { useContactList } from "./use-contact-list";

const MOST = 50;

/** The people whom one keeps at hand, by name. Only oneself knows who they are. */
export function ContactListPage() {
	const { t } = useTranslation();
	const [typed, setTyped] = useState("");
	const q = useDeferredValue(typed.trim());
	const list = useContactList(q);
	const { kept } = list;
	return (
		<Page title={t("contactList.title")} back="/rooms">
			<div className="pb-4">
				<TextField
					type="search"
					label={t("contactList.search")}
					hint={t("contactList.hint")}
					maxLength={MOST}
					autoComplete="off"
					value={typed}
					onChange={(e) => setTyped(e.target.value)}
				/>
			</div>
			{list.isPending ? (
				<SkeletonRows count={4} />
			) : list.isError && kept.length === 0 ? (
				<Failed cause={list.error} onRetry={() => void list.refetch()} />
			) : kept.length > 0 ? (
				<ul
					aria-label={t("contactList.title")}
					className="divide-y divide-line rounded-l border border-line bg-surface px-4"
				>
					{kept.map((person) => (
						<KeptRow key={person.user.id} kept={person} />
					))}
				</ul>
			) : q ? (
				<Empty icon={SearchX} title={t("contactList.notFound")}>
					{t("contactList.notFoundHint")}
				</Empty>
			) : (
				<Empty icon={BookUser} title={t("contactList.none")}>
					{t("contactList.noneHint")}
				</Empty>
			)}
			{list.hasNextPage && (
				<Button
					className="mt-4 self-center"
					busy={list.isFetchingNextPage}
					onClick={() => void list.fetchNextPage()}
				>
					{t("common.more")}
				</Button>
			)}
		</Page>
	);
}
