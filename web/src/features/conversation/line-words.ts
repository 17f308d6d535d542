import type { TFunction } from "i18next";
import { languageName } from "@/i18n/names";
import { duration, moment } from "@/i18n/time";
import type { Id, Item } from "@/sdk";

interface Context {
	t: TFunction;
	nameOf: (id: Id) => string;
	locale: string;
}

/** What an event that is no message says of the room, in one line. A kind of a later version is told apart. */
export function lineWords(item: Item, context: Context): string {
	const { t } = context;
	if (item.kind === "membership") return membershipWords(item, context);
	if (item.kind === "room") return roomWords(item, context);
	return t("line.unsupported");
}

function membershipWords({ sender_id, body }: Item, { t, nameOf, locale }: Context): string {
	const { change = "", user_id = "", role, until } = body;
	const names = {
		actor: nameOf(sender_id),
		person: nameOf(user_id),
		role: role ? t(`role.${role}`, { defaultValue: role }) : "",
		until: until ? moment(until, locale) : "",
	};
	if (change === "role_changed" && sender_id === user_id) return t("line.ownRole", names);
	return t(`line.${change}`, { ...names, defaultValue: t("line.membership", names) });
}

function roomWords({ sender_id, body }: Item, { t, nameOf, locale }: Context): string {
	const actor = nameOf(sender_id);
	const said = [
		body.title === undefined ? "" : t("line.title", { actor, title: body.title }),
		body.topic === undefined
			? ""
			: body.topic
				? t("line.topic", { actor, topic: body.topic })
				: t("line.noTopic", { actor }),
		body.posting === undefined
			? ""
			: body.posting === "admins"
				? t("line.announcements", { actor })
				: t("line.everyone", { actor }),
		...doorWords(body, actor, t, locale),
		body.expires_in === undefined
			? ""
			: body.expires_in
				? t("line.timer", { actor, life: duration(body.expires_in, locale) })
				: t("line.noTimer", { actor }),
		body.avatar === undefined ? "" : t(body.avatar ? "line.picture" : "line.noPicture", { actor }),
	].filter(Boolean);
	return said.length ? said.join(" · ") : t("line.room", { actor });
}

/** What changed about who finds the group and how one comes in. */
function doorWords(
	{ visibility, join, language, level }: Item["body"],
	actor: string,
	t: TFunction,
	locale: string,
) {
	return [
		visibility && t(visibility === "public" ? "line.public" : "line.private", { actor }),
		join && t(join === "request" ? "line.byRequest" : "line.byDoor", { actor }),
		language && t("line.language", { actor, language: languageName(language, locale) }),
		language === "" && t("line.noLanguage", { actor }),
		level && t("line.level", { actor, level }),
		level === "" && t("line.noLevel", { actor }),
	];
}
