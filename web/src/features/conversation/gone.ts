import type { TFunction } from "i18next";
import type { Item } from "@/sdk";

/** What stands where a message was: hidden by its reader, or gone for everybody. */
export const goneWords = (item: Item, t: TFunction): string =>
	t(item.body.hidden ? "message.hidden" : "message.deleted");
