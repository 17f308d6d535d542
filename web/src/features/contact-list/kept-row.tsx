import { Link } from "@tanstack/react-router";
import { BookmarkMinus, Ellipsis, MessageCircle, StickyNote } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { KeptPerson } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { IconButton } from "@/ui/button";
import { Handle } from "@/ui/handle";
import { Menu, MenuItem } from "@/ui/menu";
import { useOpenDirect } from "../people/use-person-actions";
import { NoteDialog } from "./note-dialog";
import { useKeep } from "./use-contact-list";

/** A person whom one keeps: to the profile, into a conversation, a note, off the list. */
export function KeptRow({ kept }: { kept: KeptPerson }) {
	const { t } = useTranslation();
	const open = useOpenDirect();
	const { letGo } = useKeep();
	const [noting, setNoting] = useState(false);
	const { id, username, display_name: name, avatar } = kept.user;
	return (
		<li aria-label={name} className="flex min-h-16 items-center gap-1 py-1">
			<Link
				to="/people/$userId"
				params={{ userId: id }}
				className="-ms-2 flex min-w-0 flex-1 items-center gap-3 rounded-m px-2 py-1.5 hover:bg-sunken"
			>
				<Avatar id={id} name={name} picture={avatar} size="s" />
				<span className="min-w-0 flex-1">
					<span className="block truncate font-medium" dir="auto">
						{name}
					</span>
					<span className="block truncate text-sm text-muted" dir={kept.note ? "auto" : undefined}>
						{kept.note || <Handle username={username} />}
					</span>
				</span>
			</Link>
			<IconButton
				label={t("contactList.write", { name })}
				disabled={open.isPending}
				onClick={() => open.mutate({ user: id })}
			>
				<MessageCircle size={20} aria-hidden="true" />
			</IconButton>
			<Menu label={t("people.more", { name })} icon={<Ellipsis size={20} aria-hidden="true" />}>
				<MenuItem icon={<StickyNote size={16} />} onSelect={() => setNoting(true)}>
					{t("contactList.note")}
				</MenuItem>
				<MenuItem icon={<BookmarkMinus size={16} />} onSelect={() => letGo.mutate(id)}>
					{t("contactList.remove")}
				</MenuItem>
			</Menu>
			{noting && <NoteDialog kept={kept} onClose={() => setNoting(false)} />}
		</li>
	);
}
