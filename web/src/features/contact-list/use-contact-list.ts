import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { Id } from "@/sdk";
import { toast } from "@/ui/toast";

/** Those of one's contact list whose names begin so, page by page. */
export function useContactList(q: string) {
	const query = useInfiniteQuery({
		queryKey: [...keys.contactList, "names", q],
		queryFn: ({ pageParam }) => api.people.contactList({ q: q || undefined, cursor: pageParam }),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next_cursor ?? undefined,
		placeholderData: (before) => before,
	});
	return { ...query, kept: query.data?.pages.flatMap((p) => p.items) ?? [] };
}

/** Whether the person is on the list; `undefined`: not known yet. */
export function useIsKept(user: Id): boolean | undefined {
	const { data } = useQuery({
		queryKey: [...keys.contactList, "person", user],
		queryFn: () => api.people.contactList({ user_id: user }),
	});
	return data && data.items.length > 0;
}

/** Puts a person on the list, with a note or none, and takes him off. */
export function useKeep() {
	const { t } = useTranslation();
	const client = useQueryClient();
	const settled = {
		onError: (cause: unknown) => void toast(sayError(t, cause)),
		onSettled: () => client.invalidateQueries({ queryKey: keys.contactList }),
	};
	const keep = useMutation({
		mutationFn: ({ user, note }: { user: Id; note?: string; done: string }) => api.people.keep(user, note),
		onSuccess: (_, { done }) => void toast(done),
		...settled,
	});
	const letGo = useMutation({
		mutationFn: (user: Id) => api.people.letGo(user),
		onSuccess: () => void toast(t("contactList.removed")),
		...settled,
	});
	return { keep, letGo };
}
